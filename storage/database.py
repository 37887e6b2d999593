"""The database: opened by one process at a time, migrated, in write-ahead mode."""

import asyncio
import os
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import (
    URL,
    Connection,
    PoolProxiedConnection,
    event,
    inspect,
    make_url,
    text,
    update,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from core.errors import DatabaseInUseError, StorageError
from storage.tables import jobs

_DRIVER = "sqlite+aiosqlite"
_SCRIPTS = Path(__file__).parent / "migrations"


T = TypeVar("T")


class _SchemaError(Exception):
    """The schema cannot be brought to what this version needs."""


class Database:
    """What the stores work on, while it is open.

    Operations are finished even when nobody waits for them any more, so that no connection is
    left in the middle of a statement.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._running: set[asyncio.Task[Any]] = set()

    def connect(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Lend a connection for reading."""
        return self._engine.connect()

    def begin(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Lend a connection in a transaction, which is committed at the end of the block."""
        return self._engine.begin()

    async def close(self) -> None:
        """Wait for what is still being written, and close the connections."""
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._engine.dispose()

    async def finish(self, row: str, operation: Coroutine[object, object, T]) -> T:
        """Do it, to its end also when the caller is cancelled.

        Args:
            row: what an error calls one of the rows that it is about, like "a job".
            operation: what to do.

        Raises:
            StorageError: the database cannot be used.
        """
        return await asyncio.shield(self.start(row, operation))

    def start(self, row: str, operation: Coroutine[object, object, T]) -> asyncio.Task[T]:
        """Begin with it; see `finish`."""
        task = asyncio.create_task(_explained(row, operation))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


@asynccontextmanager
async def open_database(database_url: str) -> AsyncGenerator[Database]:
    """Lock, migrate and open the database; closes and unlocks it at the end.

    Raises:
        StorageError: another process has it, or it cannot be read or written.
    """
    url = parse(database_url)
    with ExitStack() as stack:
        path = file_of(url)
        if path:
            stack.enter_context(_lock(path))
        # One connection: SQLite has one writer anyway, and so nobody ever meets a locked table.
        engine = create_async_engine(
            url, poolclass=AsyncAdaptedQueuePool, pool_size=1, max_overflow=0, pool_timeout=300
        )
        event.listen(engine.sync_engine, "connect", _prepare)
        database = Database(engine)
        try:
            async with database.begin() as connection:
                await connection.run_sync(_migrate)
        except (SQLAlchemyError, _SchemaError) as error:
            await database.close()
            raise StorageError(explain(error, database_url)) from error
        try:
            yield database
        finally:
            await database.close()


async def _explained(row: str, operation: Coroutine[object, object, T]) -> T:
    try:
        return await operation
    except DBAPIError as error:
        raise StorageError(f"The database cannot be used: {error.orig}") from error
    except ValueError as error:
        raise StorageError(f"The database holds {row} that cannot be read: {error}") from error


def parse(database_url: str) -> URL:
    """The address of a database that this version can use.

    Raises:
        StorageError: it is none.
    """
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise StorageError("DATABASE_URL: this is not a database address") from error
    if url.drivername != _DRIVER:
        raise StorageError(
            f"DATABASE_URL: starts with {url.drivername}://; this version keeps its jobs in "
            f"{_DRIVER}:///path/to/file.db"
        )
    return url


def file_of(url: URL) -> Path | None:
    """The file that it is in, behind all links; None in memory."""
    if not url.database or url.database == ":memory:":
        return None
    # Two links to one file are one database, and have one lock.
    return Path(os.path.realpath(url.database.removeprefix("file:")))


def _lock(path: Path) -> FileLock:
    lock = FileLock(f"{path}.lock", timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise DatabaseInUseError(path) from error
    except OSError as error:
        raise StorageError(f"Cannot write to {path.parent}: {error.strerror}") from error
    return lock


def is_locked(path: Path) -> bool:
    """Whether a process works on the database in that file."""
    lock = Path(f"{path}.lock")
    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True


def _prepare(connection: PoolProxiedConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # A lost commit would be a request that is paid for twice, so every commit reaches the disk.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _migrate(connection: Connection) -> None:
    if revision(connection) != newest_revision():
        _upgrade(connection)
    # Finds out now, and not at the first paid job, that nothing can be written.
    connection.execute(update(jobs).where(jobs.c.id == "").values(run=0))


def revision(connection: Connection) -> str | None:
    """The number of the script that the database was last brought up to; None of a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def newest_revision() -> str:
    """The number of the last script; were it named otherwise, Alembic would find that out."""
    return max(path.stem for path in (_SCRIPTS / "versions").glob("*.py")).partition("_")[0]


def _upgrade(connection: Connection) -> None:
    # Alembic costs a bot 11 MB and the start 0.1 s, and seldom there is something to do for it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise _SchemaError(str(error)) from error


def explain(error: Exception, database_url: str) -> str:
    """A sentence for the operator."""
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return f"The database {make_url(database_url).database} cannot be used: {said}"
