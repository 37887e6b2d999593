"""Bytes of an event stream to JSON frames, as lenient as real gateways make it necessary.

Source: provider reference 2 and H01-H07, H15. A decoder for well-formed event streams does not do:
`data:` may lack its space, frames may be bare JSON lines, the body one JSON object or HTML.
"""

import codecs
import re

from core.dialects._json import Json, mapping, parse

DONE = "[DONE]"
Frame = Json | str
"""A JSON object, or DONE."""

_FIELD = re.compile(r"(?:event|id|retry):")


class Decoder:
    """Feed it chunks cut anywhere; it gives back complete frames.

    Attributes:
        malformed: frames that were no JSON and were skipped.
        loose: what is no event stream at all: HTML or plain text.
    """

    def __init__(self, limit_chars: int = 64_000_000) -> None:
        self.malformed = 0
        self.loose = ""
        self._limit = limit_chars
        self._text = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._line: list[str] = []
        self._size = 0
        self._data: list[str] = []
        self._loose_lines: list[str] = []

    def feed(self, chunk: bytes) -> list[Frame]:
        """Take bytes as they come from the wire.

        Raises:
            ValueError: one line or body is larger than the limit.
        """
        return self._take(self._text.decode(chunk))

    def end(self) -> list[Frame]:
        """Say that nothing more comes."""
        frames = self._take(self._text.decode(b"", final=True) + "\n\n")
        self.loose = "\n".join(self._loose_lines)
        body = mapping(parse(self.loose))
        if body:
            self.loose = ""
            frames.append(body)
        return frames

    def _take(self, text: str) -> list[Frame]:
        self._size += len(text)
        if self._size > self._limit:
            raise ValueError("a line of the stream is too long")
        if "\n" not in text:
            self._line.append(text)
            return []
        lines = ("".join(self._line) + text).split("\n")
        self._line = [lines.pop()]
        self._size = len(self._line[0]) + sum(map(len, self._loose_lines))
        return [frame for line in lines for frame in self._read(line.removesuffix("\r"))]

    def _read(self, line: str) -> list[Frame]:
        if line.startswith("data:"):
            return self._read_data(line[5:].strip())
        if not line.strip():
            self._drop_data()
        elif line.startswith("{") and (frame := mapping(parse(line))):
            return [frame]
        elif not line.startswith(":") and not _FIELD.match(line):
            self._loose_lines.append(line)
        return []

    def _read_data(self, value: str) -> list[Frame]:
        if value == DONE:
            self._drop_data()
            return [DONE]
        # Each line is tried alone first: some relays leave out the blank line between frames.
        for candidate in (value, "\n".join([*self._data, value])) if self._data else (value,):
            if frame := mapping(parse(candidate)):
                if candidate is value:
                    self._drop_data()
                self._data.clear()
                return [frame]
        self._data.append(value)
        return []

    def _drop_data(self) -> None:
        if any(self._data):
            self.malformed += 1
        self._data.clear()
