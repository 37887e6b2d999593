"""Who looks at the dashboard live: told by one task for all, however many they are.

A viewer is told only the latest state. Who is slow misses what was in between, keeps nobody
waiting, and has nothing kept for them.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Generator, Iterable
from contextlib import contextmanager, suppress

from bots.web.live_board import LiveBoard
from bots.web.overview import look
from core.engine.engine import Engine
from core.errors import StorageError
from core.i18n import Locale

log = logging.getLogger(__name__)

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
    """All who look, and what they are told.

    Works only while there is somebody: the first one begins it, the last one ends it.
    """

    def __init__(self, engine: Engine, check_seconds: float = CHECK_SECONDS) -> None:
        self._engine = engine
        self._feed = engine.services.feed
        self._check_seconds = check_seconds
        self._boards: dict[Locale, LiveBoard] = {}
        self._all: set[Viewer] = set()
        self._tasks: list[asyncio.Task[None]] = []

    def has_enough(self, who: str) -> bool:
        """Whether a session has as many streams as it gets."""
        return sum(viewer.who == who for viewer in self._all) >= _OF_ONE

    @contextmanager
    def joined(self, viewer: Viewer, locale: Locale) -> Generator[LiveBoard]:
        """Let somebody look while the block runs; gives what is drawn for their language."""
        if not self._tasks or any(task.done() for task in self._tasks):
            self._begin()
        self._all.add(viewer)
        # By itself, for while the database is away nobody is told that a session is over.
        left = viewer.until - self._engine.services.sessions.now()
        timer = asyncio.get_running_loop().call_later(left, viewer.end)
        try:
            if locale not in self._boards:
                self._boards[locale] = LiveBoard(locale)
                self._draw([self._boards[locale]])
            yield self._boards[locale]
        finally:
            timer.cancel()
            self._all.discard(viewer)
            if not self._all:
                self._feed.is_watched = False
                self._stop()

    def _begin(self) -> None:
        self._end_all()  # who is slow may still be on the way out when one of the tasks has failed
        self._stop()
        self._feed.is_watched = True
        self._tasks = [asyncio.create_task(work) for work in (self._tell(), self._check())]
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
                async with asyncio.timeout(_BEAT_SECONDS):
                    await self._feed.news()
            except TimeoutError:
                for board in self._boards.values():
                    board.beat()
            else:
                self._draw(self._boards.values())
            if self._feed.is_closed:
                return
            for viewer in self._all:
                viewer.woken.set()
            await asyncio.sleep(max(_PAUSE_SECONDS, len(self._all) / _VIEWERS_PER_SECOND))

    def _draw(self, boards: Iterable[LiveBoard]) -> None:
        overview = look(self._engine, time.time())
        for board in boards:
            board.draw(overview)

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
