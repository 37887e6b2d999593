"""The database: opened and migrated, and worked on by a thread of its own."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import ValidationError
from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from core.errors import StorageError
from core.validation import objection
from storage.migrating import migrate
from storage.sqlite import SqliteConnection, file_of, locked

# By what an address may begin with; the second is how earlier versions wrote the first.
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
# In one transaction: all of them are told at once that it is done, and all go on at once.
_TOGETHER = 100
# Whoever closes it waits so long for what is under way.
_CLOSING_SECONDS = 3.0


T = TypeVar("T")


R = TypeVar("R")


class UnknownFateError(StorageError):
    """Nobody knows whether something was stored, so it is not done again by itself."""


class Transactions(Protocol):
    """What does something in a transaction, as that database needs it done."""

    def transact(self, work: Callable[[Connection], R]) -> R:
        """Do it, as a whole or not at all; it may have to be done again after it was undone.

        Raises:
            DBAPIError: the database cannot be used; nothing was done.
            UnknownFateError: nobody knows whether it was.
            StorageError: it was given up.
        """
        ...

    def close(self) -> None: ...

    def give_up(self) -> None:
        """Break off what hangs, and do nothing more; called while another thread is at work."""
        ...


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

    def __init__(self, transactions: Transactions, name: str | None) -> None:
        self._transactions = transactions
        self._name = name
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._waiting: list[_Unit[Any]] = []
        self._working: asyncio.Task[None] | None = None
        self._is_closed = False

    async def run(self, row: str, work: Callable[[Connection], T]) -> T:
        """Do something in a transaction, to its end also when the caller is cancelled.

        Args:
            row: what an error calls one of the rows that it is about, like "a job".
            work: may be done again after it was undone, so it changes nothing but the database.
                What it raises undoes it, and only it.

        Raises:
            StorageError: the database cannot be used, or is closed.
        """
        # With its thread gone, nobody would ever answer.
        if self._is_closed:
            raise StorageError(f"The database {self._name} is closed")
        outcome = asyncio.get_running_loop().create_future()
        self._waiting.append(_Unit(row, work, outcome))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await outcome

    async def close(self) -> None:
        """Do what is still to be done, and close the connection.

        Where the database may hang, it is not waited for: what it does not answer within
        `_CLOSING_SECONDS` is given up, and whoever waits for that gets a StorageError.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING_SECONDS):
                while self._working and not self._working.done():
                    await asyncio.wait([self._working])
        self._is_closed = True
        if self._working and not self._working.done():
            self._transactions.give_up()
            await asyncio.wait([self._working])
        await asyncio.get_running_loop().run_in_executor(self._thread, self._transactions.close)
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
            return self._transactions.transact(
                lambda connection: [(unit.work(connection), None) for unit in units]
            )
        except UnknownFateError as error:
            # Each by itself would be done a second time, if all of them were done after all.
            return [(None, error) for _ in units]
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
    # On Postgres several processes work on it at once.
    with locked(file_of(url)):
        database = Database(connect(url), url.database)
        try:
            await database.run("a row", migrate)
            yield database
        finally:
            await database.close()


def connect(url: URL) -> Transactions:
    """What works on that database.

    Raises:
        StorageError: what it needs is not installed.
    """
    if url.get_backend_name() == "sqlite":
        return SqliteConnection(url)
    from storage.postgres import PostgresConnection  # noqa: PLC0415 - few have one

    return PostgresConnection(url)


def parse(database_url: str) -> URL:
    """The address of a database that this version can use.

    Raises:
        StorageError: it is none.
    """
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError) as error:  # the second of a port that is no number
        raise StorageError("DATABASE_URL: this is not a database address") from error
    if (driver := _DRIVERS.get(url.drivername)) is None:
        raise StorageError(
            f"DATABASE_URL: starts with {url.drivername}://; this version keeps its jobs in "
            "sqlite:///path/to/file.db or postgresql+psycopg://user@host/database"
        )
    # What stands between the two is told as the name of a machine that cannot be found.
    if "@" in (url.host or ""):
        raise StorageError("DATABASE_URL: has more than one @; in a password write it as %40")
    return url.set(drivername=driver)


def is_shared(database_url: str) -> bool:
    """Whether several processes may work on it at once.

    Raises:
        StorageError: it is no address of a database.
    """
    return parse(database_url).get_backend_name() != "sqlite"


def told(url: URL) -> str:
    """What a person is told of where it is: without a password."""
    if url.get_backend_name() == "sqlite":
        return str(file_of(url) or "in memory")
    return url.render_as_string()


def name_of(database_url: str) -> str:
    """What tells it from others: its file, or its name on a server; "" of one in memory.

    Raises:
        StorageError: it is no address of a database.
    """
    url = parse(database_url)
    if url.get_backend_name() == "sqlite":
        return str(file_of(url) or "")
    # Its server may have several addresses.
    return url.database or ""
