"""How a model's own input has our options: under which names, and in which form. Data and rules.

Hosts of many models leave the input to each of them: one calls the length `duration` and wants
"5s", another `num_frames` and wants 121. Catalog files say which; the protocol is one.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, cast

from pydantic import BeforeValidator, Field, StringConstraints

from core.catalog.served import Table

OptionName = Literal[
    "prompt",
    "ratio",
    "seconds",
    "frames",
    "fps",
    "resolution",
    "width",
    "height",
    "seed",
    "sound",
    "watermark",
    "count",
    "first_frame",
    "last_frame",
    "references",
]
"""What can be said of a request. `frames` are seconds times their `fps`; `width` and `height`
follow from the shape and the resolution word, which is the shorter side."""

Constant = str | int | float | bool | tuple[str | int | float | bool, ...]
_SIDES = {"1k": 1024, "2k": 1440, "4k": 2160}
_SHORT_SIDE = 720


class FieldRule(Table):
    """One option in a model's input.

    Attributes:
        name: keys on the way to it, with dots between them.
        also: further places for the same; in a workflow, for the next of several pictures.
        form: the value as a text, "{}s" for "5s"; "" as it is.
        values: other words for some values: `{ "1080p" = "1080P" }`.
        fps: frames in a second, for `frames`.
        step, plus: a number is the nearest of step * n + plus.
    """

    name: Annotated[str, StringConstraints(min_length=1)]
    also: tuple[str, ...] = ()
    form: Annotated[str, StringConstraints(pattern=r"^$|\{\}")] = ""
    values: Mapping[str, Constant] = {}
    fps: Annotated[int, Field(ge=1)] = 24
    step: Annotated[int, Field(ge=1)] = 1
    plus: Annotated[int, Field(ge=0)] = 0

    @property
    def places(self) -> tuple[str, ...]:
        """All its names."""
        return (self.name, *self.also)

    def said(self, value: object) -> object:
        """The value as the model wants it; a list stays one."""
        if isinstance(value, list):
            return [self.said(each) for each in cast("list[object]", value)]
        if isinstance(value, int) and not isinstance(value, bool):
            value = max(round((value - self.plus) / self.step), 0) * self.step + self.plus
        key = str(value).lower() if isinstance(value, bool) else str(value)
        if key in self.values:
            return self.values[key]
        return self.form.replace("{}", str(value)) if self.form else value


def _spelled_out(rule: object) -> object:
    if isinstance(rule, str):
        return {"name": rule}
    if isinstance(rule, list) and rule:
        name, *also = cast("list[object]", rule)
        return {"name": name, "also": tuple(also)}
    return cast("object", rule)


ShortRule = Annotated[FieldRule, BeforeValidator(_spelled_out)]
"""A rule, or the name or names alone where there is nothing else to say."""


def sides_of(ratio: str, resolution: str) -> tuple[int, int]:
    """Width and height in pixels of a shape whose shorter side is that of a resolution word."""
    across, down = (int(side) for side in ratio.split(":"))
    plain = re.fullmatch(r"(\d+)p", resolution)
    short = int(plain[1]) if plain else _SIDES.get(resolution, _SHORT_SIDE)
    least = min(across, down)
    return round(short * across / least), round(short * down / least)
