"""A copy of the database: what is in it, and when there is none."""

import os
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.arrivals import Arrival
from core.errors import StorageError
from core.i18n import Locale
from core.jobs import JobState
from core.media import TaskRef
from core.people.broadcasts import Broadcast
from core.platform import ConversationRef
from storage.arrivals import SqlArrivalStore
from storage.backup import back_up
from storage.broadcasts import SqlBroadcastStore
from storage.database import open_database
from storage.jobs import SqlJobStore
from storage.look import look_at
from tests.fakes.acts import ACT
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.foreign_lock import foreign_lock
from tests.fakes.old_database import make_old_database
from tests.fakes.sample_job import JOB
from tests.fakes.small_disk import small_disk
from tests.fakes.statements import say

pytestmark = ONLY_SQLITE


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_it_is_taken_while_the_bot_writes_and_is_one_file_for_its_owner(
    tmp_path: Path, url: str
) -> None:
    (folder := tmp_path / "backups").mkdir()
    target = folder / "copy.db"
    async with open_database(url) as database:
        store = SqlJobStore(database)
        await store.add(JOB)
        async with foreign_lock(tmp_path / "jobs.db"):
            backup = back_up(url, target)
        await store.add(replace(JOB, id="2"))

    assert (backup.jobs, backup.size_bytes) == (1, target.stat().st_size)
    assert not backup.is_older
    assert files(folder) == ["copy.db"]
    assert mode_of(target) == 0o600
    assert (await look_at(f"sqlite:///{target}")).found == "current"


async def test_what_has_waited_orders_nothing_and_what_has_a_task_goes_on(
    tmp_path: Path, url: str
) -> None:
    known = replace(JOB, id="2", task=TaskRef(id="task"))
    async with open_database(url) as database:
        await SqlJobStore(database).add(JOB)
        await SqlJobStore(database).add(known)
        await SqlArrivalStore(database).keep("chat", [Arrival(id="7", body="/video a cat")])
        back_up(url, tmp_path / "copy.db")
        here = {job.id: job.state for job in await SqlJobStore(database).unfinished()}

    async with open_database(f"sqlite:///{tmp_path}/copy.db") as database:
        there = {job.id: job.state for job in await SqlJobStore(database).unfinished()}
        arrivals = SqlArrivalStore(database)
        left = await arrivals.left("chat")
        new = await arrivals.keep("chat", [Arrival(id="7", body="/video a cat")])

    assert here == {"1": JobState.WAITING, "2": JobState.WAITING}
    assert there == {"1": JobState.SUBMITTING, "2": JobState.WAITING}
    assert (list(left), list(new)) == ([], [])


async def test_a_file_that_is_there_is_replaced_only_if_that_is_wanted(
    tmp_path: Path, url: str
) -> None:
    async with open_database(url):
        pass
    target = tmp_path / "copy.db"
    target.write_text("precious")
    target.chmod(0o644)

    with pytest.raises(StorageError, match="--force replaces it"):
        back_up(url, target)
    assert target.read_text() == "precious"
    back_up(url, target, replaces=True)
    assert mode_of(target) == 0o600
    for name in ("jobs.db", "jobs.db-wal", "jobs.db-shm", "jobs.db-journal", "jobs.db.lock"):
        with pytest.raises(StorageError, match="is the database itself"):
            back_up(url, tmp_path / name, replaces=True)
    (tmp_path / "link.db").hardlink_to(tmp_path / "jobs.db")
    with pytest.raises(StorageError, match="is the database itself"):
        back_up(url, tmp_path / "link.db", replaces=True)


async def test_what_is_no_file_is_never_replaced(tmp_path: Path, url: str) -> None:
    async with open_database(url):
        pass
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for target in (pipe, tmp_path):
        with pytest.raises(StorageError, match="is no file"):
            back_up(url, target, replaces=True)
    assert pipe.is_fifo()
    with pytest.raises(StorageError, match="cannot be written: File name too long"):
        back_up(url, tmp_path / ("a" * 300))


