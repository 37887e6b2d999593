"""What admins have done, on SQL: a table to which rows are only added."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select

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

    async def latest(
        self, limit: int, words: Sequence[str] = (), before: int = 0
    ) -> Sequence[Act]:
        earlier = [audit.c.number < before] if before else []
        found = select(audit).where(*earlier, *map(_has, words))
        query = found.order_by(audit.c.number.desc()).limit(limit)

        def read(connection: Connection) -> list[Act]:
            return [
                Act(
                    by=Party(platform=row.platform, kind="user", id=row.by),
                    at=row.at,
                    command=row.command,
                    about=row.about,
                    what=row.what,
                    place=Party(platform=row.platform, kind="chat", id=row.chat),
                    number=row.number,
                )
                for row in connection.execute(query)
            ]

        return await self._database.run(_ROW, read)


def _has(word: str) -> ColumnElement[bool]:
    """Whether a row has the word, as `AuditStore.latest` says; `about` is "user telegram:9"."""
    platform, _, id_ = word.rpartition(":")
    place = or_(audit.c.by == id_, audit.c.chat == id_)
    if platform:
        place = and_(place, audit.c.platform == platform)
    named = audit.c.about.endswith(f" {word}", autoescape=True)
    if platform:
        return or_(place, named)
    bare = audit.c.about.endswith(f":{word}", autoescape=True)
    return or_(place, named, bare, audit.c.command == word)


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
