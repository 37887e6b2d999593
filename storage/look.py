"""A look at the database that changes nothing: will a start do?"""

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

from sqlalchemy import URL

from core.errors import StorageError
from core.files.disk import check_folder
from storage.database import Database, Transactions, connect, parse
from storage.jobs import SqlJobStore
from storage.migrating import newest_revision, revision
from storage.sqlite import SqliteConnection, file_of, is_locked


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseState:
    """What a start would find.

    Attributes:
        found: what there is; "older" is brought up to date by the next start.
        in_use: another process works on it.
        damaged: the ids of jobs that a start would set aside, and what is wrong with each.
    """

    found: Literal["nothing", "older", "current"] = "nothing"
    in_use: bool = False
    damaged: Mapping[str, str] = field(default_factory=dict[str, str])


async def look_at(database_url: str) -> DatabaseState:
    """See what a start would find there; not a file is made or changed.

    Raises:
        StorageError: a start would be refused, and not only because the database is in use.
    """
    url = parse(database_url)
    if url.get_backend_name() != "sqlite":
        # Others may work on it, and that keeps nobody from joining them.
        return await _read(url)
    path = file_of(url)
    if path is None:
        return DatabaseState()
    check_folder(path.parent)
    if not path.exists():
        return DatabaseState()
    if not os.access(path, os.W_OK):
        raise StorageError(f"Cannot write to {path}")
    in_use = is_locked(path)
    return await _read(_address(path, in_use=in_use), in_use=in_use)


async def _read(url: URL, *, in_use: bool = False) -> DatabaseState:
    async with _opened(url) as (database, found):
        # A server has empty databases; a file is only there when a start has made it.
        if found is None and url.get_backend_name() != "sqlite":
            return DatabaseState()
        if found != newest_revision():
            return DatabaseState(found="older", in_use=in_use)
        store = SqlJobStore(database)
        await store.unfinished()
        await store.untold()
        return DatabaseState(found="current", in_use=in_use, damaged=store.rows.aside)


@asynccontextmanager
async def open_to_read(database_url: str) -> AsyncGenerator[Database]:
    """Open a database, which a bot may be working on, for questions; not a file is changed.

    Raises:
        StorageError: there is none, or none that this version can read.
    """
    url = parse(database_url)
    if url.get_backend_name() == "sqlite":
        path = file_of(url)
        if path is None:
            raise StorageError("DATABASE_URL: what is in memory, nobody but the bot can read")
        if not path.exists():
            raise StorageError(f"There is no database at {path} yet; the first start makes it")
        url = _address(path, in_use=is_locked(path))
    async with _opened(url) as (database, found):
        if found is None:
            raise StorageError(f"There is nothing of cliprelay in {_name(url)}")
        if found != newest_revision():
            raise StorageError(
                f"The database {_name(url)} is of an earlier version; the next start of the bot "
                "brings it up to date"
            )
        yield database


@asynccontextmanager
async def _opened(url: URL) -> AsyncGenerator[tuple[Database, str | None]]:
    """The database, and the script that it was brought up to."""
    database = Database(_to_read(url), _name(url))
    try:
        found = await database.run("a row", revision)
        if found and found > newest_revision():
            raise StorageError(
                f"The database {_name(url)} cannot be used: it is of a later version"
            )
        yield database, found
    finally:
        await database.close()


def _to_read(url: URL) -> Transactions:
    if url.get_backend_name() == "sqlite":
        return SqliteConnection(url, reads_only=True)
    return connect(url)


def _name(url: URL) -> str | None:
    return url.database and unquote(url.database.removeprefix("file:"))


def _address(path: Path, *, in_use: bool) -> URL:
    # SQLite would make files for reading, too, unless told that nothing will change; that is so
    # where nobody works on it, and nothing was left half done.
    is_still = not in_use and not Path(f"{path}-wal").exists()
    query = {"uri": "true", "mode": "ro", **({"immutable": "1"} if is_still else {})}
    return URL.create("sqlite", database=f"file:{quote(str(path))}", query=query)
