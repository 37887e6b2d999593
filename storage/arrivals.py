"""What platforms have handed over, on SQL."""

import logging
import time
from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from core.arrivals import Arrival
from storage.database import Database
from storage.tables import arrivals as rows

log = logging.getLogger(__name__)

_ROW = "an arrival"
# Longer than any platform hands something over again.
_KEPT_SECONDS = 2 * 24 * 3600.0
# What kills the process must not kill every process that comes after it.
_STARTS = 3


class SqlArrivalStore:
    """See `core.arrivals.ArrivalStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, platform: str, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
        return await self._database.finish(_ROW, self._keep(platform, arrivals))

    async def settle(self, platform: str, arrival: Arrival) -> None:
        await self._database.finish(_ROW, self._settle(platform, arrival))

    async def left(self, platform: str) -> Sequence[Arrival]:
        return await self._database.finish(_ROW, self._left(platform))

    async def _keep(self, platform: str, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
        now, new = time.time(), list[Arrival]()
        old = rows.c.body.is_(None), rows.c.at < now - _KEPT_SECONDS
        async with self._database.begin() as connection:
            await connection.execute(delete(rows).where(*old))
            for each in arrivals:
                row = {"platform": platform, "id": each.id, "body": each.body, "at": now}
                kept = await connection.execute(insert(rows).values(row).on_conflict_do_nothing())
                if kept.rowcount:
                    new.append(each)
        return new

    async def _settle(self, platform: str, arrival: Arrival) -> None:
        mine = rows.c.platform == platform, rows.c.id == arrival.id
        async with self._database.begin() as connection:
            await connection.execute(update(rows).where(*mine).values(body=None))

    async def _left(self, platform: str) -> Sequence[Arrival]:
        mine = rows.c.platform == platform, rows.c.body.is_not(None)
        fatal = *mine, rows.c.starts >= _STARTS
        left = select(rows.c.id, rows.c.body).where(*mine).order_by(rows.c.number)
        async with self._database.begin() as connection:
            given_up = await connection.execute(update(rows).where(*fatal).values(body=None))
            if given_up.rowcount:
                log.error("%s: given up %s that no start survives", platform, given_up.rowcount)
            await connection.execute(update(rows).where(*mine).values(starts=rows.c.starts + 1))
            found = (await connection.execute(left)).all()
        return [Arrival(id=row.id, body=row.body) for row in found]
