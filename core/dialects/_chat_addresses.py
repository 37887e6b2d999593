"""The addresses in a text, whichever way they stand in it: Markdown, tags, bare. All pure.

Source: docs/gateways.md, "Shapes of links".
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

TRAILING = ".,;:!?~*"
"""What closes a sentence, and no address."""

# The lengths are bounded because a search that fails at every sign of a long text is quadratic.
_MD_LINK = re.compile(
    r"(!?)\[([^\[\]]{0,2000})\]"
    r"\(\s*<?(?P<url>https?://[^\s<>()\"']+(?:\([^\s<>()\"']*\)[^\s<>()\"']*)*)>?"
    r"(?:\s+\"[^\"]*\")?\s*\)"
)
_HTML_SRC = re.compile(
    r"<(video|source|a)\b[^<>]{0,2000}?\b(?:src|href)\s*=\s*"
    r"(?:\"([^\"]+)\"|'([^']+)'|(?P<naked>[^\s>\"']+))",
    re.IGNORECASE,
)
_BARE_URL = re.compile(r"https?://[^\s<>\"'`\\\[\]()（）【】《》，。；、！|]+")
_OPENED = re.compile(r"(?:\]\(\s*<?|=\s*[\"']?|[\[<])\Z")
# A file's name, then words that follow it without a space.
_GLUED = re.compile(
    r"(\.(?:mp4|mov|webm|m4v|webp|png|jpe?g|gif|avif))[^\x00-\x7f].*", re.IGNORECASE | re.DOTALL
)


class Address(NamedTuple):
    """Where it stands, what it was called, and the tag or bracket that it stands in."""

    start: int
    end: int
    url: str
    label: str = ""
    tag: str = ""


def addresses(text: str, *, ended: bool) -> Iterator[Address]:
    """All of them; a bare one at the very end counts only where the text has `ended`."""
    marked = [*_in_markdown(text), *_in_tags(text)]
    yield from marked
    spans = sorted((each.start, each.end) for each in marked)
    starts = [start for start, _ in spans]
    # Each reaches as far as any before it does.
    ends = list(accumulate((end for _, end in spans), max))
    for match in _BARE_URL.finditer(text):
        before = bisect_right(starts, match.start())
        inside = before > 0 and match.start() < ends[before - 1]
        if not inside and not is_cut_off(text, match, ended=ended):
            url = _GLUED.sub(r"\1", match[0]).rstrip(TRAILING)
            tag = "(" if _is_opened(text, match) else ""
            yield Address(*match.span(), url, "", tag)


def _in_markdown(text: str) -> Iterator[Address]:
    for match in _MD_LINK.finditer(text):
        yield Address(*match.span(), match["url"], match[2], match[1])


def _in_tags(text: str) -> Iterator[Address]:
    for match in _HTML_SRC.finditer(text):
        url = match[2] or match[3] or match["naked"]
        cut_off = match.end("naked") == len(text)
        if url.startswith(("http://", "https://")) and not cut_off:
            yield Address(*match.span(), url, "", match[1].casefold())


def _is_opened(text: str, match: re.Match[str]) -> bool:
    """Whether a bracket or an attribute before the address waits for its end."""
    return bool(_OPENED.search(text, max(match.start() - 20, 0), match.start()))


def is_cut_off(text: str, match: re.Match[str], *, ended: bool) -> bool:
    """Whether an address may go on behind the end of the text."""
    return match.end() == len(text) and (not ended or _is_opened(text, match))
