"""What a command is: its name, its options, and what it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from core.catalog import Ability
from core.engine.engine import Engine
from core.engine.services import Services
from core.i18n import Locale
from core.options.options import Option
from core.people.preferences import Preferences
from core.platform import Invocation, View

T = TypeVar("T", bound=BaseModel)


class Audience(StrEnum):
    """Who may use a command: anybody at all, who has access, or the bot's admins."""

    ANYBODY = "anybody"
    ADMITTED = "admitted"
    ADMINS = "admins"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a command may use.

    Attributes:
        preferences: what counts for this user in this chat.
    """

    engine: Engine
    invocation: Invocation
    locale: Locale
    preferences: Preferences

    @property
    def services(self) -> Services:
        """The stores, the catalog and the gateways."""
        return self.engine.services

    @property
    def is_admin(self) -> bool:
        """Whether the user is one of the bot's admins."""
        return self.services.access.is_admin(self.invocation.user)

    @property
    def manages_chat(self) -> bool:
        """Whether the user may decide for everybody in this chat."""
        return self.invocation.is_chat_admin or self.is_admin


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Generic[T]):
    """One command, the same on every platform.

    `options` feeds the text grammar, the menus and /help; the text `command-<name>` describes it.
    `run` gives the answer, or None when it has answered by itself. It may raise UserError.
    What is not `is_typed` only stands behind buttons, and no menu shows it.
    `pictures` is how many may come along, 0 where they mean nothing.
    `needs` is what a model must be able to do for it; while none is, nobody is offered it.
    """

    name: str
    options: type[T]
    run: Callable[[Context, T], Awaitable[View | None]]
    audience: Audience = Audience.ADMITTED
    pictures: int = 0
    needs: Ability | None = None
    is_typed: bool = True


class NoOptions(BaseModel):
    """Nothing behind the command's name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class JobOptions(BaseModel):
    """Which of one's own jobs: its number in /status, or its id (what buttons send)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    job: Annotated[
        str | None, Option(patterns=(r"#?([0-9a-z]{1,32})",)), Field(description="option-job")
    ] = None
