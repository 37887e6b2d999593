"""What a platform has answered about people, for a minute: it takes only so many questions."""

import asyncio
from collections.abc import Awaitable, Callable

_SECONDS = 60.0
_MOST = 1000


class Remembered:
    """Answers about a person in a chat."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[float, bool]] = {}

    async def or_asked(self, chat: str, user: str, ask: Callable[[], Awaitable[bool]]) -> bool:
        """What was answered within the minute, else what is answered now."""
        now = asyncio.get_running_loop().time()
        until, known = self._known.get((chat, user), (0.0, False))
        if until > now:
            return known
        found = await ask()
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[chat, user] = (now + _SECONDS, found)
        return found
