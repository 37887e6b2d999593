"""Characters that people have made: called into a video by the name that their maker gave them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.platform import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Somebody in a video who can appear in others.

    Attributes:
        alias: what their maker calls them, in lower case.
        username: what the gateway calls them; it knows no other gateway's.
    """

    alias: str
    username: str
    gateway: str
    created_at: float


class CharacterStore(Protocol):
    """Where the characters of each user are kept."""

    async def keep(self, user: User, character: Character) -> None:
        """Remember one; another one of that name is forgotten."""
        ...

    async def of_user(self, user: User) -> Sequence[Character]:
        """A user's characters, in the order in which they were made."""
        ...

    async def forget(self, user: User, alias: str) -> bool:
        """Tell whether there was one of that name."""
        ...

    async def forget_all(self, user: User) -> None: ...
