"""What platforms have handed over, on SQL."""

import logging
import time
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Update, delete, select, update

from core.arrivals import Arrival
from storage.database import Database
from storage.tables import arrivals as rows
from storage.upserts import add_if_new

log = logging.getLogger(__name__)

_ROW = "an arrival"
# Longer than any platform hands something over again.
_KEPT_SECONDS = 2 * 24 * 3600.0
# What kills the process must not kill every process that comes after it.
_STARTS = 3
# Whoever takes them up needs all of them in memory.
_AT_ONCE = 500


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

    async def left(self, platform: str, besides: Collection[str] = ()) -> Sequence[Arrival]:
        mine = rows.c.platform == platform, rows.c.body.is_not(None)
        oldest = select(rows.c.number, rows.c.id, rows.c.starts).where(*mine)
        oldest = oldest.order_by(rows.c.number).limit(len(besides) + _AT_ONCE)

        def take_up(connection: Connection) -> Sequence[Arrival]:
            new = [row for row in connection.execute(oldest) if row.id not in besides]
            if fatal := [row.number for row in new if row.starts >= _STARTS]:
                connection.execute(_among(fatal).values(body=None))
                log.error("%s: given up %s that no start survives", platform, len(fatal))
            numbers = [row.number for row in new if row.starts < _STARTS][:_AT_ONCE]
            if not numbers:
                return []
            begun = _among(numbers).values(starts=rows.c.starts + 1)
            taken = connection.execute(begun.returning(rows.c.number, rows.c.id, rows.c.body))
            ordered = sorted(taken, key=lambda row: row.number)
            return [Arrival(id=row.id, body=row.body) for row in ordered]

        return await self._database.run(_ROW, take_up)

    async def put_back(self, platform: str, ids: Collection[str]) -> None:
        # What was begun with as it came has not been counted.
        counted = rows.c.platform == platform, rows.c.id.in_(ids), rows.c.starts > 0
        back = update(rows).where(*counted).values(starts=rows.c.starts - 1)
        await self._database.run(_ROW, lambda c: c.execute(back))


def _among(numbers: Sequence[int]) -> Update:
    return update(rows).where(rows.c.number.in_(numbers))


def _is_new(connection: Connection, platform: str, arrival: Arrival, now: float) -> bool:
    row = {"platform": platform, "id": arrival.id, "body": arrival.body, "at": now}
    return add_if_new(connection, rows, row)
