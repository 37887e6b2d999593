"""Markdown as the blocks of a rich message: real headings, tables and lists. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from bots.telegram.markdown import events, tamed
from core.messages.pages import units
from core.platform import View

RICH_CHARS = 32_768
_BLOCKS = 500
_DEPTH = 16
_COLUMNS = 20
# Others Telegram does not make links of.
_SCHEMES = ("http://", "https://", "tg://")
_ALIGNED = {"Left": "left", "None": "left", "Center": "center", "Right": "right"}
_STYLES = {"Strong": "bold", "Emphasis": "italic", "Strikethrough": "strikethrough"}
# Stands for the thoughts, which are folded below it.
_THOUGHTS = "\N{THOUGHT BALLOON}"
# What holds blocks, and what is one that holds words.
_CONTAINERS = ("List", "Item", "BlockQuote", "Table", "TableHead", "TableRow")
_LEAVES = ("Paragraph", "Heading", "CodeBlock", "HtmlBlock", "TableCell")
_BLOCK_KINDS = ("paragraph", "heading", "pre", "divider", "list", "blockquote", "table", "details")
# Where in a part of a message others are.
_INSIDE = ("text", "expression", "summary", "blocks", "items", "cells")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RichContent:
    """What a rich message shows, as the Bot API takes it."""

    blocks: Sequence[Json]

    def as_json(self) -> Json:
        return {"blocks": list(self.blocks)}


def rich_content(view: View) -> RichContent | None:
    """A view as one rich message; None where it is none, or is more than one may hold."""
    if not view.is_markdown:
        return None
    blocks = _blocks_of(view.text)
    if not _fits(blocks):
        blocks = _with_fewer_blocks(blocks)
    if not blocks or not _fits(blocks):
        return None
    if view.aside.strip():
        told = [_paragraph([view.aside])]
        folded = [{"type": "details", "summary": _THOUGHTS, "blocks": told}, *blocks]
        # The answer goes before what was thought.
        blocks = folded if _fits(folded) else blocks
    return RichContent(blocks)


@dataclass(slots=True)
class _Open:
    """A part of the text that has begun: what it is, and what is in it so far."""

    kind: str
    about: Any = None
    words: list[Any] = field(default_factory=list[Any])
    blocks: list[Json] = field(default_factory=list[Json])
    is_checked: bool | None = None


def _blocks_of(markdown: str) -> list[Json]:
    stack = [_Open("Document")]
    for event in events(tamed(markdown)):
        match event:
            case {"Start": started}:
                kind, about = _named(started)
                if kind in _CONTAINERS or kind in _LEAVES:
                    _flush(stack[-1])
                stack.append(_Open(kind, about))
            case {"End": _}:
                ended = stack.pop()
                _close(ended, stack[-1])
            case {"TaskListMarker": done}:
                _item(stack).is_checked = done
            case "Rule":
                _flush(stack[-1])
                stack[-1].blocks.append({"type": "divider"})
            case _:
                stack[-1].words += _words(event)
    _flush(stack[0])
    return stack[0].blocks


def _named(started: Any) -> tuple[str, Any]:
    if isinstance(started, str):
        return started, None
    ((kind, about),) = cast("Mapping[str, Any]", started).items()
    return kind, about


def _item(stack: Sequence[_Open]) -> _Open:
    return next((each for each in reversed(stack) if each.kind == "Item"), stack[-1])


def _words(event: Any) -> Iterator[Any]:
    match event:
        case "SoftBreak" | "HardBreak":
            yield "\n"
        case {"Text": text} | {"InlineHtml": text} | {"Html": text} if text:
            yield text
        case {"Code": text} if text:
            yield {"type": "code", "text": text}
        case {"InlineMath": text} | {"DisplayMath": text} if text.strip():
            yield {"type": "mathematical_expression", "expression": text}
        case _:
            pass


def _close(ended: _Open, around: _Open) -> None:
    """Put what has ended into what it stands in."""
    if ended.kind in _CONTAINERS:
        _flush(ended)
        around.blocks += _container(ended)
    elif ended.kind in _LEAVES:
        around.blocks += _leaf(ended)
    else:
        around.words += _inline(ended)


def _container(ended: _Open) -> Iterator[Json]:
    match ended.kind:
        case "List":
            yield {"type": "list", "items": _numbered(ended.blocks, ended.about)}
        case "Item":
            yield _listed(ended)
        case "BlockQuote" if ended.blocks:
            yield {"type": "blockquote", "blocks": ended.blocks}
        case "TableHead":
            yield {"cells": [cell | {"is_header": True} for cell in ended.blocks]}
        case "TableRow":
            yield {"cells": ended.blocks}
        case "Table":
            rows = [_aligned(row["cells"], ended.about) for row in ended.blocks]
            yield {"type": "table", "cells": rows, "is_bordered": True}
        case _:
            pass


def _aligned(row: Sequence[Json], sides: Sequence[str]) -> list[Json]:
    cells = zip(row, sides, strict=True)
    return [cell | {"align": _ALIGNED[side], "valign": "top"} for cell, side in cells]


def _numbered(items: Sequence[Json], first: int | None) -> list[Json]:
    if first is None:
        return list(items)
    return [item | {"value": number, "type": "1"} for number, item in enumerate(items, first)]


def _flush(parent: _Open) -> None:
    """Words outside of any block become a paragraph; some have nothing to show."""
    if parent.kind in _LEAVES:
        return
    if _is_seen(parent.words):
        parent.blocks.append(_paragraph(parent.words))
    parent.words = []


def _paragraph(words: Sequence[Any]) -> Json:
    return {"type": "paragraph", "text": _text(words)}


def _leaf(ended: _Open) -> Iterator[Json]:
    # A block with nothing in it would let Telegram refuse all of the message.
    if ended.kind == "TableCell":
        yield {"text": _text(ended.words)} if _is_seen(ended.words) else {}
    elif _is_seen(ended.words):
        match ended.kind:
            case "Heading":
                size = int(ended.about["level"].removeprefix("H"))
                yield {"type": "heading", "text": _text(ended.words), "size": size}
            case "CodeBlock":
                text = "".join(ended.words).removesuffix("\n")
                fenced = ended.about != "Indented" and ended.about["Fenced"]
                yield {"type": "pre", "text": text} | ({"language": fenced} if fenced else {})
            case _:
                yield _paragraph(ended.words)


def _listed(ended: _Open) -> Json:
    item: Json = {"blocks": ended.blocks or [{"type": "paragraph", "text": ""}]}
    if ended.is_checked is not None:
        item |= {"has_checkbox": True} | ({"is_checked": True} if ended.is_checked else {})
    return item


def _inline(ended: _Open) -> Sequence[Any]:
    if not ended.words and ended.kind != "Image":
        return []
    match ended.kind:
        case "Link" | "Image":
            url = ended.about["dest_url"]
            words = ended.words or [url]
            return [{"type": "url", "text": _text(words), "url": url}] if _leads(url) else words
        case kind if kind in _STYLES:
            return [{"type": _STYLES[kind], "text": _text(ended.words)}]
        case _:
            return ended.words


def _leads(url: str) -> bool:
    return url.startswith(_SCHEMES) and len(url) > len("https://")


def _text(words: Sequence[Any]) -> Any:
    """One word stands for itself; strings that follow each other are one."""
    joined: list[Any] = []
    for word in words:
        if isinstance(word, str) and joined and isinstance(joined[-1], str):
            joined[-1] += word
        else:
            joined.append(word)
    return joined[0] if len(joined) == 1 else joined


def _is_seen(words: Sequence[Any]) -> bool:
    return any(not isinstance(word, str) or word.strip() for word in words)


def _with_fewer_blocks(blocks: Sequence[Json]) -> list[Json]:
    """Lists as lines, and paragraphs that follow each other as one."""
    fewer: list[Json] = []
    for block in blocks:
        lines = _lines(block, "")
        if lines is None:
            fewer.append(block)
        elif fewer and fewer[-1]["type"] == "paragraph":
            before = cast("Sequence[Any]", fewer[-1]["text"])
            fewer[-1] = {"type": "paragraph", "text": [*before, "\n\n", *lines]}
        else:
            fewer.append({"type": "paragraph", "text": lines})
    return fewer


def _lines(block: Json, indent: str) -> list[Any] | None:
    """The words of a paragraph or of a list; None where it has other blocks in it."""
    if block["type"] == "paragraph":
        return [indent, block["text"]] if indent else [block["text"]]
    if block["type"] != "list":
        return None
    lines: list[Any] = []
    for item in block["items"]:
        told = [_lines(each, indent + "   ") for each in item["blocks"]]
        if None in told:
            return None
        (_, *first), *others = (each or [""] for each in told)
        lines += ["\n"] * bool(lines) + [indent + _label(item), *first]
        lines += [part for each in others for part in ("\n", *each)]
    return lines


def _label(item: Json) -> str:
    if "has_checkbox" in item:
        return "☑ " if "is_checked" in item else "☐ "
    return f"{item['value']}. " if "value" in item else "• "


def _fits(blocks: Sequence[Json]) -> bool:
    """Whether Telegram takes so much; it counts items and rows as blocks, too."""
    chars = count = 0
    for depth, node in _nodes(blocks, 1):
        if depth > _DEPTH:
            return False
        if isinstance(node, str):
            chars += units(node)
        else:
            rows = node.get("cells", ())
            if any(len(row) > _COLUMNS for row in rows):
                return False
            count += len(rows) + ("blocks" in node or node.get("type") in _BLOCK_KINDS)
    return chars <= RICH_CHARS and count <= _BLOCKS


def _nodes(value: Any, depth: int) -> Iterator[tuple[int, Json | str]]:
    """All that is in it, and how deep; what is too deep is not looked into."""
    if isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _nodes(each, depth)
        return
    yield depth, value
    if isinstance(value, dict) and depth <= _DEPTH:
        for name in _INSIDE:
            if name in value:
                yield from _nodes(value[name], depth + 1)
