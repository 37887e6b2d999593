"""How often a chat may be written to, with room kept for what must not be lost."""

import asyncio
from collections import deque
from weakref import WeakValueDictionary

from core.chat import ConversationRef, Limits

_REMEMBERED = 1000


class WriteBudget:
    """A sliding window of writes to one chat.

    Progress frames wait for room and leave a quarter of it alone; final messages may use all of
    it, so that a result never stands behind progress.
    """

    def __init__(self, limits: Limits) -> None:
        self._writes = limits.writes
        self._window = limits.window_seconds
        self._reserve = limits.writes // 4
        self._times: deque[float] = deque()
        self._paused_until = 0.0
        self._turn = asyncio.Lock()

    async def frame(self) -> None:
        """Wait until a progress frame may be written; whoever came first goes first."""
        async with self._turn:
            await self._take(self._writes - self._reserve)

    async def final(self) -> None:
        """Wait until a message may be written that must not be lost."""
        await self._take(self._writes)

    def pause(self, seconds: float) -> None:
        """Obey the platform: no writes for so long."""
        self._paused_until = max(self._paused_until, _now() + seconds)

    async def _take(self, allowed: int) -> None:
        while (wait := self._wait(allowed)) > 0:  # noqa: ASYNC110 - time is what is waited for
            await asyncio.sleep(wait)
        self._times.append(_now())

    def _wait(self, allowed: int) -> float:
        now = _now()
        while self._times and self._times[0] <= now - self._window:
            self._times.popleft()
        full = len(self._times) - allowed
        room_in = self._times[full] + self._window - now if full >= 0 else 0.0
        return max(room_in, self._paused_until - now)


class Budgets:
    """The budget of each chat that is written to, or was lately."""

    def __init__(self) -> None:
        self._of_chat: WeakValueDictionary[tuple[str, str], WriteBudget] = WeakValueDictionary()
        # A job that ends takes neither the window nor a pause with it.
        self._recent: deque[WriteBudget] = deque(maxlen=_REMEMBERED)

    def of(self, conversation: ConversationRef, limits: Limits) -> WriteBudget:
        """The one budget of a chat: its threads share it."""
        key = (conversation.platform, conversation.chat)
        budget = self._of_chat.get(key)
        if budget is None:
            budget = self._of_chat[key] = WriteBudget(limits)
        self._recent.append(budget)
        return budget


def _now() -> float:
    return asyncio.get_running_loop().time()
