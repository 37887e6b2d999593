"""Pictures that lie inside an answer as base64: taken out of its text, and decoded. All pure.

Source: docs/gateways.md, "Pictures over chat", "Picture answers". They have tens of
megabytes: nobody searches or shows them.
"""

import base64
import re

_START = re.compile(r"data:image/[\w.+-]{1,40};base64,")
_PERHAPS = re.compile(r"(?:d|da|dat|data|data:[\w./+;=-]{0,60})\Z")
_LONGEST_START = 80
_BODY = re.compile(r"[A-Za-z0-9+/=_-]*")
_LIMIT_CHARS = 128_000_000
_PLAIN_ALPHABET = str.maketrans("-_", "+/")


class Sieve:
    """Feed it a text in pieces cut anywhere; it gives back all but the pictures in it."""

    def __init__(self) -> None:
        self._pieces: list[list[str]] = []
        self._inside = False
        self._held = ""
        self._kept_chars = 0

    def feed(self, text: str) -> str:
        """Take the next piece.

        Raises:
            ValueError: the pictures are absurdly large.
        """
        text, self._held = self._held + text, ""
        plain: list[str] = []
        at = self._keep(text, 0) if self._inside else 0
        while start := _START.search(text, at):
            plain.append(text[at : start.start()])
            self._pieces.append([])
            at = self._keep(text, start.end())
        if not self._inside:
            cut = _PERHAPS.search(text, max(at, len(text) - _LONGEST_START))
            end = cut.start() if cut else len(text)
            plain.append(text[at:end])
            self._held = text[end:]
        return "".join(plain)

    def end(self) -> str:
        """Give what might have become a picture and has not."""
        text, self._held = self._held, ""
        return text

    def _keep(self, text: str, start: int) -> int:
        """Keep what belongs to the picture; gives where it ends."""
        body = _BODY.match(text, start)
        end = body.end() if body else start
        self._kept_chars += end - start
        if self._kept_chars > _LIMIT_CHARS:
            raise ValueError("the pictures in the answer are too large")
        self._pieces[-1].append(text[start:end])
        self._inside = end == len(text)
        return end

    def has_picture(self, *, ended: bool) -> bool:
        """Whether `pictures` would give one."""
        return len(self._pieces) > (self._inside and not ended)

    def pictures(self, *, ended: bool = True) -> list[str]:
        """What was taken out, still as base64; what the end of the text may have cut off is none.

        That is what reaches to its end, unless it has `ended` as it should.
        """
        cut_off = self._inside and not ended
        whole = self._pieces[:-1] if cut_off else self._pieces
        return ["".join(pieces) for pieces in whole]


def decode(encoded: str) -> bytes:
    """The bytes that base64 of any dialect means, with or without `data:`; none if it is none."""
    _, _, body = encoded.rpartition(";base64,")
    body = "".join(body.split()).translate(_PLAIN_ALPHABET).rstrip("=")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except ValueError:
        return b""
