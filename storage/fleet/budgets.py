"""The budgets of chats that several processes write to: a row for each, and one per platform."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from uuid import uuid4

from sqlalchemy import URL, Connection, bindparam, delete, select, tuple_, update

from core.errors import StorageError
from core.limits import Limits
from core.messages.share import Refusal, WriteShare, WriteWish
from core.messages.written import ChatKey, Lane
from storage.database import Database, connect
from storage.fleet.members import NOW
from storage.fleet.window import Window
from storage.tables import budgets
from storage.upserts import add_if_new

log = logging.getLogger(__name__)

_ROW = "what a chat is written"
_KEY = tuple_(budgets.c.platform, budgets.c.chat, budgets.c.thread)
_SAVE = update(budgets).where(
    budgets.c.platform == bindparam("of_platform"),
    budgets.c.chat == bindparam("of_chat"),
    budgets.c.thread == bindparam("of_thread"),
)
# Longer than any window or pause; a row that is missing is made anew.
_KEPT_SECONDS = 7 * 24 * 3600.0
# What others do not learn by then counts for nobody any more.
_CLOSING_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Step:
    """Something that happens in the window of a chat, and who waits to hear what comes of it."""

    chat: ChatKey
    size: int
    seconds: float
    take: Callable[[Window, float], tuple[Window, Refusal | None]]
    outcome: asyncio.Future[Refusal | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class FleetBudgets:
    """Asks for everybody in this process, for many in one transaction.

    Args:
        database: a connection of its own. Rows are locked in one order, by everybody; what else
            goes on in a transaction would hold them for longer, and could be in the way of
            somebody who is in ours.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._steps: list[_Step] = []
        self._working: asyncio.Task[None] | None = None

    def share(self, chat: ChatKey, limits: Limits) -> WriteShare:
        """What all processes write there; see `core.messages.share.Shares`."""
        return _FleetShare(self, chat, limits.writes, limits.window_seconds)

    def step(self, step: _Step) -> asyncio.Future[Refusal | None]:
        """Let it happen after all that came before."""
        self._steps.append(step)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return step.outcome

    async def forget(self) -> None:
        """Remove what was not written for long.

        Raises:
            StorageError: the database cannot be used.
        """
        old = delete(budgets).where(budgets.c.at < NOW - _KEPT_SECONDS)
        await self._database.run(_ROW, lambda c: c.execute(old))

    async def close(self) -> None:
        """Write down what was written last, unless the database hangs."""
        if self._working:
            await asyncio.wait([self._working], timeout=_CLOSING_SECONDS)

    async def _work(self) -> None:
        while self._steps:
            steps, self._steps = self._steps, []
            try:
                refusals = await self._settle(steps)
            except StorageError as error:
                # Each keeps to the limits by itself, and platforms say when it is too much.
                log.warning("what others write is not known, and they do not know: %s", error)
                refusals = [None] * len(steps)
            for step, refusal in zip(steps, refusals, strict=True):
                if not step.outcome.done():
                    step.outcome.set_result(refusal)

    async def _settle(self, steps: Sequence[_Step]) -> Sequence[Refusal | None]:
        settle = partial(_settled, steps=steps)
        refusals = await self._database.run(_ROW, settle)
        while refusals is None:
            # Before, not within: whoever has locked some must not wait for one that sorts lower.
            chats = sorted({step.chat for step in steps})
            await self._database.run(_ROW, partial(_add, chats=chats))
            refusals = await self._database.run(_ROW, settle)
        return refusals


class _FleetShare:
    """See `core.messages.share.WriteShare` for the contract."""

    def __init__(self, all_of_them: FleetBudgets, chat: ChatKey, size: int, sec: float) -> None:
        self._all = all_of_them
        self._chat = chat
        self._size = size
        self._seconds = sec
        # What one that was forgotten has left behind is not ours.
        self._name = uuid4().hex[:12]

    async def ask(self, wish: WriteWish) -> Refusal | None:
        name = self._named(wish)
        return await self._step(lambda window, now: window.asked(name, wish, now))

    def left(self, wish: WriteWish, *, written: bool) -> None:
        name = self._named(wish)
        self._step(
            lambda window, now: (window.left(name, wish.weight, now, written=written), None)
        )

    def pause(self, seconds: float, *lanes: Lane) -> None:
        for lane in lanes:
            self._step(partial(_paused, lane=lane, seconds=seconds))

    def _step(
        self, take: Callable[[Window, float], tuple[Window, Refusal | None]]
    ) -> asyncio.Future[Refusal | None]:
        step = _Step(chat=self._chat, size=self._size, seconds=self._seconds, take=take)
        return self._all.step(step)

    def _named(self, wish: WriteWish) -> str:
        return f"{self._name}-{wish.number}"


@asynccontextmanager
async def open_budgets(url: URL) -> AsyncGenerator[FleetBudgets]:
    """Connect, and disconnect at the end.

    Raises:
        StorageError: the database cannot be used.
    """
    database = Database(connect(url), url.database)
    try:
        opened = FleetBudgets(database)
        await opened.forget()
        yield opened
        await opened.close()
    finally:
        await database.close()


def _settled(connection: Connection, steps: Sequence[_Step]) -> Sequence[Refusal | None] | None:
    """Let these happen, each after those before it; None if a row has to be made first."""
    chats = {step.chat for step in steps}
    windows, now = _read(connection, steps, chats)
    if len(windows) < len(chats):
        return None
    changed, refusals = dict(windows), list[Refusal | None]()
    for step in steps:
        changed[step.chat], refusal = step.take(changed[step.chat], now)
        refusals.append(refusal)
    rows = [
        {
            **{f"of_{name}": value for name, value in chat._asdict().items()},
            **window.row(),
            "at": now,
        }
        for chat, window in changed.items()
        if window != windows[chat]
    ]
    if rows:
        connection.execute(_SAVE, rows)
    return refusals


def _read(
    connection: Connection, steps: Sequence[_Step], chats: Collection[ChatKey]
) -> tuple[Mapping[ChatKey, Window], float]:
    of_chat = {step.chat: step for step in steps}
    query = (
        select(budgets, NOW.label("now"))
        .where(_KEY.in_(list(chats)))
        .order_by(budgets.c.platform, budgets.c.chat, budgets.c.thread)
        .with_for_update()
    )
    windows, now = dict[ChatKey, Window](), 0.0
    for row in connection.execute(query):
        chat, now = ChatKey(row.platform, row.chat, row.thread), max(now, row.now)
        step = of_chat[chat]
        windows[chat] = Window.of(row, step.size, step.seconds)
    return {chat: window.at(now) for chat, window in windows.items()}, now


def _add(connection: Connection, chats: Sequence[ChatKey]) -> None:
    # Should somebody remove it before it is used, it is made once more.
    empty = Window(size=0, seconds=0.0).row()
    add_if_new(connection, budgets, [{**chat._asdict(), **empty, "at": 0.0} for chat in chats])


def _paused(
    window: Window, now: float, lane: Lane, seconds: float
) -> tuple[Window, Refusal | None]:
    return window.paused(lane, now + seconds), None
