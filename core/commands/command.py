"""What a command is: its name, its options, and what it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from core.chat import Invocation, View
from core.engine import Engine
from core.i18n import Locale
from core.options import Option

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a command may use."""

    engine: Engine
    invocation: Invocation
    locale: Locale


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Generic[T]):
    """One command, the same on every platform.

    `options` feeds the text grammar, the menus and /help; the text `command-<name>` describes it.
    `run` gives the answer, or None when it has answered by itself. It may raise UserError.
    """

    name: str
    options: type[T]
    run: Callable[[Context, T], Awaitable[View | None]]


class NoOptions(BaseModel):
    """Nothing behind the command's name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class JobOptions(BaseModel):
    """Which of one's own jobs: its number in /status, or its id (what buttons send)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    job: Annotated[
        str | None, Option(patterns=(r"#?([0-9a-z]{1,32})",)), Field(description="option-job")
    ] = None
