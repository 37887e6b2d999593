"""The database: opened by one process at a time, migrated, in write-ahead mode."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from filelock import FileLock, Timeout
from pydantic import ValidationError
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    PoolProxiedConnection,
    create_engine,
    event,
    inspect,
    make_url,
    text,
    update,
)
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, SingletonThreadPool

from core.errors import DatabaseInUseError, StorageError
from core.validation import objection
from storage.tables import jobs

# The second is how earlier versions wrote it.
_DRIVERS = ("sqlite", "sqlite+aiosqlite")
_SCRIPTS = Path(__file__).parent / "migrations"
# In one transaction: all of them are told at once that it is done, and all go on at once.
_TOGETHER = 100


T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class _Unit(Generic[T]):
    """Something to be done as a whole or not at all, and who waits for it."""

    row: str
    work: Callable[[Connection], T]
    outcome: asyncio.Future[T]


class Database:
    """What the stores work on, while it is open.

    A thread of its own does everything on one connection. What comes while it is at work is done
    next, in one transaction: a commit has to reach the disk, and many share that wait.

    Args:
        name: what errors call it.
    """

    def __init__(self, engine: Engine, name: str | None) -> None:
        self._engine = engine
        self._name = name
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._waiting: list[_Unit[Any]] = []
        self._working: asyncio.Task[None] | None = None

    async def run(self, row: str, work: Callable[[Connection], T]) -> T:
        """Do something in a transaction, to its end also when the caller is cancelled.

        Args:
            row: what an error calls one of the rows that it is about, like "a job".
            work: may be done again after it was undone, so it changes nothing but the database.
                What it raises undoes it, and only it.

        Raises:
            StorageError: the database cannot be used.
        """
        outcome = asyncio.get_running_loop().create_future()
        self._waiting.append(_Unit(row, work, outcome))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await outcome

    async def close(self) -> None:
        """Do what is still to be done, and close the connection."""
        if self._working:
            await asyncio.wait([self._working])
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            units, self._waiting = self._waiting[:_TOGETHER], self._waiting[_TOGETHER:]
            outcomes = await loop.run_in_executor(self._thread, self._transact, units)
            for unit, (result, error) in zip(units, outcomes, strict=True):
                # Whoever has left is not told; it is done all the same.
                if unit.outcome.done():
                    continue
                if error:
                    unit.outcome.set_exception(error)
                else:
                    unit.outcome.set_result(result)

    def _transact(self, units: Sequence[_Unit[Any]]) -> list[tuple[Any, Exception | None]]:
        try:
            with self._engine.begin() as connection:
                return [(unit.work(connection), None) for unit in units]
        except Exception as error:  # noqa: BLE001 - not ours: whoever waits for it gets it
            if len(units) == 1:
                return [(None, self._explained(units[0].row, error))]
        # One that fails takes nobody along: all were undone, and each is done by itself.
        return [outcome for unit in units for outcome in self._transact([unit])]

    def _explained(self, row: str, error: Exception) -> Exception:
        match error:
            case DBAPIError():
                told = StorageError(f"The database {self._name} cannot be used: {error.orig}")
            case ValidationError():
                # Without its cause, which repeats the values: a traceback would, too.
                why = objection(error)
                return StorageError(f"The database holds {row} that cannot be read: {why}")
            case ValueError():
                told = StorageError(f"The database holds {row} that cannot be read: {error}")
            case _:
                return error
        told.__cause__ = error
        return told


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
        # An error that gets into the log must not take along what people have written.
        engine = create_engine(url, poolclass=SingletonThreadPool, hide_parameters=True)
        event.listen(engine, "connect", _prepare)
        database = Database(engine, url.database)
        try:
            await database.run("a row", _migrate)
            yield database
        finally:
            await database.close()


def parse(database_url: str) -> URL:
    """The address of a database that this version can use.

    Raises:
        StorageError: it is none.
    """
    try:
        url = make_url(database_url)
    except ArgumentError as error:
        raise StorageError("DATABASE_URL: this is not a database address") from error
    if url.drivername not in _DRIVERS:
        raise StorageError(
            f"DATABASE_URL: starts with {url.drivername}://; this version keeps its jobs in "
            f"{_DRIVERS[0]}:///path/to/file.db"
        )
    return url.set(drivername=_DRIVERS[0])


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
        path = connection.engine.url.database
        raise StorageError(f"The database {path} cannot be used: {error}") from error
