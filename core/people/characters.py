"""Characters that people have made: called into a video by the name that their maker gave them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.platform import User

ALIAS = re.compile(r"[^\W_][\w-]{0,29}")
_CALL = re.compile(r"(?<!\S)@(?P<name>[\w.-]*\w)")


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


def called(prompt: str, characters: Mapping[str, Character]) -> list[Character]:
    """Those who are called into a prompt by their alias."""
    names = (call["name"].casefold() for call in _CALL.finditer(prompt))
    return [characters[name] for name in dict.fromkeys(names) if name in characters]


def with_usernames(prompt: str, characters: Mapping[str, Character]) -> str:
    """The prompt as the gateway reads it: with its own names, each between spaces."""

    def named(call: re.Match[str]) -> str:
        known = characters.get(call["name"].casefold())
        end = "" if prompt[call.end() : call.end() + 1].isspace() else " "
        return f"@{known.username}{end}" if known else call[0]

    return _CALL.sub(named, prompt).rstrip()