@pytest.mark.parametrize("revision", ["0001", "0009"])
async def test_one_of_an_earlier_version_is_copied_as_it_is_and_can_be_started_from(
    tmp_path: Path, revision: str
) -> None:
    make_old_database(tmp_path / "old.db", revision, JOB)

    backup = back_up(f"sqlite:///{tmp_path}/old.db", tmp_path / "copy.db")

    assert (backup.revision, backup.is_older, backup.jobs) == (revision, True, 1)
    async with open_database(f"sqlite:///{tmp_path}/copy.db") as database:
        (job,) = await SqlJobStore(database).unfinished()
    assert job.state is JobState.SUBMITTING


async def test_what_cannot_be_copied_is_said_and_leaves_nothing_behind(
    tmp_path: Path, url: str
) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE notes (text)")
    make_old_database(tmp_path / "blank.db", "0001", JOB)
    with closing(sqlite3.connect(tmp_path / "blank.db")) as blank:
        blank.execute("DELETE FROM alembic_version")
        blank.commit()
    (tmp_path / "text.db").write_text("this is not a database " * 100)
    async with open_database(url):
        pass
    before = files(tmp_path)
    target = tmp_path / "copy.db"

    for name, why in {
        "none.db": "There is no database at",
        "other.db": "is no database of cliprelay",
        "blank.db": "is no database of cliprelay",
        "text.db": "file is not a database",
    }.items():
        with pytest.raises(StorageError, match=why):
            back_up(f"sqlite:///{tmp_path}/{name}", target)
    with pytest.raises(StorageError, match="in memory"):
        back_up("sqlite://", target)
    with pytest.raises(StorageError, match="cannot be written: No such file or directory"):
        back_up(url, tmp_path / "nowhere" / "copy.db")
    assert files(tmp_path) == before


async def test_a_damaged_database_is_not_taken_for_a_backup(tmp_path: Path, url: str) -> None:
    async with open_database(url) as database:
        for number in range(200):
            await SqlJobStore(database).add(replace(JOB, id=str(number)))
        await say(database, "PRAGMA wal_checkpoint(TRUNCATE)")
    path = tmp_path / "jobs.db"
    data = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as there:
        ((page, size),) = there.execute(
            "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master"
            " WHERE name = 'jobs_by_user'"
        )
    data[(page - 1) * size + 100 : page * size] = bytes(size - 100)
    path.write_bytes(data)

    with pytest.raises(StorageError, match=r"is damaged|malformed"):
        back_up(url, tmp_path / "copy.db")
    assert "copy.db" not in files(tmp_path)


@pytest.mark.slow
async def test_a_full_disk_leaves_the_older_backup(tmp_path: Path, url: str) -> None:
    async with open_database(url) as database:
        await SqlJobStore(database).add(JOB)
        async with small_disk(tmp_path / "disk") as disk:
            target = disk.folder / "copy.db"
            back_up(url, target)
            older = target.read_bytes()
            disk.fill(leaving_bytes=8192)

            with pytest.raises(StorageError, match=r"copy\.db"):
                back_up(url, target, replaces=True)

            assert target.read_bytes() == older
            assert files(disk.folder) == ["ballast", "copy.db"]


async def test_a_broadcast_that_was_only_shown_is_not_in_a_copy(tmp_path: Path, url: str) -> None:
    place = ConversationRef(platform="chat", chat="1")
    draft = Broadcast(id="1", by=JOB.user, locale=Locale.EN, text="bye", place=place, at=1.0)
    async with open_database(url) as database:
        await SqlBroadcastStore(database).draft(draft, [place])
        back_up(url, tmp_path / "copy.db")
    async with open_database(f"sqlite:///{tmp_path / 'copy.db'}") as database:
        store = SqlBroadcastStore(database)

        assert await store.open() == []
        assert await store.get("1") is None
        assert not await store.counts("1")


async def test_a_broadcast_that_was_under_way_is_sent_to_nobody_from_a_copy(
    tmp_path: Path, url: str
) -> None:
    copy, place = tmp_path / "copy.db", ConversationRef(platform="chat", chat="1")
    broadcast = Broadcast(id="1", by=JOB.user, locale=Locale.EN, text="bye", place=place, at=1.0)
    async with open_database(url) as database:
        store = SqlBroadcastStore(database)
        await store.draft(broadcast, [place])
        await store.confirm(broadcast, ACT)
        back_up(url, copy)
        under_way = await store.begin("1", 0)
    async with open_database(f"sqlite:///{copy}") as database:
        again = await SqlBroadcastStore(database).begin("1", 0)

    assert (under_way, again) == (True, False)
