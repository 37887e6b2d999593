"""What all that a gateway serves has in common: a name, a protocol, and what is known about it."""

from abc import ABC, abstractmethod
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from core.validation import MOST_CREDITS

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
Price = Annotated[int, Field(ge=0, le=MOST_CREDITS)]
Rate = Annotated[float, Field(ge=0, le=MOST_CREDITS, allow_inf_nan=False)]
# What a model makes: a gateway may list each sort in a place of its own.
Sort = Literal["video", "image", "chat", "speech"]


class State(StrEnum):
    """What is known about a model today. Retired is never chosen by itself, but may be named."""

    ACTIVE = "active"
    UNCERTAIN = "uncertain"
    RETIRED = "retired"


class Table(BaseModel):
    """A TOML table: nothing unknown in it, nothing changed after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Served(Table, ABC):
    """What a gateway serves under a name.

    Attributes:
        wire: the name on the wire before suffixes; the model's own name when empty.
        family: models of one family do the same, whatever each gateway calls it.
        until: the day on which its provider ends it, where one was announced.
    """

    gateway: Name
    name: Name
    dialect: str
    wire: str = ""
    family: str = ""
    state: State = State.ACTIVE
    until: date | None = None
    enabled: bool = True

    @property
    def key(self) -> str:
        """Its name among all gateways."""
        return f"{self.gateway}/{self.name}"

    @property
    @abstractmethod
    def sort(self) -> Sort:
        """What it makes."""

    @property
    def wire_names(self) -> frozenset[str]:
        """All names that options can make of it."""
        return frozenset({self.wire or self.name})

    @property
    def is_current(self) -> bool:
        """Whether it is used without being named."""
        return self.state is not State.RETIRED

    def has_ended(self, today: date) -> bool:
        """Whether the day has come that was announced as its end."""
        return self.until is not None and self.until <= today

    def is_called(self, name: str) -> bool:
        """Whether somebody means it by that name, with or without its gateway, in any case."""
        return name.casefold() in (self.name.casefold(), self.key.casefold())
