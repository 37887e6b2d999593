"""What admins were told by any process of a fleet."""

from sqlalchemy import Connection, delete
from sqlalchemy.dialects.postgresql import insert

from storage.database import Database
from storage.fleet.members import NOW
from storage.tables import notices

_ROW = "a notice"
_DAY_SECONDS = 24 * 3600.0


class FleetNotices:
    """See `core.notices.Notices` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_news(self, what: str) -> bool:
        old = delete(notices).where(notices.c.at < NOW - _DAY_SECONDS)
        told = insert(notices).values(name=what, at=NOW).on_conflict_do_nothing()

        def tell(connection: Connection) -> bool:
            connection.execute(old)
            return connection.execute(told.returning(notices.c.name)).first() is not None

        return await self._database.run(_ROW, tell)

    async def is_over(self, what: str) -> bool:
        ours = delete(notices).where(notices.c.name == what)
        return await self._database.run(_ROW, lambda c: c.execute(ours).rowcount > 0)
