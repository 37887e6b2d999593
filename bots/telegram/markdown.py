"""Markdown made harmless: what the converter would hide or leave out is written as plain words."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

# What can be hidden; without any of it there is nothing to look for.
_SIGNS = ("<", "||", "$", "]:")
# What is named may be spread over lines, and be as long as this.
_DEFINITION = re.compile(rb"(?<!\\)\[(?=[^\]]{1,999}\]:)")
_DOUBLE_PIPE = re.compile(rb"\|(?=\|)|(?<=\|)\|")
_TAG = re.compile(rb"<")
_DOLLAR = re.compile(rb"\$")
_EMPTY_CELL = re.compile(rb"\|(?=\|)")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
# What is inside of what was written as words may have to be written as words, too.
_ROUNDS = 10
# Bytes that are put in at a place, in place of so many that stand there.
_Change = tuple[int, int, bytes]
# "start" and "end", in bytes.
_Where = Mapping[str, int]


def tamed(markdown: str) -> str:
    """The same text without HTML, spoilers, definitions of links, and formulas in tables.

    They would be left out, or covered, though a model that writes `List<String>`, `a || b` or
    `[1]: https://...` means just that.
    """
    for _ in range(_ROUNDS):
        if not any(sign in markdown for sign in _SIGNS):
            break
        source = markdown.encode()
        changes = sorted({change[0]: change for change in _changes(source)}.values())
        if not changes:
            break
        markdown = _changed(source, changes).decode()
    return markdown


def _changed(source: bytes, changes: list[_Change]) -> bytes:
    parts, at = list[bytes](), 0
    for start, length, put in changes:
        parts += [source[at:start], put]
        at = max(at, start + length)
    return b"".join([*parts, source[at:]])


def _changes(source: bytes) -> Iterator[_Change]:
    found = tuple(_events(source.decode()))
    tables, code = _regions(found)
    for payload, where in found:
        start, end = where["start"], where["end"]
        in_table = _is_in(start, tables)
        match payload:
            case {"InlineHtml": tag} if _BREAK.fullmatch(tag):
                # Not a line break as such, behind which another block could begin.
                yield start, end - start, b" " if in_table else b"&#10;"
            case {"InlineHtml": _} | {"Html": _}:
                yield from _put(source, where, _TAG)
            case {"InlineMath": _} | {"DisplayMath": _} if in_table:
                yield from _put(source, where, _DOLLAR)
            case {"Text": _} if not in_table and not _is_in(start, code):
                yield from _put(source, where, _DOUBLE_PIPE)
            case _:
                pass
    for table in tables:
        for cell in _EMPTY_CELL.finditer(source, table.start, table.stop):
            yield cell.end(), 0, b" "
    for found in _DEFINITION.finditer(source):
        if not _is_in(found.start(), code):
            yield found.start(), 0, b"\\"


def _put(source: bytes, where: _Where, sign: re.Pattern[bytes]) -> Iterator[_Change]:
    """A backslash before each such sign."""
    for found in sign.finditer(source, where["start"], where["end"]):
        yield found.start(), 0, b"\\"


def _regions(found: Sequence[Any]) -> tuple[list[range], list[range]]:
    """Where tables are, and where code is."""
    tables, code = list[range](), list[range]()
    for payload, where in found:
        place = range(where["start"], where["end"])
        match payload:
            case {"Start": {"Table": _}}:
                tables.append(place)
            case {"Start": {"CodeBlock": _}} | {"Code": _}:
                code.append(place)
            case _:
                pass
    return tables, code


def _is_in(place: int, regions: Sequence[range]) -> bool:
    return any(place in region for region in regions)


def events(markdown: str) -> Iterable[Any]:
    """What is in a text, as it is read from its beginning to its end."""
    return (payload for payload, _ in _events(markdown))


def _events(markdown: str) -> Iterable[Any]:
    # As the converter, which brings it along: not with the module.
    import pyromark  # noqa: PLC0415

    options = pyromark.Options
    return pyromark.events_with_range(
        markdown,
        options=options.ENABLE_TABLES
        | options.ENABLE_STRIKETHROUGH
        | options.ENABLE_TASKLISTS
        | options.ENABLE_MATH,
    )
