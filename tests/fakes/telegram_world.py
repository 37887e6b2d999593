"""All that the Telegram stand-in knows."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.fakes.telegram_chat import Chat, Person
from tests.fakes.telegram_files import Shelf
from tests.fakes.telegram_schema import Json, RefusalError


@dataclass(slots=True, eq=False)
class Query:
    """A press on a button or an inline query, with the bot's answers to it."""

    id: str
    person: Person
    answers: list[Json] = field(default_factory=list[Json])


@dataclass(slots=True)
class World:
    """All that Telegram knows.

    Attributes:
        commands: the menus, by scope ("default", "all_private_chats", "chat:-100") and language.
        now: the clock; replace it to let time pass.
        local_dir: where an own server keeps its files, which it names by their place then.
    """

    me: Person
    now: Callable[[], float] = time.monotonic
    chats: dict[int, Chat] = field(default_factory=dict[int, Chat])
    files: Shelf = field(default_factory=Shelf)
    queries: dict[str, Query] = field(default_factory=dict[str, Query])
    commands: dict[tuple[str, str], list[Json]] = field(
        default_factory=dict[tuple[str, str], list[Json]]
    )
    local_dir: Path | None = None
    albums: "count[int]" = field(default_factory=lambda: count(13_000_000_000_000_001))

    def chat(self, chat_id: int | str | None) -> Chat:
        """Give a chat that the bot knows."""
        found = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if found is None:
            raise RefusalError("Bad Request: chat not found")
        if found.moved_to:
            raise RefusalError(
                "Bad Request: group chat was upgraded to a supergroup chat",
                parameters={"migrate_to_chat_id": found.moved_to},
            )
        return found
