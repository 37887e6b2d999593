"""From the [[chat]] tables of a catalog to what answers in words, by code of the sandbox's own."""

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel

from sandbox.orders.catalog import own_tables

ENDPOINT_TYPES = {
    "chat_completions": "openai",
    "completions": "openai-completions",
    "gemini_text": "gemini",
    "responses": "openai-response",
}


class ChatTable(BaseModel):
    """What one model understands; the fields are those of a catalog."""

    name: str
    dialect: str
    wire: str = ""
    vision: bool = False
    video: Literal["no", "link", "inline"] = "no"
    tools: bool = False
    structured: Literal["no", "json", "schema"] = "no"
    search: bool = False
    thinking: Literal["no", "option", "always"] = "no"
    thinking_suffix: str = ""


Chats = Mapping[tuple[str, str], ChatTable]
"""All of them, by protocol and name on the wire."""


def speech_names(tables: Iterable[Mapping[str, object]]) -> list[str]:
    """What the models that listen are called on the wire: those of the tables, and its own."""
    own = own_tables()["speech"]
    return [str(table.get("wire") or table["name"]) for table in (*tables, *own)]


def load_chats(tables: Iterable[Mapping[str, object]]) -> Chats:
    """What the sandbox answers as: the tables, and its own catalog."""
    read = [ChatTable.model_validate(table) for table in (*tables, *own_tables()["chat"])]
    return {
        (table.dialect, name): table
        for table in read
        for name in (table.wire or table.name, (table.wire or table.name) + table.thinking_suffix)
    }
