"""SQLite: a file that one process at a time works on, in write-ahead mode."""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, PoolProxiedConnection, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry, SingletonThreadPool

from core.errors import DatabaseInUseError, StorageError

R = TypeVar("R")


class SqliteConnection:
    """The one connection: SQLite has one writer anyway, and so nobody ever meets a locked table.

    Args:
        reads_only: how the file is kept stays as it is.
    """

    def __init__(self, url: URL, *, reads_only: bool = False) -> None:
        # An error that gets into the log must not take along what people have written.
        self._engine = create_engine(url, poolclass=SingletonThreadPool, hide_parameters=True)
        if not reads_only:
            event.listen(self._engine, "connect", _prepare)

    def transact(self, work: Callable[[Connection], R]) -> R:
        """See `storage.database.Transactions`."""
        with self._engine.begin() as connection:
            return work(connection)

    def close(self) -> None:
        """See `storage.database.Transactions`."""
        self._engine.dispose()

    def give_up(self) -> None:
        """A file answers, however long that takes: see `storage.database.Transactions`."""


def file_of(url: URL) -> Path | None:
    """The file that it is in, behind all links; None in memory, or where it is in no file."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    # Two links to one file are one database, and have one lock.
    return Path(os.path.realpath(url.database.removeprefix("file:")))


@contextmanager
def locked(path: Path | None) -> Generator[None]:
    """Keep the database in that file to this process.

    Raises:
        StorageError: another one has it, or there is no place for the lock.
    """
    if path is None:
        yield
        return
    lock = FileLock(f"{path}.lock", timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise DatabaseInUseError(path) from error
    except OSError as error:
        raise StorageError(f"Cannot write to {path.parent}: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()


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
