"""Rich messages in the Telegram stand-in: what it takes of them, and the words that people see."""

from collections.abc import Iterator
from typing import Any, cast

from aiogram import types

from tests.fakes.telegram.chat import MessageVersion
from tests.fakes.telegram.schema import BotApiError, Json

RICH_CHARS = 32_768
BLOCKS = 500
DEPTH = 16
COLUMNS = 20
# Refused if there is nothing in them; a list has items, which have something in them.
_FULL = {"heading": "text", "pre": "text", "blockquote": "blocks", "list": "items"}
BLOCK_KINDS = {"paragraph", "heading", "pre", "divider", "list", "table", "footer", "pullquote"}


def read_rich(rich: types.InputRichMessage, *, draft: bool = False) -> MessageVersion:
    """What a message shows; only blocks are known, which need no reading."""
    given = rich.model_dump(mode="json", exclude_unset=True, by_alias=True)
    if "blocks" not in given:
        raise BotApiError("Bad Request: the stand-in knows rich messages as blocks only")
    blocks: list[Json] = given["blocks"]
    found = list(_parts(blocks, 1))
    for depth, part in found:
        if depth > DEPTH:
            raise BotApiError("Bad Request: RICH_MESSAGE_TOO_DEEP")
        _check(part, draft=draft)
    # Items, which have no kind, count as well.
    count = sum(part.get("type") in BLOCK_KINDS or "blocks" in part for _, part in found)
    count += sum(len(part.get("cells", ())) for _, part in found)
    words = "\n".join(_words(blocks))
    if not words.strip():
        raise BotApiError("Bad Request: RICH_MESSAGE_CONTENT_REQUIRED")
    if count > BLOCKS:
        raise BotApiError("Bad Request: RICH_MESSAGE_BLOCKS_TOO_MUCH")
    if len(words) > RICH_CHARS:
        raise BotApiError("Bad Request: message is too long")
    return MessageVersion(text=words, rich=tuple(blocks))


def _check(part: Json, *, draft: bool) -> None:
    kind = part.get("type")
    needed = _FULL.get(kind or "")
    is_item = kind in {None, "1"} and "blocks" in part
    if (needed and not part.get(needed)) or (is_item and not part["blocks"]):
        raise BotApiError("Bad Request: RICH_MESSAGE_CONTENT_REQUIRED")
    if any(len(row) > COLUMNS for row in part.get("cells", ())):
        raise BotApiError("Bad Request: RICH_MESSAGE_TABLE_COLUMNS_TOO_MUCH")
    if kind == "url" and not part["url"].partition("://")[2]:
        raise BotApiError("Bad Request: RICH_MESSAGE_URL_INVALID")
    if kind == "thinking" and not draft:
        raise BotApiError("Bad Request: RICH_MESSAGE_BLOCK_INVALID")


def _parts(value: Any, depth: int) -> Iterator[tuple[int, Json]]:
    if isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _parts(each, depth)
    elif isinstance(value, dict):
        part = cast("Json", value)
        yield depth, part
        for each in part.values():
            yield from _parts(each, depth + 1)


def _words(value: Any) -> Iterator[str]:
    """The words of each block, of each cell and of each item."""
    if isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _words(each)
    elif isinstance(value, dict):
        part = cast("Json", value)
        # Telegram numbers the items of a list.
        label = f"{part['value']}. " if "value" in part else ""
        for name in ("summary", "text"):
            if name in part:
                yield "".join(inline(part[name]))
        inner = (each for name in ("blocks", "items", "cells") for each in _words(part.get(name)))
        if label:
            yield label + next(inner, "")
        yield from inner


def inline(text: Any) -> Iterator[str]:
    """The words of a rich text."""
    if isinstance(text, str):
        yield text
    elif isinstance(text, list):
        for each in cast("list[Any]", text):
            yield from inline(each)
    else:
        part = cast("Json", text)
        yield from inline(part.get("text", part.get("expression", "")))
