"""What several processes may write to one chat together: each asks for leave before it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.limits import Limits
from core.messages.written import ChatKey, Lane


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteWish:
    """A write that a process has room for by its own count.

    Attributes:
        number: which one of that process and chat.
        rank: the lower, the sooner it goes.
        weight: how many writes the platform makes of it.
        kept: how much of the window it leaves alone.
    """

    number: int
    rank: int
    lane: Lane
    weight: int
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Not now.

    Attributes:
        seconds: after how long to ask again.
        is_pause: whether the platform wants nothing of that lane until then.
    """

    seconds: float
    is_pause: bool = False


class WriteShare(Protocol):
    """What all processes write to one chat, or on one platform."""

    async def ask(self, wish: WriteWish) -> Refusal | None:
        """Ask for leave. Who is refused waits, and nobody of a later rank goes before."""
        ...

    def left(self, wish: WriteWish, *, written: bool) -> None:
        """Say that it was answered, or that it is not wanted any more; never waits."""
        ...

    def pause(self, seconds: float, *lanes: Lane) -> None:
        """Let nobody write so for so long; never waits."""
        ...


Shares = Callable[[ChatKey, Limits], WriteShare]
"""Gives the share of a chat; one without a chat is that of the whole platform."""
