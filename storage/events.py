"""The events that were taken, on SQL."""

import time

from sqlalchemy import Connection, delete, select, tuple_

from core.events import Event
from storage.database import Database
from storage.tables import taken
from storage.upserts import add_if_new

_ROW = "an event"


class SqlEventStore:
    """See `core.events.EventStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def has(self, event: Event) -> bool:
        query = select(taken.c.at).where(
            taken.c.platform == event.platform, taken.c.id == event.id
        )
        return await self._database.run(_ROW, lambda c: c.execute(query).first() is not None)

    async def take(self, event: Event) -> bool:
        return await self._database.run(_ROW, lambda c: take_within(c, event))

    async def prune(self, before: float, *, limit: int) -> int:
        old = select(*taken.primary_key).where(taken.c.at < before).limit(limit)
        gone = delete(taken).where(tuple_(*taken.primary_key).in_(old))
        return await self._database.run(_ROW, lambda c: c.execute(gone).rowcount)


def take_within(connection: Connection, event: Event) -> bool:
    """Take an event in a transaction of somebody else's; False where it was taken already."""
    row = {"platform": event.platform, "id": event.id, "at": time.time()}
    return add_if_new(connection, taken, row)
