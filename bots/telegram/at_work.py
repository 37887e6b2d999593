"""What is being dealt with, so that what belongs to a command is not done before the command is.

What was handed over is forgotten when it is done. A process that ends in between has to find all
of an order: the command without its pictures, or without the rest of its words, is another order.
"""

import asyncio
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from telegram import Message

from bots.telegram.incoming import author_key

_Author = tuple[int, int | None, int]


@dataclass(frozen=True, slots=True)
class AtWork:
    """The messages that are being dealt with, by whoever has written them."""

    _done: dict[_Author, dict[int, asyncio.Event]] = field(
        default_factory=lambda: defaultdict[_Author, dict[int, asyncio.Event]](dict)
    )

    @contextmanager
    def on(self, message: Message) -> Generator[None]:
        """Deal with a message while the block runs."""
        author = author_key(message)
        done = self._done[author][message.message_id] = asyncio.Event()
        try:
            yield
        finally:
            done.set()
            if self._done[author].get(message.message_id) is done:
                del self._done[author][message.message_id]
            if not self._done[author]:
                del self._done[author]

    async def rest(self, part: Message) -> None:
        """Wait until all else is done that its author has sent, as its command may be."""
        others = self._done[author_key(part)]
        # First of all this one: two parts must not wait for each other.
        if mine := others.pop(part.message_id, None):
            mine.set()
        for other in list(others.values()):
            await other.wait()
