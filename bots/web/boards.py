"""The boards that somebody looks at: one for each page and language, drawn for all of them."""

import logging
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace

from bots.web.board import Scene, SharedBoard
from bots.web.overview import MOST_ROWS, NOWHERE_ELSE, Elsewhere
from core.engine.engine import Engine
from core.errors import StorageError

log = logging.getLogger(__name__)


class Boards:
    """All boards, and what they show of other processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._boards: dict[Hashable, SharedBoard] = {}
        # Those that could not be drawn: they may have no news of their own any more.
        self._late = set[SharedBoard]()
        self._elsewhere = NOWHERE_ELSE

    async def of(self, page: Hashable, make: Callable[[], SharedBoard]) -> SharedBoard:
        """The board of a page in one language; a new one is drawn first."""
        if page not in self._boards:
            board = make()
            await self._draw([board])
            # Another one may have been as fast.
            self._boards.setdefault(page, board)
        return self._boards[page]

    async def draw(self) -> None:
        """Let all of them take in what goes on now."""
        await self._draw(list(self._boards.values()))

    async def beat(self) -> None:
        """Keep connections open while there is no news, and draw what could not be drawn."""
        for board in self._boards.values():
            board.beat()
        self._late.intersection_update(self._boards.values())
        await self._draw(list(self._late))

    async def look_elsewhere(self) -> bool:
        """See what other processes have; whether that is another than before."""
        before = self._elsewhere
        self._elsewhere = await elsewhere_now(self._engine, before)
        return self._elsewhere != before

    def drop(self, page: Hashable) -> None:
        """Nobody looks at that page any more."""
        self._boards.pop(page, None)

    def clear(self) -> None:
        """Nobody looks at any."""
        self._boards.clear()
        self._late.clear()
        self._elsewhere = NOWHERE_ELSE

    async def _draw(self, boards: Iterable[SharedBoard]) -> None:
        scene = Scene(engine=self._engine, elsewhere=self._elsewhere)
        for board in boards:
            try:
                await board.follow(scene)
                self._late.discard(board)
            except StorageError as error:
                self._late.add(board)
                log.warning("a page is drawn later: %s", error)


async def elsewhere_now(engine: Engine, before: Elsewhere = NOWHERE_ELSE) -> Elsewhere:
    """What other processes have; what they had before, where nobody can tell now."""
    services = engine.services
    if not services.calls.are_heard:
        return NOWHERE_ELSE
    try:
        return Elsewhere(jobs=tuple(await services.store.elsewhere(limit=MOST_ROWS)))
    except StorageError:
        failed_at = services.sessions.now() if before.failed_at is None else before.failed_at
        return replace(before, failed_at=failed_at)
