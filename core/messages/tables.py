"""Tables of Markdown as text, for platforms that cannot show any. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from unicodedata import category, east_asian_width

from core.messages.fences import fence_after

_RULE = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_BAR = re.compile(r"(?<!\\)\|")
_LINK = re.compile(r"!?\[([^\]]*)\]\(<?([^)\s>]*)>?[^)]*\)")
_MARKS = re.compile(r"\*\*|__|~~|`")
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([^\w\s])")
_GAP = "  "
_JOINER = "\N{ZERO WIDTH JOINER}"

Row = Sequence[str]


def with_drawn_tables(text: str, cells: int) -> str:
    """The text with each table as a block of code, its columns aligned.

    A table that is wider than so many cells becomes a list of its rows instead: wrapped lines of a
    table cannot be read.
    """
    lines, shown, fence, at = text.split("\n"), list[str](), "", 0
    while at < len(lines):
        rows = [] if fence else _rows(lines, at)
        if rows:
            shown += _drawn(rows, lines[at + 1], cells)
            at += len(rows) + 1
        else:
            fence = fence_after(fence, lines[at])
            shown.append(lines[at])
            at += 1
    return "\n".join(shown)


def width(text: str) -> int:
    """How many cells of a fixed-width font a text takes: Chinese characters take two."""
    before = f" {text}"
    return sum(
        0 if joiner == _JOINER else _cells_of(each)
        for joiner, each in zip(before, text, strict=False)
    )


def _cells_of(character: str) -> int:
    if category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1


def _rows(lines: Sequence[str], at: int) -> list[Row]:
    """The head and the rows of a table that begins at a line, without the rule between them."""
    if at + 1 >= len(lines) or "|" not in lines[at] or not _is_rule(lines[at + 1]):
        return []
    head = _split(lines[at])
    if len(head) != len(_split(lines[at + 1])):
        return []
    rows: list[Row] = [head]
    for line in lines[at + 2 :]:
        if "|" not in line:
            break
        rows.append(_split(line)[: len(head)])
    return rows


def _is_rule(line: str) -> bool:
    return "|" in line and _RULE.fullmatch(line) is not None


def _split(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [part.strip() for part in _BAR.split(inner)]


def _drawn(rows: Sequence[Row], rule: str, cells: int) -> Iterator[str]:
    plain = [[_plain(cell) for cell in row] for row in rows]
    columns = list(zip_longest(*plain, fillvalue=""))
    widths = [max(map(width, column)) for column in columns]
    if sum(widths) + len(_GAP) * (len(widths) - 1) > cells:
        yield from _listed(rows)
        return
    sides = _split(rule)
    yield "```"
    for number, row in enumerate(zip(*columns, strict=True)):
        aligned = map(_aligned, row, widths, sides)
        yield _GAP.join(aligned).rstrip()
        if not number:
            yield _GAP.join("-" * each for each in widths)
    yield "```"


def _aligned(cell: str, cells: int, side: str) -> str:
    free = cells - width(cell)
    if not side.endswith(":"):
        return cell + " " * free
    left = free // 2 if side.startswith(":") else free
    return " " * left + cell + " " * (free - left)


def _listed(rows: Sequence[Row]) -> Iterator[str]:
    head, *others = rows
    for row in others:
        first, *rest = row
        yield f"- {first or head[0]}"
        yield from (
            f"  - {name}: {cell}" for name, cell in zip(head[1:], rest, strict=False) if cell
        )


def _plain(cell: str) -> str:
    """A cell without what would format it: code is shown as it is."""
    unlinked = _LINK.sub(r"\1 (\2)", _BREAK.sub(" ", cell))
    return _ESCAPE.sub(r"\1", _MARKS.sub("", unlinked))
