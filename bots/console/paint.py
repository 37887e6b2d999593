"""Markdown in the colours of a terminal. Pure; loaded only where there is one."""

import re
from collections.abc import Iterator, Mapping

from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.messages.fences import fence_after
from core.messages.tables import with_drawn_tables

# On and off; what is switched off alone leaves the others on.
_BOLD, _DIM = ("\x1b[1m", "\x1b[22m"), ("\x1b[2m", "\x1b[22m")
_CODE = ("\x1b[36m", "\x1b[39m")
_HEADING = ("\x1b[1;4m", "\x1b[22;24m")
_STYLES: Mapping[str, tuple[str, str]] = {
    "strong": _BOLD,
    "em": ("\x1b[3m", "\x1b[23m"),
    "s": ("\x1b[9m", "\x1b[29m"),
}
_RULE_CELLS = 40
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_TITLE = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_QUOTE = re.compile(r"((?: {0,3}>[ \t]?)+)(.*)")
_ITEM = re.compile(r"([ \t]*)[-*+][ \t]+(?:\[([ xX])\][ \t]+)?(.*)")
_inline = MarkdownIt("commonmark").enable("strikethrough")


def painted(text: str, cells: int) -> list[str]:
    """The lines of a text of Markdown, for a terminal of so many cells in a line.

    Line by line, so that the lines of a beginning are a beginning of the lines.
    """
    lines, fence = list[str](), ""
    for line in with_drawn_tables(text, cells).split("\n"):
        before, fence = fence, fence_after(fence, line)
        if before and fence:
            lines.append(_in(_CODE, line))
        elif not before and not fence:
            lines.append(_line(line))
    return lines


def dim(text: str) -> str:
    """Said aside."""
    return _in(_DIM, text)


def _line(line: str) -> str:
    if _RULE.fullmatch(line):
        return dim("─" * _RULE_CELLS)
    if title := _TITLE.fullmatch(line):
        return _in(_HEADING, _words(title[1]))
    if quote := _QUOTE.fullmatch(line):
        # Not one call for each sign: there may be thousands.
        return f"{dim('│')} " * quote[1].count(">") + _line(quote[2])
    if item := _ITEM.fullmatch(line):
        task = {None: "", " ": "☐ "}.get(item[2], "☑ ")
        return f"{item[1]}• {task}{_words(item[3])}"
    indent = line[: len(line) - len(line.lstrip())]
    return indent + _words(line.strip())


def _words(text: str) -> str:
    """A line without what formats it, formatted."""
    tokens = [token for block in _inline.parseInline(text) for token in block.children or ()]
    return "".join(_shown(tokens))


def _shown(tokens: list[Token]) -> Iterator[str]:
    opened: list[tuple[str, int]] = []
    for number, token in enumerate(tokens):
        kind, _, end = token.type.rpartition("_")
        if kind in _STYLES:
            yield _STYLES[kind][end == "close"]
        elif token.type == "link_open":
            opened.append((str(token.attrs.get("href", "")), number))
        elif token.type == "link_close":
            url, begin = opened.pop()
            label = "".join(each.content for each in tokens[begin:number])
            yield "" if label == url else f" ({url})"
        elif token.type == "image":
            yield f"{token.content} ({token.attrs.get('src', '')})".strip()
        elif token.type == "code_inline":
            yield _in(_CODE, token.content)
        else:
            yield token.content


def _in(style: tuple[str, str], text: str) -> str:
    return f"{style[0]}{text}{style[1]}" if text else ""
