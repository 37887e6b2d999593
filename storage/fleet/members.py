"""Which processes work on the database, and which of them can be counted on."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from os import getpid
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    cast,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    update,
)

from storage.database import Database
from storage.tables import exchanges, jobs, workers
from storage.upserts import put

_ROW = "a worker"
NOW: ColumnElement[float] = cast(func.extract("epoch", func.clock_timestamp()), Float)
"""The time by the database's clock, which is the same for all of them."""
# Those that were killed: whoever looks after the bot may want to know that for a day.
_FORGET = delete(workers).where(workers.c.beat < NOW - 86_400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many seconds processes wait for each other.

    Attributes:
        beat: how often each says that it is there, and looks for what was left.
        stalled: how long after its last word others take over what one had.
        stopping: how long whoever has a job may take to stop it, before its end is told. Somebody
            who stands still is not waited for: without its token it cannot write any more.
    """

    beat: float = 5.0
    stalled: float = 15.0
    stopping: float = 5.0

    def is_alive(self, holder: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether the process of that name has been heard of lately."""
        heard = workers.c.beat > NOW - self.stalled
        return exists(select(workers.c.name).where(workers.c.name == holder, heard))


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A process, as others see it.

    Attributes:
        listens: the platforms that it listens to.
        jobs: how many it runs.
        since: when it began, in seconds since 1970.
        silent_for: how many seconds ago it said that it is there.
    """

    name: str
    listens: tuple[str, ...]
    jobs: int
    since: float
    silent_for: float


class Membership:
    """This process among those that work on the database.

    Attributes:
        name: what others call it; never used again.
        listens: the platforms that it listens to.
        patience: how long it waits for others.
    """

    def __init__(
        self,
        database: Database,
        patience: Patience,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = f"{socket.gethostname()}-{getpid()}-{uuid4().hex[:4]}"
        self.listens: set[str] = set()
        self.patience = patience
        self._database = database
        self._clock = clock
        self._since: float | None = None
        self._sees_since = self._seen_at = clock()

    @property
    def sees_clearly(self) -> bool:
        """Whether others had the time to be heard.

        When the database was away, everybody was silent: then nobody is taken for dead before
        they could have said otherwise.
        """
        now, beat = self._clock(), self.patience.beat
        # Who has not been heard for a while does not know yet since when it sees again.
        was_heard = now - self._seen_at <= 2 * beat
        return was_heard and now - self._sees_since > self.patience.stalled + beat

    def is_free(self, holder: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether nobody has it who is there."""
        nobody = holder.is_(null())
        return or_(nobody, ~self.patience.is_alive(holder)) if self.sees_clearly else nobody

    async def beat(self, jobs: int) -> None:
        """Say that this process is there.

        Raises:
            StorageError: the database cannot be used.
        """

        def beat(connection: Connection) -> None:
            now = connection.scalar(select(NOW))
            if self._since is None:
                self._since = now
                connection.execute(_FORGET)
            row = {
                "name": self.name,
                "listens": ",".join(sorted(self.listens)),
                "jobs": jobs,
                "since": self._since,
                "beat": now,
            }
            put(connection, workers, row)

        await self._database.run(_ROW, beat)
        now = self._clock()
        if now - self._seen_at > 2 * self.patience.beat:
            self._sees_since = now
        self._seen_at = now

    async def leave(self) -> None:
        """Say that it is gone: what it had is everybody's, at once."""

        def leave(connection: Connection) -> None:
            for table in (jobs, exchanges):
                held = update(table).where(table.c.holder == self.name)
                connection.execute(held.values(holder=None))
            connection.execute(delete(workers).where(workers.c.name == self.name))

        await self._database.run(_ROW, leave)


async def everybody(database: Database) -> list[Worker]:
    """All processes that have not left, those that have come first at the top."""
    query = select(workers, (NOW - workers.c.beat).label("silent_for")).order_by(workers.c.since)

    def read(connection: Connection) -> list[Worker]:
        return [
            Worker(
                name=row.name,
                listens=tuple(filter(None, row.listens.split(","))),
                jobs=row.jobs,
                since=row.since,
                silent_for=row.silent_for,
            )
            for row in connection.execute(query)
        ]

    return await database.run(_ROW, read)
