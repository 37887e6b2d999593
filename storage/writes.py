"""What chats were written lately, on SQL: one row for each, replaced as a whole."""

from collections.abc import Mapping

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from core.messages.written import ChatKey, WriteLog, Written
from storage.database import Database
from storage.tables import writes

_ROW = "what a chat was written"
_CHANGING = ("times", "under_way", "pauses", "at", "ended")


class SqlWriteStore:
    """See `core.messages.written.WriteStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, since: float) -> WriteLog:
        return await self._database.finish(_ROW, self._load(since))

    async def save(self, chats: Mapping[ChatKey, Written], at: float, *, ended: bool) -> None:
        await self._database.finish(_ROW, self._save(chats, at, ended=ended))

    async def _load(self, since: float) -> WriteLog:
        async with self._database.begin() as connection:
            await connection.execute(delete(writes).where(writes.c.at < since))
            found = (await connection.execute(select(writes))).all()
            cut_off = select(func.max(writes.c.at)).where(~writes.c.ended)
            return WriteLog(
                chats={
                    ChatKey(row.platform, row.chat, row.thread): Written(
                        times=tuple(row.times), under_way=row.under_way, pauses=row.pauses
                    )
                    for row in found
                },
                cut_off_at=await connection.scalar(cut_off),
            )

    async def _save(self, chats: Mapping[ChatKey, Written], at: float, *, ended: bool) -> None:
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
        statement = insert(writes)
        replaced = {column: statement.excluded[column] for column in _CHANGING}
        async with self._database.begin() as connection:
            if rows:
                await connection.execute(statement.on_conflict_do_update(set_=replaced), rows)
            if ended:
                await connection.execute(update(writes).values(ended=True))
