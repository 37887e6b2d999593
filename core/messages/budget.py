"""How often a chat may be written to, with room kept for what must not be lost."""

import asyncio
import math
from bisect import insort
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count
from typing import Protocol
from weakref import WeakValueDictionary

from core.limits import Limits
from core.messages.share import Refusal, WriteShare, WriteWish
from core.messages.window import WriteWindow
from core.messages.written import ChatKey, Lane, Written
from core.meters import WriteMeter
from core.platform import MessageRef, SlowDownError

_LANES: tuple[Lane, ...] = ("post", "edit")


class Rank(IntEnum):
    """Who goes first: what was paid for, its end in a chat that has it, answers, progress.

    What nobody has asked for is the last.
    """

    RESULT = 0
    LAST_WORD = 1
    ANSWER = 2
    FRAME = 3
    BROADCAST = 4


class Memory(Protocol):
    """Keeps what was written for the process that comes next."""

    @property
    def most_unsaved(self) -> int:
        """How many writes to a chat may be missing in it when the process is killed."""
        ...

    def touch(self, budget: "WriteBudget") -> None:
        """Take note that something was begun, written or refused; never waits."""
        ...

    async def save(self, budget: "WriteBudget") -> None:
        """Store it, if that was not done since it was touched."""
        ...


@dataclass(slots=True, kw_only=True, order=True)
class _Waiter:
    rank: Rank
    number: int
    lane: Lane = field(compare=False)
    weight: int = field(compare=False)
    admitted: asyncio.Event = field(compare=False, default_factory=asyncio.Event)
    not_before: float = field(compare=False, default=0.0)
    wish: WriteWish | None = field(compare=False, default=None)
    has_leave: bool = field(compare=False, default=False)


