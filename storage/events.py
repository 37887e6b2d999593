"""The events that were taken, on SQL."""

import time

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.events import Event
from storage.database import Database
from storage.tables import taken

_ROW = "an event"


class SqlEventStore:
    """See `core.events.EventStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def has(self, event: Event) -> bool:
        return await self._database.finish(_ROW, self._has(event))

    async def take(self, event: Event) -> bool:
        return await self._database.finish(_ROW, self._take(event))

    async def prune(self, before: float) -> None:
        await self._database.finish(_ROW, self._prune(before))

    async def _has(self, event: Event) -> bool:
        query = select(taken.c.at).where(
            taken.c.platform == event.platform, taken.c.id == event.id
        )
        async with self._database.connect() as connection:
            return (await connection.execute(query)).first() is not None

    async def _take(self, event: Event) -> bool:
        async with self._database.begin() as connection:
            return await take_within(connection, event)

    async def _prune(self, before: float) -> None:
        async with self._database.begin() as connection:
            await connection.execute(delete(taken).where(taken.c.at < before))


async def take_within(connection: AsyncConnection, event: Event) -> bool:
    """Take an event in a transaction of somebody else's; False where it was taken already."""
    row = {"platform": event.platform, "id": event.id, "at": time.time()}
    result = await connection.execute(insert(taken).values(row).on_conflict_do_nothing())
    return result.rowcount > 0
