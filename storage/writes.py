"""What chats were written lately, on SQL: one row for each, replaced as a whole."""

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from core.messages.written import ChatKey, WriteLog, Written
from storage.database import Database
from storage.tables import writes
from storage.upserts import put

_ROW = "what a chat was written"


class SqlWriteStore:
    """See `core.messages.written.WriteStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, since: float) -> WriteLog:
        old, cut_off = delete(writes).where(writes.c.at < since), func.max(writes.c.at)

        def read(connection: Connection) -> WriteLog:
            connection.execute(old)
            return WriteLog(
                chats={
                    ChatKey(row.platform, row.chat, row.thread): _read(row)
                    for row in connection.execute(select(writes))
                },
                cut_off_at=connection.scalar(select(cut_off).where(~writes.c.ended)),
            )

        return await self._database.run(_ROW, read)

    async def save(self, chats: Mapping[ChatKey, Written], at: float, *, ended: bool) -> None:
        rows = [
            {
                **chat._asdict(),
                "times": list(written.times),
                "under_way": written.under_way,
                "pauses": dict(written.pauses),
                "at": at,
                "ended": ended,
            }
            for chat, written in chats.items()
        ]

        def save(connection: Connection) -> None:
            if rows:
                put(connection, writes, rows)
            if ended:
                connection.execute(update(writes).values(ended=True))

        await self._database.run(_ROW, save)


def _read(row: Row[Any]) -> Written:
    written = Written(times=tuple(row.times), under_way=row.under_way, pauses=row.pauses)
    # Stored in what is the future by now: the clock was set back, and no pause is longer for that.
    return written.shifted(-max(row.at - time.time(), 0.0))
