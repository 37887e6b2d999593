"""What is wrong with a variable or a field is said in plain words, and never its value."""

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.validation import objections


class LengthSpan(BaseModel):
    least: int
    most: int

    @model_validator(mode="after")
    def _is_ordered(self) -> "LengthSpan":
        if self.least > self.most:
            raise ValueError("least is larger than most")
        return self


class LengthTable(BaseModel):
    model_config = ConfigDict(extra="forbid")

    count: int = Field(default=1, ge=1, le=16)
    share: float = 0.5
    is_on: bool = True
    state: Literal["old", "new"] = "new"
    name: str = Field(default="a", pattern="^[a-z]+$", max_length=9)
    shapes: tuple[str, ...] = ()
    seconds: tuple[int, ...] | LengthSpan = ()
    unheard_of: bytes = b""


@pytest.mark.parametrize(
    ("field", "value", "place", "wrong"),
    [
        ("count", "secret", "count", "must be a whole number"),
        ("count", 1.5, "count", "must be a whole number"),
        ("count", 0, "count", "must be at least 1"),
        ("count", 17, "count", "must be at most 16"),
        ("share", "secret", "share", "must be a number"),
        ("is_on", "secret", "is_on", "must be true or false"),
        ("state", "secret", "state", "must be old or new"),
        ("name", "SECRET", "name", "has the wrong form; it must match ^[a-z]+$"),
        ("name", "secretsecret", "name", "is too long; the limit is 9 characters"),
        ("name", 3, "name", "must be text, in quotation marks"),
        ("shapes", "secret", "shapes", "must be a list, in square brackets"),
        ("seconds", [1, "secret"], "seconds.1", "must be a whole number"),
        ("seconds", {"least": 1, "most": "secret"}, "seconds.most", "must be a whole number"),
        ("seconds", {"least": 2, "most": 1}, "seconds", "least is larger than most"),
        ("secret", 1, "secret", "is unknown"),
        ("unheard_of", 3, "unheard_of", "Input should be a valid bytes"),
    ],
)
def test_the_place_and_what_would_be_right_are_named(
    field: str, value: object, place: str, wrong: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        LengthTable.model_validate({field: value})

    assert objections(caught.value) == [(place, wrong)]


def test_what_is_missing_is_said_to_be_missing() -> None:
    with pytest.raises(ValidationError) as caught:
        LengthSpan.model_validate({"least": 1})

    assert objections(caught.value) == [("most", "is missing")]
