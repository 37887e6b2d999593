"""How often a chat may be written to, with room kept for what must not be lost."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from dataclasses import replace
from weakref import WeakValueDictionary

from core.platform import ConversationRef, Limits

_REMEMBERED = 1000


class WriteBudget:
    """A sliding window of writes to one chat, within that of the whole platform.

    Progress frames wait for room and leave a quarter of it alone; final messages may use all of
    it, and no frame goes before one that waits, so that a result never stands behind progress. A
    write happens inside the block, and counts from when it was answered: nobody can say when
    before that it has arrived.
    """

    def __init__(self, limits: Limits, whole: "WriteBudget | None" = None) -> None:
        self._whole = whole
        self._writes = limits.writes
        self._window = limits.window_seconds
        # Without it, progress of three jobs would make a finished video wait for a minute.
        self._reserve = limits.writes // 4
        self._times: deque[float] = deque()
        self._paused_until = 0.0
        # asyncio.Lock is fair, which keeps one busy job from starving the frames of the others.
        self._turn = asyncio.Lock()
        self._finals = 0
        self._no_final_waits = asyncio.Event()
        self._no_final_waits.set()

    @asynccontextmanager
    async def frame(self) -> AsyncGenerator[None]:
        """Wait until a progress frame may be written; whoever came first goes first."""
        # The chat first, then the platform: who holds a place in the large window must not
        # sleep in a small one.
        async with self._turn:
            begun = await self._after_finals(self._writes - self._reserve)
        with self._counted(begun, 1):
            async with self._whole.frame() if self._whole else nullcontext():
                yield

    @asynccontextmanager
    async def last_word(self) -> AsyncGenerator[None]:
        """Wait until something unimportant may be written, behind all results."""
        begun = await self._after_finals(self._writes)
        with self._counted(begun, 1):
            async with self._whole.last_word() if self._whole else nullcontext():
                yield

    @asynccontextmanager
    async def final(self, weight: int = 1) -> AsyncGenerator[None]:
        """Wait until a message may be written that must not be lost.

        An album weighs as much as the messages that the platform makes of it.
        """
        # An album larger than the window would otherwise wait for ever.
        weight = min(weight, self._writes)
        with self._ahead_of_frames():
            while (wait := self._wait(self._writes, weight)) > 0:  # noqa: ASYNC110 - time is waited for
                await asyncio.sleep(wait)
            # Noted before the write as well, or two that wait would both take the last place.
            begun = self._note(weight)
        with self._counted(begun, weight):
            async with self._whole.final(weight) if self._whole else nullcontext():
                yield

    def pause(self, seconds: float) -> None:
        """Obey the platform: no writes for so long."""
        # max: a short pause that comes late must not end a long one.
        self._paused_until = max(self._paused_until, _now() + seconds)

    async def _after_finals(self, allowed: int) -> float:
        await self._no_final_waits.wait()
        while (wait := self._wait(allowed, 1)) > 0:
            await asyncio.sleep(wait)
            # One may have come while this one slept.
            await self._no_final_waits.wait()
        return self._note(1)

    @contextmanager
    def _ahead_of_frames(self) -> Generator[None]:
        self._finals += 1
        self._no_final_waits.clear()
        try:
            yield
        finally:
            self._finals -= 1
            if not self._finals:
                self._no_final_waits.set()

    def _note(self, weight: int) -> float:
        now = _now()
        self._times.extend([now] * weight)
        return now

    @contextmanager
    def _counted(self, begun: float, weight: int) -> Generator[None]:
        try:
            yield
        finally:
            with suppress(ValueError):  # so long ago that it is forgotten
                # Counted from the answer instead: the platform counts when it has arrived.
                for _ in range(weight):
                    self._times.remove(begun)
            self._note(weight)

    def _wait(self, allowed: int, weight: int) -> float:
        now = _now()
        while self._times and self._times[0] <= now - self._window:
            self._times.popleft()
        over = len(self._times) + weight - allowed
        # When so many of the oldest have left the window, there is room.
        room_in = self._times[over - 1] + self._window - now if over > 0 else 0.0
        return max(room_in, self._paused_until - now)


class Budgets:
    """The budget of each chat that is written to, or was lately."""

    def __init__(self) -> None:
        self._of_chat: WeakValueDictionary[tuple[str, str, str], WriteBudget] = (
            WeakValueDictionary()
        )
        self._of_platform: dict[str, WriteBudget] = {}
        # A job that ends takes neither the window nor a pause with it.
        self._recent: deque[WriteBudget] = deque(maxlen=_REMEMBERED)

    def of(self, conversation: ConversationRef, limits: Limits) -> WriteBudget:
        """The one budget of a chat, or of a thread where each has its own."""
        thread = conversation.thread if limits.per_thread else ""
        key = (conversation.platform, conversation.chat, thread)
        budget = self._of_chat.get(key)
        if budget is None:
            whole = self._whole(conversation.platform, limits)
            budget = self._of_chat[key] = WriteBudget(limits, whole)
        self._recent.append(budget)
        return budget

    def _whole(self, platform: str, limits: Limits) -> WriteBudget | None:
        """What all chats of a platform share, where it counts that."""
        if limits.platform_writes is None:
            return None
        if platform not in self._of_platform:
            second = replace(limits, writes=limits.platform_writes, window_seconds=1.0)
            self._of_platform[platform] = WriteBudget(second)
        return self._of_platform[platform]


def _now() -> float:
    return asyncio.get_running_loop().time()
