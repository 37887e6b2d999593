"""What is said of a database before it is opened, and that looking changes nothing."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import StorageError
from storage.database import open_database
from storage.jobs import SqlJobStore
from storage.look import DatabaseState, look_at
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.sample_job import JOB
from tests.fakes.statements import say

pytestmark = ONLY_SQLITE


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/new/jobs.db"

    assert await look_at(address) == DatabaseState(found="nothing")
    assert files(tmp_path) == {}


async def test_in_memory_there_is_nothing_to_see() -> None:
    assert await look_at("sqlite://") == DatabaseState()


async def test_looking_at_a_database_changes_no_file(tmp_path: Path, url: str) -> None:
    async with open_database(url):
        pass
    before = files(tmp_path)

    assert await look_at(url) == DatabaseState(found="current")
    assert files(tmp_path) == before


async def test_one_in_use_is_looked_at_while_it_is_written(url: str) -> None:
    async with open_database(url) as database:
        store = SqlJobStore(database)
        await store.add(JOB)
        await say(database, "UPDATE jobs SET request = '{'")

        state = await look_at(url)

        assert (state.found, state.in_use, list(state.damaged)) == ("current", True, [JOB.id])
        await store.add(replace(JOB, id="2"))


async def test_what_a_killed_process_has_left_is_seen_too(tmp_path: Path, url: str) -> None:
    killed = tmp_path / "killed"
    async with open_database(url) as database:
        await SqlJobStore(database).add(JOB)
        await say(database, "UPDATE jobs SET request = '{'")
        shutil.copytree(tmp_path, killed, ignore=shutil.ignore_patterns("killed"))
    before = set(files(killed))

    state = await look_at(f"sqlite:///{killed}/jobs.db")

    assert (state.in_use, list(state.damaged)) == (False, [JOB.id])
    assert set(files(killed)) == before


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("DROP TABLE alembic_version", "older"),
        ("UPDATE alembic_version SET version_num = '0001'", "older"),
    ],
)
async def test_an_earlier_version_is_said_to_be_one(url: str, change: str, found: str) -> None:
    async with open_database(url) as database:
        await say(database, change)

    assert (await look_at(url)).found == found


async def test_what_a_start_would_refuse_is_refused(tmp_path: Path, url: str) -> None:
    async with open_database(url) as database:
        await say(database, "UPDATE alembic_version SET version_num = '9999'")
    (tmp_path / "text.db").write_text("this is not a database " * 100)

    with pytest.raises(StorageError, match="of a later version"):
        await look_at(url)
    with pytest.raises(StorageError, match="file is not a database"):
        await look_at(f"sqlite:///{tmp_path}/text.db")
    with pytest.raises(StorageError, match="Cannot write to /dev/null"):
        await look_at("sqlite:////dev/null/jobs.db")
    with pytest.raises(StorageError, match="starts with mysql"):
        await look_at("mysql://x/y")
