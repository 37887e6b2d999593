"""All that the Telegram stand-in knows."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote, urlsplit

from aiogram.methods import SendInvoice

from tests.fakes.telegram.chat import TelegramChat, TelegramUser
from tests.fakes.telegram.files import FileStore, uploaded
from tests.fakes.telegram.schema import BotApiError, Json, TelegramUpload


@dataclass(slots=True, eq=False)
class TelegramQuery:
    """A press on a button or an inline query, with the bot's answers to it."""

    id: str
    person: TelegramUser
    answers: list[Json] = field(default_factory=list[Json])


@dataclass(frozen=True, slots=True)
class StarPayment:
    """Stars that somebody has paid."""

    user_id: int
    invoice: SendInvoice
    refunded: bool = False


@dataclass(slots=True)
class TelegramWorld:
    """All that Telegram knows.

    Attributes:
        commands: the menus, by scope ("default", "all_private_chats", "chat:-100") and language.
        now: the clock; replace it to let time pass.
        knows_rich: whether the server is new enough for rich messages.
        privacy: in groups the bot gets only what is meant for it.
        local_dir: where an own server keeps its files, which it names by their place then; only
            such a server takes the place of a file for the file.
        sees: what of our disk that server sees.
    """

    me: TelegramUser
    now: Callable[[], float] = time.monotonic
    chats: dict[int, TelegramChat] = field(default_factory=dict[int, TelegramChat])
    files: FileStore = field(default_factory=FileStore)
    queries: dict[str, TelegramQuery] = field(default_factory=dict[str, TelegramQuery])
    invoices: dict[tuple[int, int], SendInvoice] = field(
        default_factory=dict[tuple[int, int], SendInvoice]
    )
    payments: dict[str, StarPayment] = field(default_factory=dict[str, StarPayment])
    commands: dict[tuple[str, str], list[Json]] = field(
        default_factory=dict[tuple[str, str], list[Json]]
    )
    privacy: bool = True
    knows_rich: bool = True
    local_dir: Path | None = None
    sees: Path = Path("/")
    albums: "count[int]" = field(default_factory=lambda: count(13_000_000_000_000_001))

    def on_disk(self, uri: str) -> TelegramUpload:
        """Read a file where it lies."""
        if self.local_dir is None:
            raise BotApiError(
                "Bad Request: invalid file HTTP URL specified: Unsupported URL protocol"
            )
        path = Path(unquote(urlsplit(uri).path))
        if not path.is_relative_to(self.sees) or not path.is_file():
            raise BotApiError("Bad Request: wrong file identifier/HTTP URL specified")
        read = uploaded(path.name, path.read_bytes(), guess_type(path)[0] or "")
        read.place = uri
        return read

    def chat(self, chat_id: int | str | None) -> TelegramChat:
        """Give a chat that the bot knows."""
        found = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if found is None:
            raise BotApiError("Bad Request: chat not found")
        if found.moved_to:
            raise BotApiError(
                "Bad Request: group chat was upgraded to a supergroup chat",
                parameters={"migrate_to_chat_id": found.moved_to},
            )
        return found
