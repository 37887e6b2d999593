"""What admins have done: who, when, what, about whom, and where. Nothing of it is ever changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.platform import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that an admin does; it is stored together with what it changes.

    Attributes:
        at: in seconds since 1970.
        command: the name of the command.
        about: whom it concerns, as `named` writes it; "" where it is nobody in particular.
        what: the values that were given.
        place: the chat in which it was said.
        number: its place among all, from 1; 0 as long as it is not stored.
    """

    by: Party
    at: float
    command: str
    about: str = ""
    what: str = ""
    place: Party
    # Not compared: the same act, stored or not.
    number: int = field(default=0, compare=False)


def named(whose: Party | str) -> str:
    """A person, a chat, or a group of people by its name, as an `Act` has it; "" is nobody."""
    if isinstance(whose, str):
        return f"group {whose}" if whose else ""
    return f"{whose.kind} {whose}"


class AuditStore(Protocol):
    """What admins have done. The other stores write here, too, together with what was changed."""

    async def write(self, act: Act) -> None:
        """Write down what has changed nothing in a store."""
        ...

    async def latest(
        self, limit: int, words: Sequence[str] = (), before: int = 0
    ) -> Sequence[Act]:
        """The newest first, or of those before that number; only those in which all words stand.

        Each is a command, a group of people, or the id of a person or a chat, as "platform:id" or
        without the platform: of who did it, whom it was about, or where.
        """
        ...
