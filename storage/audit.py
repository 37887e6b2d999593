"""What admins have done, on SQL: a table to which rows are only added."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from core.people.audit import Act
from core.platform import Party
from storage.database import Database
from storage.tables import audit

_ROW = "what an admin has done"
_ADD = insert(audit)


class SqlAuditStore:
    """See `core.people.audit.AuditStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, act: Act) -> None:
        await self._database.run(_ROW, lambda c: write_within(c, act))

    async def latest(self, limit: int) -> Sequence[Act]:
        query = select(audit).order_by(audit.c.number.desc()).limit(limit)

        def read(connection: Connection) -> list[Act]:
            return [
                Act(
                    by=Party(platform=row.platform, kind="user", id=row.by),
                    at=row.at,
                    command=row.command,
                    about=row.about,
                    what=row.what,
                    place=Party(platform=row.platform, kind="chat", id=row.chat),
                )
                for row in connection.execute(query)
            ]

        return await self._database.run(_ROW, read)


def write_within(connection: Connection, act: Act) -> None:
    """Write it in the transaction that changes what it is about."""
    row = {
        "at": act.at,
        "platform": act.by.platform,
        "by": act.by.id,
        "command": act.command,
        "about": act.about,
        "what": act.what,
        "chat": act.place.id,
    }
    connection.execute(_ADD, row)
