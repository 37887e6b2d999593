"""The pause that an admin has ordered, on SQL: one row, or none."""

from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select

from core.people.audit import Act
from core.people.pause import Pause
from storage.audit import write_within
from storage.database import Database
from storage.tables import pauses

_ROW = "a pause"


class SqlPauseStore:
    """See `core.people.pause.PauseStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> Pause | None:
        row = await self._database.run(_ROW, lambda c: c.execute(select(pauses)).first())
        return Pause(until=row.until, text=row.text) if row else None

    async def save(self, pause: Pause | None, act: Act) -> None:
        def save(connection: Connection) -> None:
            connection.execute(delete(pauses))
            if pause:
                connection.execute(insert(pauses), asdict(pause))
            write_within(connection, act)

        await self._database.run(_ROW, save)
