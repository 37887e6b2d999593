"""Words of a model as all platforms and files take them: whole characters that can be seen."""

import re
from dataclasses import replace

from core.talk import Ended, Said, Text, Thought, ToolCall

# Control signs move the cursor of a terminal, and some chats count without them.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
_LAST_FIRST_HALF = re.compile(r"[\ud800-\udbff]\Z")


def readable(text: str) -> str:
    """The text without control signs, halves of characters put together, lone ones replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _UNSEEN.sub("", text)


class ReadableText:
    """Makes pieces readable that may be cut inside of a character: JSON has some in two halves."""

    def __init__(self) -> None:
        self._half = ""

    def take(self, piece: str) -> str:
        """What can be read of it now; a half at its end waits for the other one."""
        text = self._half + piece
        found = _LAST_FIRST_HALF.search(text)
        self._half = found[0] if found else ""
        return readable(text.removesuffix(self._half))


class Legible:
    """Makes what is said readable, piece by piece; None where nothing of it is left."""

    def __init__(self) -> None:
        self._text, self._thought = ReadableText(), ReadableText()

    def __call__(self, said: Said) -> Said | None:
        match said:
            case Text(text):
                words = self._text.take(text)
                return Text(words) if words else None
            case Thought(text):
                words = self._thought.take(text)
                return Thought(words) if words else None
            case ToolCall():
                return replace(
                    said,
                    id=readable(said.id),
                    name=readable(said.name),
                    arguments=readable(said.arguments),
                )
            case Ended():
                return replace(said, id=readable(said.id))
            case _:
                return said
