"""Bytes of an event stream to JSON frames, as lenient as real gateways make it necessary.

Source: docs/gateways.md, "Frames". A decoder for well-formed event streams does not do:
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
    """Feed it chunks cut anywhere; it gives back complete frames, and skips what is no JSON.

    Attributes:
        loose: what is no event stream at all: HTML or plain text.
    """

    def __init__(self, limit_chars: int = 64_000_000) -> None:
        self.loose = ""
        self._limit = limit_chars
        self._text = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._line: list[str] = []
        self._data: list[str] = []
        self._loose_lines: list[str] = []
        self._held_chars = 0
        self._kept_chars = 0

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
        self._held_chars += len(text)
        if self._held_chars > self._limit:
            # What has come so far is no frame, and the end of the stream shall not read it again.
            self._line, self._data, self._loose_lines = [], [], []
            self._held_chars = self._kept_chars = 0
            raise ValueError("a line of the stream is too long")
        if "\n" not in text:
            self._line.append(text)
            return []
        lines = ("".join(self._line) + text).split("\n")
        self._line = [lines.pop()]
        frames = [frame for line in lines for frame in self._read(line.removesuffix("\r"))]
        self._held_chars = len(self._line[0]) + self._kept_chars
        return frames

    def _read(self, line: str) -> list[Frame]:
        if line.startswith("data:"):
            return self._read_data(line[5:].strip())
        if not line.strip():
            return self._close_frame()
        if line.startswith("{") and (frame := mapping(parse(line))):
            return [frame]
        if not line.startswith(":") and not _FIELD.match(line):
            self._keep(self._loose_lines, line)
        return []

    def _read_data(self, value: str) -> list[Frame]:
        if value == DONE:
            return [*self._close_frame(), DONE]
        frame = mapping(parse(value))
        # Some relays leave out the blank line between frames. But a line within a frame of many
        # lines may be an object, too.
        if frame and (not self._data or "choices" in frame):
            return [*self._close_frame(), frame]
        if value:
            self._keep(self._data, value)
        return []

    def _keep(self, lines: list[str], line: str) -> None:
        lines.append(line)
        self._kept_chars += len(line)

    def _close_frame(self) -> list[Frame]:
        """Give what the lines since the last frame were: one frame, or several, or none."""
        if not self._data:
            return []
        lines, self._data = self._data, []
        self._kept_chars -= sum(map(len, lines))
        if whole := mapping(parse("\n".join(lines))):
            return [whole]
        return [frame for line in lines if (frame := mapping(parse(line)))]
