"""The addresses of results on SQL, found by the digests of their secrets."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, func, insert, select

from core.shares import ResultShare
from storage.database import Database
from storage.tables import shares

_ROW = "the address of a result"


class SqlShareStore:
    """See `core.shares.ShareStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, share: ResultShare) -> None:
        row = {
            "digest": share.digest,
            "job": share.job,
            "at": share.at,
            "until": share.until,
        }
        await self._database.run(_ROW, lambda c: c.execute(insert(shares), row))

    async def find(self, digest: str) -> ResultShare | None:
        query = select(shares).where(shares.c.digest == digest)

        def read(connection: Connection) -> ResultShare | None:
            row = connection.execute(query).mappings().first()
            return ResultShare(**row) if row else None

        return await self._database.run(_ROW, read)

    async def end(self, jobs: Collection[str], now: float) -> int:
        gone = delete(shares).where(shares.c.job.in_(jobs)).returning(shares.c.until)

        def end(connection: Connection) -> int:
            return sum(until > now for until in connection.scalars(gone))

        return await self._database.run(_ROW, end)

    async def living(self, jobs: Collection[str], now: float) -> Collection[str]:
        query = select(shares.c.job).where(shares.c.job.in_(jobs), shares.c.until > now)
        return await self._database.run(_ROW, lambda c: frozenset(c.scalars(query)))

    async def count(self, job: str, now: float) -> int:
        query = select(func.count()).where(shares.c.job == job, shares.c.until > now)
        return await self._database.run(_ROW, lambda c: c.scalar(query) or 0)

    async def prune(self, now: float) -> int:
        old = delete(shares).where(shares.c.until <= now)
        return await self._database.run(_ROW, lambda c: c.execute(old).rowcount)
