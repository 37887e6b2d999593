"""Texts that Telegram's apps cut in pieces: they send what is too long as several messages."""

import asyncio
from dataclasses import dataclass, field

from telegram import Message

from bots.telegram.incoming import author_key, text_of

# What one message takes, in UTF-16 units as the apps count. Android looks for a place to cut in
# the last 300 of them, the desktop anywhere in the second half.
_LIMIT = 4096
_SHORTEST_PIECE = _LIMIT // 2
_LOOKED_BACK = 300
_COMMANDS = ("/", "／")

_Author = tuple[int, int | None, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeText:
    """What somebody has typed, in however many messages it came.

    Attributes:
        is_cut: whether a rest of it must be missing.
    """

    text: str
    is_cut: bool = False


@dataclass(slots=True)
class _Held:
    """A text whose rest may still come."""

    first: Message
    last: Message
    text: str
    grown: asyncio.Event = field(default_factory=asyncio.Event)

    def has(self, message: Message) -> bool:
        """Whether the message came before: Telegram sometimes brings one twice."""
        return self.first.message_id <= message.message_id <= self.last.message_id

    def goes_on_in(self, message: Message) -> bool:
        # In a group the messages of others may stand in between.
        is_later = message.message_id > self.last.message_id
        return is_later and bool(message.text) and not text_of(message).startswith(_COMMANDS)

    def add(self, message: Message) -> None:
        # Where an app cuts between words it takes the space away; a line break parts shots, too.
        self.text += ("" if _units(self.last) >= _LIMIT else "\n") + text_of(message)
        self.last = message
        self.grown.set()

    async def grow(self, quiet_seconds: float) -> None:
        """Wait for the rest: until a piece is too short to have one, or nothing comes."""
        while _units(self.last) > _SHORTEST_PIECE:
            try:
                await asyncio.wait_for(self.grown.wait(), quiet_seconds)
            except TimeoutError:
                return
            self.grown.clear()


class LongTexts:
    """Puts the pieces together again. Each text waits alone; nothing else does.

    Args:
        quiet_seconds: a text is whole when no piece of it came for so long.
    """

    def __init__(self, quiet_seconds: float) -> None:
        self._quiet_seconds = quiet_seconds
        self._held: dict[_Author, _Held] = {}

    async def whole(self, message: Message, *, sees_all: bool) -> WholeText | None:
        """The text that a message begins, with its rest; None for what is the rest of another.

        Args:
            message: in the order in which they came; the first step is taken before any wait.
            sees_all: whether the rest would be shown to the bot at all.
        """
        author = author_key(message)
        held = self._held.get(author)
        if held and held.has(message):
            return None
        if held and held.goes_on_in(message):
            held.add(message)
            return None
        if _units(message) <= _SHORTEST_PIECE:
            return WholeText(text=text_of(message))
        held = self._held[author] = _Held(message, message, text_of(message))
        try:
            await held.grow(self._quiet_seconds)
        finally:
            if self._held.get(author) is held:
                del self._held[author]
        most = _LIMIT if sees_all else _LIMIT - _LOOKED_BACK
        return WholeText(text=held.text, is_cut=_units(held.last) >= most)


def _units(message: Message) -> int:
    """The length of a text as the apps count it. A caption is never cut."""
    return len((message.text or "").encode("utf-16-le", "surrogatepass")) // 2
