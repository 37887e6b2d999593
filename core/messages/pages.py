"""Cuts a long text into messages, so that each of them can be read by itself."""

from functools import reduce

from core.messages.fences import closing, fence_after

# Where a text is cut, if it can be: between paragraphs, lines, sentences or words.
_GAPS = ("\n\n", "\n", "。", ". ", " ")
# A page is at least so full, or a text of short paragraphs would make too many.
_LEAST_FULL = 0.5
# A name of a language, or a path.
_FENCE_CHARS = 80
_JOINER = "\N{ZERO WIDTH JOINER}"
_SELECTOR = "\N{VARIATION SELECTOR-16}"


def pages(text: str, limit: int) -> list[str]:
    """Cut a text into parts of at most `limit` UTF-16 units, as most platforms count.

    A block of code that is cut is closed, and opened again on the next page. What is cut off once
    stays as it is when the text grows.
    """
    found: list[str] = []
    head, at = "", 0
    # Only as much is looked at as a page may have, or the time would grow with the square.
    while units(head + text[at : at + limit + 1]) > limit:
        room = limit - units(head) - len(closing(head)) - 1
        end = at + _end(text[at : at + limit + 1], max(room, 1))
        part = head + text[at:end].rstrip()
        fence = _open_fence(part)
        found.append(f"{part}\n{closing(fence)}" if fence else part)
        at = _after_blanks(text, end, "\n" if fence else "")
        head = f"{_short(fence)}\n" if fence else ""
    return [*found, closed(head + text[at:])]


def _after_blanks(text: str, at: int, blanks: str) -> int:
    """Where the next page begins; any space is a blank where none is named."""
    while at < len(text) and (text[at] in blanks if blanks else text[at].isspace()):
        at += 1
    return at


def _short(fence: str) -> str:
    """The line that opens a block of code again; what is no language would fill each page."""
    return fence if len(fence) <= _FENCE_CHARS else closing(fence)


def closed(text: str) -> str:
    """With the end of a block of code that is open."""
    fence = _open_fence(text)
    return f"{text.rstrip()}\n{closing(fence)}" if fence else text


def _end(text: str, room: int) -> int:
    """Where to cut, counted in characters."""
    most = len(text.encode("utf-16-le")[: room * 2].decode("utf-16-le", "ignore"))
    for gap in _GAPS:
        end = text.rfind(gap, 0, most)
        if end >= most * _LEAST_FULL:
            return end + len(gap)
    while most > 1 and _holds_together(text[most - 1 : most + 1]):
        most -= 1
    return most


def _holds_together(pair: str) -> bool:
    return pair.startswith(_JOINER) or pair[1:] in {_JOINER, _SELECTOR}


def _open_fence(text: str) -> str:
    """The line that has opened the block of code that the text ends in; "" outside of one."""
    return reduce(fence_after, text.split("\n"), "")


def units(text: str) -> int:
    """How long a text is, as most platforms count: in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2
