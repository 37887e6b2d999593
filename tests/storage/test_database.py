"""Opening the database, and everything that may be wrong with it."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from core.errors import DatabaseInUseError, StorageError
from storage.database import Database, open_database
from storage.tables import metadata
from tests.fakes.old_database import make_old_database

_ROOT = Path(__file__).parents[2]
_MIGRATIONS = _ROOT / "storage" / "migrations" / "versions"
_OPEN = """
import asyncio, sys
from storage.database import open_database

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

    async with database.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_database_can_be_opened_again(url: str) -> None:
    async with open_database(url):
        pass

    async with open_database(url) as database, database.connect() as connection:
        versions = (await connection.execute(text("SELECT * FROM alembic_version"))).all()

    newest = max(file.name[:4] for file in _MIGRATIONS.glob("0*.py"))
    assert [tuple(row) for row in versions] == [(newest,)]


async def test_a_database_of_an_earlier_version_gets_what_is_new(url: str, tmp_path: Path) -> None:
    make_old_database(tmp_path / "jobs.db", "0001")

    async with open_database(url) as database, database.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM access"))).scalar() == 0


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
    async with database.connect() as connection:
        pragmas = [
            (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous")
        ]

    assert pragmas == ["wal", 2]


async def test_folders_are_made_also_with_odd_names(tmp_path: Path) -> None:
    path = tmp_path / "not there" / "50% off" / "jobs.db"

    async with open_database(f"sqlite+aiosqlite:///{path}"):
        assert path.exists()


async def test_a_database_in_memory_needs_no_file() -> None:
    async with open_database("sqlite+aiosqlite://") as database, database.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM jobs"))).scalar() == 0


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
            async with open_database(f"sqlite+aiosqlite:///{tmp_path / name}"):
                pass
        assert refusal.value.path == tmp_path / "jobs.db"


async def test_a_database_that_cannot_be_written_is_refused_at_the_start(
    tmp_path: Path, url: str
) -> None:
    async with open_database(url):
        pass
    path = tmp_path / "jobs.db"

    with pytest.raises(StorageError, match=r"jobs.db.* cannot be used: .*readonly"):
        async with open_database(f"sqlite+aiosqlite:///file:{path}?mode=ro&uri=true"):
            pass


@pytest.mark.skipif(os.name != "posix", reason="a folder that nobody can write to")
async def test_a_folder_that_cannot_be_written_is_refused_at_the_start() -> None:
    with pytest.raises(StorageError, match="Cannot write to /dev/null"):
        async with open_database("sqlite+aiosqlite:////dev/null/jobs.db"):
            pass


async def test_a_file_that_is_no_database_is_refused_with_a_sentence(
    tmp_path: Path, url: str
) -> None:
    (tmp_path / "jobs.db").write_bytes(b"this is not a database " * 100)

    with pytest.raises(StorageError, match=r"jobs.db cannot be used: file is not a database"):
        async with open_database(url):
            pass


async def test_a_database_of_a_later_version_is_refused_with_a_sentence(url: str) -> None:
    async with open_database(url) as database, database.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StorageError, match=r"cannot be used: .*9999"):
        async with open_database(url):
            pass


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("postgresql+psycopg://me:secret@db/jobs", r"starts with postgresql\+psycopg://"),
        ("sqlite:///jobs.db", "starts with sqlite://"),
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
