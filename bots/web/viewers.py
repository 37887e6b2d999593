"""Who looks at the dashboard live: told by one task for all, however many they are.

A viewer is told only the latest state. Who is slow misses what was in between, keeps nobody
waiting, and has nothing kept for them.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager, suppress

from bots.web.board import SharedBoard
from bots.web.boards import Boards
from bots.web.overview import LOOK_SECONDS
from core.engine.engine import Engine
from core.errors import StorageError

# Twice a second; where there are many, once a second, so that they take no more of the processor.
_PAUSE_SECONDS = 0.5
_VIEWERS_PER_SECOND = 200
# How long somebody still sees something after they may not any more.
CHECK_SECONDS = 3.0
# Proxies close what says nothing for a minute, some for half of that.
_BEAT_SECONDS = 15.0
# Of one session: so many tabs, and no more, for the seats are everybody's.
_OF_ONE = 10


class Viewer:
    """One stream.

    Attributes:
        who: the digest of the session; the viewers of one are checked together.
        until: when that ends, in seconds since 1970.
        may_stay: asks whether it may go on; raises StorageError.
        is_over: whether it is to end.
    """

    def __init__(self, who: str, until: float, may_stay: Callable[[], Awaitable[bool]]) -> None:
        self.who = who
        self.until = until
        self.may_stay = may_stay
        self.is_over = False
        self.woken = asyncio.Event()

    def end(self) -> None:
        """Tell nothing any more."""
        self.is_over = True
        self.woken.set()


class Viewers:
    """All who look: how long they may, and when they are told something.

    Works only while there is somebody: the first one begins it, the last one ends it.
    """

    def __init__(
        self,
        engine: Engine,
        check_seconds: float = CHECK_SECONDS,
        look_seconds: float = LOOK_SECONDS,
        beat_seconds: float = _BEAT_SECONDS,
    ) -> None:
        self._engine = engine
        self._feed = engine.services.feed
        self._check_seconds = check_seconds
        self._look_seconds = look_seconds
        self._beat_seconds = beat_seconds
        self._boards = Boards(engine)
        self._all: dict[Viewer, Hashable] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def has_enough(self, who: str) -> bool:
        """Whether a session has as many streams as it gets."""
        return sum(viewer.who == who for viewer in self._all) >= _OF_ONE

    @asynccontextmanager
    async def joined(
        self, viewer: Viewer, page: Hashable, make: Callable[[], SharedBoard]
    ) -> AsyncGenerator[SharedBoard]:
        """Let somebody look while the block runs; gives what is drawn for all at that page.

        Args:
            viewer: who it is.
            page: what they look at, and in which language.
            make: its board, where nobody else looks at that yet.
        """
        if not self._tasks or any(task.done() for task in self._tasks):
            self._begin()
        self._all[viewer] = page
        # By itself, for while the database is away nobody is told that a session is over.
        left = viewer.until - self._engine.services.sessions.now()
        timer = asyncio.get_running_loop().call_later(left, viewer.end)
        try:
            yield await self._boards.of(page, make)
        finally:
            timer.cancel()
            del self._all[viewer]
            if page not in self._all.values():
                self._boards.drop(page)
            if not self._all:
                self._feed.is_watched = False
                self._stop()

    def _begin(self) -> None:
        self._end_all()  # who is slow may still be on the way out when one of the tasks has failed
        self._stop()
        self._feed.is_watched = True
        work = [self._tell(), self._check()]
        if self._engine.services.calls.are_heard:
            work.append(self._look_elsewhere())
        self._tasks = [asyncio.create_task(each) for each in work]
        for task in self._tasks:
            task.add_done_callback(self._failed)

    def _failed(self, task: asyncio.Task[None]) -> None:
        if task in self._tasks:  # and was not stopped by us
            self._end_all()

    def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        self._boards.clear()

    async def _tell(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._beat_seconds):
                    await self._feed.news()
            except TimeoutError:
                await self._boards.beat()
            else:
                await self._boards.draw()
            if self._feed.is_closed:
                return
            for viewer in self._all:
                viewer.woken.set()
            await asyncio.sleep(max(_PAUSE_SECONDS, len(self._all) / _VIEWERS_PER_SECOND))

    async def _look_elsewhere(self) -> None:
        """See what other processes have, once for all viewers: they tell nobody of it."""
        while True:
            if await self._boards.look_elsewhere():
                self._feed.changed()
            await asyncio.sleep(self._look_seconds)

    async def _check(self) -> None:
        """End the streams of those who have signed out, are banned, or are no admins any more."""
        while True:
            await asyncio.sleep(self._check_seconds)
            by_session = {viewer.who: viewer.may_stay for viewer in self._all}
            for who, may_stay in by_session.items():
                with suppress(StorageError):  # they were let in; the next look finds out
                    if not await may_stay():
                        self._end(who)

    def _end_all(self) -> None:
        for viewer in self._all:
            viewer.end()

    def _end(self, who: str) -> None:
        for viewer in self._all:
            if viewer.who == who:
                viewer.end()
