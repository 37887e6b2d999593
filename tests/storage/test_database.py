"""Opening the database, and everything that may be wrong with it."""

import asyncio
import os
import sqlite3
import sys
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import NoneType

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from core.errors import DatabaseInUseError, StorageError
from core.exchanges import Exchange
from storage.database import Database, open_database
from storage.exchanges import SqlExchangeStore
from storage.tables import metadata
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.old_database import make_old_database
from tests.fakes.statements import committing, say
from tests.storage.test_job_store import JOB

pytestmark = ONLY_SQLITE


_ROOT = Path(__file__).parents[2]
_MIGRATIONS = _ROOT / "storage" / "migrations" / "versions"
_OPEN = """
import asyncio, sys
from storage.database import open_database
from tests.fakes.statements import committing, say

async def main():
    async with open_database(sys.argv[1]):
        print("open", flush=True)
        sys.stdin.read()

asyncio.run(main())
"""


async def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, metadata))

    assert await database.run("a row", differences) == []


async def test_a_database_can_be_opened_again(url: str) -> None:
    async with open_database(url):
        pass

    async with open_database(url) as database:
        versions = await say(database, "SELECT * FROM alembic_version")

    newest = max(file.name[:4] for file in _MIGRATIONS.glob("0*.py"))
    assert versions == [(newest,)]


async def test_who_comes_when_it_is_closed_is_told_and_does_not_wait_for_ever(url: str) -> None:
    async with open_database(url) as database:
        pass

    async with asyncio.timeout(90):
        with pytest.raises(StorageError, match="is closed"):
            await say(database, "SELECT * FROM alembic_version")


async def test_a_database_of_an_earlier_version_gets_what_is_new(url: str, tmp_path: Path) -> None:
    make_old_database(tmp_path / "jobs.db", "0001")

    async with open_database(url) as database:
        assert await say(database, "SELECT count(*) FROM access") == [(0,)]


async def test_a_database_that_is_up_to_date_is_opened_without_alembic(url: str) -> None:
    async with open_database(url):
        pass

    code = _OPEN.replace('"open"', "*sys.modules")
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, url),
        cwd=_ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await other.communicate()

    modules = set(output.decode().split())
    assert "sqlalchemy" in modules
    assert "alembic" not in modules


async def test_commits_reach_the_disk_and_readers_do_not_block(database: Database) -> None:
    assert await say(database, "PRAGMA journal_mode") == [("wal",)]
    assert await say(database, "PRAGMA synchronous") == [(2,)]


async def test_folders_are_made_also_with_odd_names(tmp_path: Path) -> None:
    path = tmp_path / "not there" / "50% off" / "jobs.db"

    async with open_database(f"sqlite:///{path}"):
        assert path.exists()


async def test_a_database_in_memory_needs_no_file() -> None:
    async with open_database("sqlite://") as database:
        assert await say(database, "SELECT count(*) FROM jobs") == [(0,)]


async def test_a_second_bot_in_this_process_is_refused(url: str, database: Database) -> None:
    assert database

    with pytest.raises(StorageError, match=r"Another cliprelay is using .*jobs.db"):
        async with open_database(url):
            pass


async def test_a_second_bot_in_another_process_is_refused_until_the_first_has_gone(
    url: str,
) -> None:
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _OPEN, url),
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert other.stdout
    await other.stdout.readline()

    with pytest.raises(StorageError, match="would run every job twice"):
        async with open_database(url):
            pass

    other.kill()
    await other.communicate()
    async with open_database(url):
        pass


async def test_a_link_to_the_file_or_its_folder_is_the_same_database(
    tmp_path: Path, database: Database
) -> None:
    assert database
    (tmp_path / "link.db").symlink_to(tmp_path / "jobs.db")
    (tmp_path / "folder").symlink_to(tmp_path)

    for name in ("link.db", "folder/jobs.db", "folder/link.db"):
        with pytest.raises(DatabaseInUseError) as refusal:
            async with open_database(f"sqlite:///{tmp_path / name}"):
                pass
        assert refusal.value.path == tmp_path / "jobs.db"


async def test_a_database_that_cannot_be_written_is_refused_at_the_start(
    tmp_path: Path, url: str
) -> None:
    async with open_database(url):
        pass
    path = tmp_path / "jobs.db"

    with pytest.raises(StorageError, match=r"jobs.db.* cannot be used: .*readonly"):
        async with open_database(f"sqlite:///file:{path}?mode=ro&uri=true"):
            pass