class WriteBudget:
    """A sliding window of writes to one chat, within that of the whole platform.

    Who waits is let in by rank, and then in the order in which they came. Progress leaves a
    quarter of the window alone, answers half of that, so that a result never stands behind them;
    a broadcast leaves half of it.
    Where more last words are expected, progress leaves room for all of them.
    A write happens inside the block, and counts in the `WriteWindow`.

    Args:
        whole: what all chats of the platform share.
        chat: its name for a later process; None where that need not know of it.
        left: what an earlier process has written.
        chats: the budget of the chat, where this one is that of an access to it.
        frames: what progress counts in beside this one; without it in `whole`, as all else.
        meter: counts what is written.
        share: what other processes write there, too; without it, there are none.
    """

    def __init__(  # noqa: PLR0913 - what it counts, and what it counts within
        self,
        limits: Limits,
        whole: "WriteBudget | None" = None,
        *,
        chat: ChatKey | None = None,
        memory: Memory | None = None,
        left: Written | None = None,
        chats: "WriteBudget | None" = None,
        frames: "WriteBudget | None" = None,
        meter: WriteMeter | None = None,
        share: WriteShare | None = None,
    ) -> None:
        self.chat = chat
        self._share = share
        self._meter = meter or WriteMeter()
        self._limits = limits
        self._chats = chats
        self._apart: WeakValueDictionary[str, WriteBudget] = WeakValueDictionary()
        self._whole = whole
        self._frames = frames or whole
        self._writes = limits.writes
        # Without it, progress of three jobs would make a finished video wait for a minute.
        reserve = limits.writes // 4
        self._kept = {
            Rank.BROADCAST: limits.writes // 2,
            Rank.FRAME: reserve,
            Rank.ANSWER: (reserve + 1) // 2,
        }
        self._expected = 0
        self._memory = memory
        self._window = WriteWindow(
            limits.writes, limits.window_seconds, left.times if left else ()
        )
        self._paused: dict[Lane, float] = dict.fromkeys(_LANES, 0.0)
        self._paused |= left.pauses if left else {}
        self._waiting: list[_Waiter] = []
        self._numbers = count()
        self._unsaved = 0
        self._timer: asyncio.TimerHandle | None = None

    def of(self, message: MessageRef | None) -> "WriteBudget":
        """What a write to a message, or in answer to a command, counts in.

        What has an access of its own is written by that, and costs no chat anything; but progress
        keeps within what the platform takes in all chats: that of a thousand jobs would leave us
        no time for anything else.
        """
        if self._chats:
            return self._chats.of(message)
        if message is None or not message.access:
            return self
        budget = self._apart.get(message.access)
        if budget is None:
            budget = WriteBudget(
                self._limits,
                memory=self._memory,
                chats=self,
                frames=self._whole,
                meter=self._meter,
            )
            self._apart[message.access] = budget
        return budget

    @asynccontextmanager
    async def turn(self, rank: Rank, lane: Lane, weight: int = 1) -> AsyncGenerator[None]:
        """Wait until it may be written.

        An album weighs as much as the messages that the platform makes of it.
        """
        # An album larger than the window would otherwise wait for ever.
        waiter = _Waiter(
            rank=rank, number=next(self._numbers), lane=lane, weight=min(weight, self._writes)
        )
        insort(self._waiting, waiter)
        self._admit()
        try:
            await self._let_in(waiter)
            if self._memory and self._unsaved > self._memory.most_unsaved:
                await self._memory.save(self)
            # The chat first, then the platform: who holds a place in the large window must not
            # sleep in a small one.
            outer = self._frames if rank is Rank.FRAME else self._whole
            async with outer.turn(rank, lane, weight) if outer else nullcontext():
                yield
        finally:
            self._leave(waiter)

    @contextmanager
    def expecting(self) -> Generator[None]:
        """Keep progress from taking the room of a last word that may come any moment."""
        self._expected += 1
        try:
            yield
        finally:
            self._expected -= 1
            self._admit()

    def waiting(self, rank: Rank) -> int:
        """How many of that rank wait for this chat."""
        return sum(waiter.rank is rank for waiter in self._waiting)

    async def obey(self, error: SlowDownError, lane: Lane) -> None:
        """Keep what was refused waiting, and nothing else."""
        self.note(error)
        match error.scope:
            case "message":
                await asyncio.sleep(error.retry_after)
            case "method":
                self.pause(error.retry_after, lane)
            case "bot":
                (self._whole or self).pause(error.retry_after)

    def note(self, error: SlowDownError) -> None:
        """Count a refusal; `obey` does."""
        self._meter.refused[error.scope] += 1
        self._meter.paused += error.retry_after

    def pause(self, seconds: float, *lanes: Lane) -> None:
        """Write nothing, or nothing of that kind, for so long."""
        for lane in lanes or _LANES:
            # max: a short pause that comes late must not end a long one.
            self._paused[lane] = max(self._paused[lane], _now() + seconds)
        if self._share:
            self._share.pause(seconds, *(lanes or _LANES))
        self._remember()

    def paused(self, lane: Lane) -> float:
        """For how many seconds the platform wants no such writes."""
        return max(0.0, self._paused[lane] - _now())

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to remember: no write counts any more, and none waits."""
        now = _now()
        busy = self._waiting or any(until > now for until in self._paused.values())
        return not busy and self._window.is_empty(now)

    def written(self) -> Written:
        """What a later process has to know."""
        self._unsaved = 0
        now = _now()
        return Written(
            times=self._window.answered(now),
            under_way=self._window.under_way,
            pauses={lane: until for lane, until in self._paused.items() if until > now},
        )

    async def _let_in(self, waiter: _Waiter) -> None:
        """Wait for room here, and for leave of all who write there."""
        await waiter.admitted.wait()
        while self._share:
            waiter.wish = WriteWish(
                number=waiter.number,
                rank=waiter.rank,
                lane=waiter.lane,
                weight=waiter.weight,
                kept=self._kept_from(waiter.rank),
            )
            refusal = await self._share.ask(waiter.wish)
            if refusal is None:
                break
            self._put_back(waiter, refusal)
            await waiter.admitted.wait()
        waiter.has_leave = True
        self._meter.written[waiter.lane] += waiter.weight

    def _put_back(self, waiter: _Waiter, refusal: Refusal) -> None:
        """Let it wait where it stood, and everybody behind it."""
        until = _now() + refusal.seconds
        if refusal.is_pause:
            self._paused[waiter.lane] = max(self._paused[waiter.lane], until)
        else:
            waiter.not_before = until
        self._window.withdraw(waiter.number)
        self._unsaved -= waiter.weight
        waiter.admitted.clear()
        insort(self._waiting, waiter)
        self._admit()

    def _admit(self) -> None:
        """Let in whoever may write now; wake up when the next one may."""
        if self._timer:
            self._timer.cancel()
        now, wakings = _now(), list[float]()
        for waiter in tuple(self._waiting):
            if self._paused[waiter.lane] > now:
                # Those of the other lane go by.
                wakings.append(self._paused[waiter.lane])
                continue
            free_at = max(
                self._window.free_at(waiter.weight, self._kept_from(waiter.rank), now),
                waiter.not_before,
            )
            if free_at > now:
                wakings.append(free_at)
                break
            self._begin(waiter, now)
        if (first := min(wakings, default=math.inf)) < math.inf:
            self._timer = asyncio.get_running_loop().call_at(first, self._admit)

    def _begin(self, waiter: _Waiter, now: float) -> None:
        self._waiting.remove(waiter)
        self._window.begin(waiter.number, waiter.weight, now)
        self._unsaved += waiter.weight
        self._remember()
        waiter.admitted.set()

    def _leave(self, waiter: _Waiter) -> None:
        if self._share and waiter.wish:
            self._share.left(waiter.wish, written=waiter.has_leave)
        if waiter in self._waiting:
            self._waiting.remove(waiter)
        else:
            self._window.answer(waiter.number, _now())
            self._remember()
        self._admit()

    def _remember(self) -> None:
        if self._memory:
            self._memory.touch(self)

    def _kept_from(self, rank: Rank) -> int:
        kept = self._kept.get(rank, 0)
        return max(kept, min(self._expected, self._writes)) if rank >= Rank.FRAME else kept


def _now() -> float:
    return asyncio.get_running_loop().time()
