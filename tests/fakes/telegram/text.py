"""What Telegram does to texts: HTML is taken out, commands are marked."""

import re
from collections.abc import Sequence
from html import unescape
from html.parser import HTMLParser
from typing import Any

_PLAIN_TAGS = {"a", "b", "blockquote", "code", "em", "i", "pre", "s", "span", "strong", "u"}
TAGS = _PLAIN_TAGS | {"del", "ins", "strike", "tg-emoji", "tg-spoiler"}
MOST_ENTITIES = 100
_COMMAND = re.compile(r"(?<![\w/@.])/[A-Za-z0-9_]{1,32}(?:@\w{3,32})?\b")


class MarkupError(Exception):
    """A text that does not follow its own parse_mode."""


def plain(text: str, parse_mode: object) -> str:
    """Give the text that people see; aiogram's marker for "not given" is no string."""
    if not isinstance(parse_mode, str):
        return text.strip()
    if parse_mode.upper() != "HTML":
        raise MarkupError(f"the stand-in does not know parse_mode {parse_mode}")
    reader = _Reader()
    reader.feed(text)
    reader.close()
    if reader.open:
        raise MarkupError(f'Can\'t find end tag corresponding to start tag "{reader.open[-1]}"')
    return "".join(reader.seen).strip()


def check_entities(text: str, entities: Sequence[dict[str, Any]]) -> None:
    """Raise MarkupError for what cannot be a part of the text.

    Telegram itself passes over some of it in silence; a bot that means what it sends does none.
    """
    if entities and text != text.strip():
        raise MarkupError("the text is trimmed, which moves what stands in it")
    raw = text.encode("utf-16-le")
    ends: list[int] = []
    for each in sorted(entities, key=lambda each: (each["offset"], -each["length"])):
        start, end = each["offset"], each["offset"] + each["length"]
        if start < 0 or each["length"] < 1 or end * 2 > len(raw):
            raise MarkupError(f"entity {each} is outside of the text")
        try:
            raw[start * 2 : end * 2].decode("utf-16-le")
        except UnicodeDecodeError:
            raise MarkupError(f"entity {each} begins or ends in the middle of a symbol") from None
        while ends and ends[-1] <= start:
            ends.pop()
        if ends and end > ends[-1]:
            raise MarkupError(f"entity {each} overlaps with another")
        ends.append(end)
    if len(entities) > MOST_ENTITIES:
        raise MarkupError(f"{len(entities)} entities are more than Telegram shows")


def commands(text: str) -> list[dict[str, Any]]:
    """Find the commands as entities; offsets count UTF-16 units."""
    return [
        {
            "type": "bot_command",
            "offset": len(text[: found.start()].encode("utf-16-le")) // 2,
            "length": len(found[0]),
        }
        for found in _COMMAND.finditer(text)
    ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.seen: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag not in TAGS:
            raise MarkupError(f'Unsupported start tag "{tag}"')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise MarkupError(f'Unexpected end tag "{tag}"')

    def handle_data(self, data: str) -> None:
        if "<" in data:
            raise MarkupError('Unsupported start tag ""')
        self.seen.append(data)

    def handle_entityref(self, name: str) -> None:
        self.seen.append(unescape(f"&{name};") if name in {"lt", "gt", "amp", "quot"} else name)

    def handle_charref(self, name: str) -> None:
        self.seen.append(unescape(f"&#{name};"))
