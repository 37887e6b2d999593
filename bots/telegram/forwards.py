"""What somebody forwards with a comment: the apps send the comment first, then the rest."""

import asyncio
from dataclasses import dataclass, field

from telegram import Message

from bots.telegram.incoming import author_key, has_attachment


@dataclass(frozen=True, slots=True)
class Forwards:
    """Brings a command together with what was forwarded right behind it.

    Args:
        seconds: how soon the apps send it.
    """

    seconds: float
    _awaited: dict[tuple[int, int | None, int], tuple[int, asyncio.Future[Message]]] = field(
        default_factory=dict[tuple[int, int | None, int], tuple[int, asyncio.Future[Message]]]
    )

    def claims(self, message: Message) -> bool:
        """Whether a message belongs to the command before it, and is nothing by itself."""
        number, awaited = self._awaited.get(author_key(message), (0, None))
        if awaited is None or awaited.done() or message.message_id <= number:
            return False
        if message.forward_origin is None or not has_attachment(message):
            return False
        awaited.set_result(message)
        return True

    async def behind(self, command: Message) -> Message | None:
        """Wait for what is forwarded behind a command; its first message where it is an album."""
        key = author_key(command)
        awaited = asyncio.get_running_loop().create_future()
        self._awaited[key] = command.message_id, awaited
        try:
            return await asyncio.wait_for(awaited, self.seconds)
        except TimeoutError:
            return None
        finally:
            # A command that came meanwhile waits for its own.
            if self._awaited.get(key) == (command.message_id, awaited):
                del self._awaited[key]
