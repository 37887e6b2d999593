"""Models that are set aside, on SQL; times by the database's clock where several share it."""

import time
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, select

from core.catalog.cooldown import Aside
from core.people.audit import Act
from storage.audit import write_within
from storage.database import Database
from storage.tables import aside as asides
from storage.upserts import put

_ROW = "a model set aside"


class SqlAsideStore:
    """See `core.people.asides.AsideStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> Mapping[str, Aside]:
        def read(connection: Connection) -> Mapping[str, Aside]:
            now = _now(connection)
            rows = connection.execute(select(asides).where(asides.c.until > now))
            return {row.model: Aside(seconds=row.until - now, by=row.by) for row in rows}

        return await self._database.run(_ROW, read)

    async def add(self, model: str, aside: Aside) -> None:
        def add(connection: Connection) -> None:
            until = _now(connection) + aside.seconds
            before = connection.scalar(select(asides.c.until).where(asides.c.model == model))
            if before is None or before < until:
                put(connection, asides, {"model": model, "until": until, "by": aside.by})

        await self._database.run(_ROW, add)

    async def decide(self, models: Collection[str], aside: Aside | None, act: Act) -> None:
        def decide(connection: Connection) -> None:
            connection.execute(delete(asides).where(asides.c.model.in_(models)))
            now = _now(connection)
            for model in models if aside else ():
                until = now + (aside.seconds if aside else 0.0)
                put(connection, asides, {"model": model, "until": until, "by": str(act.by)})
            write_within(connection, act)

        await self._database.run(_ROW, decide)


def _now(connection: Connection) -> float:
    if connection.dialect.name == "sqlite":
        return time.time()
    from storage.fleet.members import NOW  # noqa: PLC0415 - few have a server

    return connection.scalar(select(NOW)) or 0.0
