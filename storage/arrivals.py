"""What platforms have handed over, on SQL."""

import logging
import time
from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from core.arrivals import Arrival
from storage.database import Database
from storage.tables import arrivals as rows

log = logging.getLogger(__name__)

_ROW = "an arrival"
_KEEP = insert(rows).on_conflict_do_nothing()
# Longer than any platform hands something over again.
_KEPT_SECONDS = 2 * 24 * 3600.0
# What kills the process must not kill every process that comes after it.
_STARTS = 3


class SqlArrivalStore:
    """See `core.arrivals.ArrivalStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, platform: str, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
        now = time.time()
        old = delete(rows).where(rows.c.body.is_(None), rows.c.at < now - _KEPT_SECONDS)

        def keep(connection: Connection) -> Sequence[Arrival]:
            connection.execute(old)
            return [each for each in arrivals if _is_new(connection, platform, each, now)]

        return await self._database.run(_ROW, keep)

    async def settle(self, platform: str, arrivals: Sequence[Arrival]) -> None:
        mine = rows.c.platform == platform, rows.c.id.in_([each.id for each in arrivals])
        settled = update(rows).where(*mine).values(body=None)
        await self._database.run(_ROW, lambda c: c.execute(settled))

    async def left(self, platform: str) -> Sequence[Arrival]:
        mine = rows.c.platform == platform, rows.c.body.is_not(None)
        fatal = *mine, rows.c.starts >= _STARTS
        left = select(rows.c.id, rows.c.body).where(*mine).order_by(rows.c.number)

        def take_up(connection: Connection) -> Sequence[Arrival]:
            given_up = connection.execute(update(rows).where(*fatal).values(body=None))
            if given_up.rowcount:
                log.error("%s: given up %s that no start survives", platform, given_up.rowcount)
            connection.execute(update(rows).where(*mine).values(starts=rows.c.starts + 1))
            return [Arrival(id=row.id, body=row.body) for row in connection.execute(left)]

        return await self._database.run(_ROW, take_up)


def _is_new(connection: Connection, platform: str, arrival: Arrival, now: float) -> bool:
    row = {"platform": platform, "id": arrival.id, "body": arrival.body, "at": now}
    return connection.execute(_KEEP, row).rowcount > 0