@pytest.mark.skipif(os.name != "posix", reason="a folder that nobody can write to")
async def test_a_folder_that_cannot_be_written_is_refused_at_the_start() -> None:
    with pytest.raises(StorageError, match="Cannot write to /dev/null"):
        async with open_database("sqlite:////dev/null/jobs.db"):
            pass


async def test_a_file_that_is_no_database_is_refused_with_a_sentence(
    tmp_path: Path, url: str
) -> None:
    (tmp_path / "jobs.db").write_bytes(b"this is not a database " * 100)

    with pytest.raises(StorageError, match=r"jobs.db cannot be used: file is not a database"):
        async with open_database(url):
            pass


async def test_a_database_of_a_later_version_is_refused_with_a_sentence(url: str) -> None:
    async with open_database(url) as database:
        await say(database, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StorageError, match=r"cannot be used: .*9999"):
        async with open_database(url):
            pass


async def test_an_address_as_earlier_versions_wrote_it_is_taken(tmp_path: Path) -> None:
    async with open_database(f"sqlite+aiosqlite:///{tmp_path}/jobs.db"):
        pass

    assert (tmp_path / "jobs.db").exists()


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("mysql+aiomysql://me:secret@db/jobs", r"starts with mysql\+aiomysql://"),
        ("sqlite+pysqlcipher:///jobs.db", r"starts with sqlite\+pysqlcipher://"),
        ("postgresql+psycopg://me:secret@db:port/jobs", "is not a database address"),
        ("postgresql+psycopg://me:dear@secret@db/jobs", "more than one @"),
        ("jobs.db", "is not a database address"),
        ("", "is not a database address"),
    ],
)
async def test_another_kind_of_database_is_refused_without_repeating_its_password(
    address: str, complaint: str
) -> None:
    with pytest.raises(StorageError, match=complaint) as refusal:
        async with open_database(address):
            pass

    assert "secret" not in str(refusal.value)


async def test_what_comes_while_a_commit_is_on_its_way_shares_the_next(database: Database) -> None:
    await say(database, "CREATE TABLE t (n)")
    with committing() as commits:
        await asyncio.gather(
            *(say(database, "INSERT INTO t VALUES (?)", number) for number in range(50))
        )

    assert len(commits) <= 2
    assert await say(database, "SELECT count(*) FROM t") == [(50,)]


async def test_of_very_many_some_are_told_before_the_others_are_done(database: Database) -> None:
    await say(database, "CREATE TABLE t (n)")

    with committing() as commits:
        await asyncio.gather(
            *(say(database, "INSERT INTO t VALUES (?)", number) for number in range(350))
        )

    assert 4 <= len(commits) <= 6


async def test_what_fails_is_undone_as_a_whole_and_takes_nobody_along(database: Database) -> None:
    await say(database, "CREATE TABLE t (n UNIQUE)")

    def twice(number: int) -> Callable[[Connection], None]:
        def insert(connection: Connection) -> None:
            for value in (number, number // 10):
                connection.exec_driver_sql("INSERT INTO t VALUES (?)", (value,))

        return insert

    outcomes = await asyncio.gather(
        *(database.run("a number", twice(number)) for number in (70, 71, 80)),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes] == [NoneType, StorageError, NoneType]
    assert await say(database, "SELECT n FROM t ORDER BY n") == [(7,), (8,), (70,), (80,)]


async def test_nobody_is_told_before_it_is_on_disk(database: Database, tmp_path: Path) -> None:
    await say(database, "CREATE TABLE t (n)")

    async def put(number: int) -> list[tuple[int]]:
        await say(database, "INSERT INTO t VALUES (?)", number)
        with closing(sqlite3.connect(tmp_path / "jobs.db")) as beside:
            return beside.execute("SELECT n FROM t WHERE n = ?", (number,)).fetchall()

    assert await asyncio.gather(*map(put, range(20))) == [[(number,)] for number in range(20)]


async def test_no_error_repeats_what_people_have_written(database: Database) -> None:
    exchanges, words = SqlExchangeStore(database), "nobody's business"
    asked = Exchange(
        id="1",
        user=JOB.user,
        locale="en",
        conversation=JOB.conversation,
        model=JOB.model,
        prompt=words,
        created_at=1.0,
    )
    await exchanges.add(asked)
    with pytest.raises(StorageError) as refused:
        await say(database, "UPDATE exchanges SET nothing = ?", words)
    await say(database, "UPDATE exchanges SET credits = ?", words)
    with pytest.raises(StorageError) as damaged:
        await exchanges.get("1")

    for raised in (refused, damaged):
        assert words not in "".join(traceback.format_exception(raised.value))
    assert "credits" in str(damaged.value)
