"""Albums: they come one picture at a time, with nothing that says how many there are."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from telegram import Message

from bots.telegram.incoming import TelegramFile, attached_to

# In memory: Telegram does not tell an album again, and after a restart replies to one see a part.
_REMEMBERED = 500


@dataclass(slots=True)
class _Album:
    items: dict[int, TelegramFile | None] = field(default_factory=dict[int, TelegramFile | None])
    latest: float = 0.0


class Albums:
    """Remembers the last albums, so that a command in reply to one finds all of it.

    Args:
        quiet_seconds: an album is whole when nothing of it came for so long.
    """

    def __init__(self, quiet_seconds: float = 1.5) -> None:
        self._quiet_seconds = quiet_seconds
        self._albums: OrderedDict[tuple[int, str], _Album] = OrderedDict()

    def note(self, message: Message) -> None:
        """Remember a message that may be a part of an album."""
        if message.media_group_id is None:
            return
        key = (message.chat.id, message.media_group_id)
        album = self._albums.setdefault(key, _Album())
        # A part that is told twice (an edit, a repeated update) must not make everybody wait anew.
        if message.message_id not in album.items:
            album.latest = asyncio.get_running_loop().time()
        album.items[message.message_id] = attached_to(message)
        # The least recently touched goes first, not the first that came.
        self._albums.move_to_end(key)
        if len(self._albums) > _REMEMBERED:
            self._albums.popitem(last=False)

    async def around(self, message: Message) -> tuple[TelegramFile, ...]:
        """All files of the album that a message is in, in their order; its own without one."""
        if message.media_group_id is None:
            file = attached_to(message)
            return (file,) if file else ()
        # It may be asked about before it went through `note`, or long after it was forgotten.
        self.note(message)
        album = self._albums[message.chat.id, message.media_group_id]
        # Telegram never says how many there are: whole means that nothing more came for a while.
        loop = asyncio.get_running_loop()
        while (rest := album.latest + self._quiet_seconds - loop.time()) > 0:  # noqa: ASYNC110 - as in core.messages.budget
            await asyncio.sleep(rest)
        # Updates come in any order; message ids are in the order of the album.
        files = (album.items[number] for number in sorted(album.items))
        return tuple(file for file in files if file)
