"""What is told of all jobs, from the rows and by their indexes."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import Fault, FaultKind, StorageError
from core.jobs import Expense, Job, JobState
from core.media import Cost
from storage.database import Database, open_database
from storage.jobs import SqlJobStore
from storage.look import open_to_read
from storage.reports import SqlReports
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.old_database import make_old_database
from tests.fakes.statements import listening, plans_of
from tests.storage.test_job_store import JOB
from tests.storage.test_look import files

FIRST, SECOND = "apiyi/veo-3.1", "apiyi/sora-2"
QUOTA = Fault(kind=FaultKind.QUOTA, detail="no credit")


def job(number: int, **more: object) -> Job:
    changed = {"id": f"job{number}", "created_at": float(number), "model": FIRST, **more}
    return replace(JOB, **changed)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def done(number: int, seconds: float, **more: object) -> Job:
    return job(number, state=JobState.DONE, started_at=10.0, ended_at=10.0 + seconds, **more)


JOBS = (
    done(1, 5.0, credits=10),
    done(2, 50.0, credits=10, cost=Cost(amount=0.25)),
    done(3, 7.0, credits=10, cost=Cost(amount=0.5)),
    done(4, 100.0, credits=3, model=SECOND),
    done(5, -3.0, credits=0, model="other/one"),
    job(6, state=JobState.FAILED, fault=QUOTA, credits=0),
    job(7, state=JobState.CANCELLED, credits=0),
    job(8, state=JobState.WAITING, credits=10),
    job(9, state=JobState.DRAFT, credits=99),
)


@pytest.fixture
async def reports(database: Database) -> SqlReports:
    store = SqlReports(database)
    for each in JOBS:
        await store.add(each)
    return store


async def test_the_latest_jobs_come_newest_first_without_what_nobody_ordered(
    reports: SqlReports,
) -> None:
    found = await reports.latest(3)

    assert [each.id for each in found] == ["job8", "job7", "job6"]
    assert [each.id for each in await reports.latest(2, JobState.DONE)] == ["job5", "job4"]
    assert await reports.latest(5, JobState.RUNNING) == []


async def test_a_job_is_found_by_how_its_id_begins(reports: SqlReports) -> None:
    assert await reports.begins_with("job6") == ["job6"]
    assert await reports.begins_with("job") == ["job1", "job2"]
    assert await reports.begins_with("jobs") == []
    assert await reports.begins_with("%") == []


async def test_jobs_are_counted_by_model_and_gateway(reports: SqlReports) -> None:
    found = await reports.statistics(0.0)

    first, gateway = found.models[FIRST], found.gateways["apiyi"]
    assert first.states == {"done": 3, "failed": 1, "cancelled": 1, "waiting": 1}
    assert (first.seconds, first.credits) == (7.0, 40)
    assert (gateway.states["done"], gateway.seconds, gateway.credits) == (4, 28.5, 43)
    # Its clock was set back meanwhile.
    assert found.gateways["other"].seconds is None
    assert found.faults == {("apiyi", "quota"): 1}
    assert found.spent == [Expense(gateway="apiyi", cost=Cost(amount=0.75), jobs=2)]


async def test_only_jobs_of_the_time_that_is_asked_about_count(reports: SqlReports) -> None:
    found = await reports.statistics(3.5)

    assert set(found.models) == {FIRST, SECOND, "other/one"}
    assert found.models[FIRST].states == {"failed": 1, "cancelled": 1, "waiting": 1}
    assert (found.models[FIRST].seconds, found.spent) == (None, [])
    assert (await reports.statistics(99.0)).models == {}


QUESTIONS: dict[str, Callable[[SqlReports], Awaitable[object]]] = {
    "latest": lambda reports: reports.latest(20),
    "latest of a state": lambda reports: reports.latest(20, JobState.FAILED),
    "begins": lambda reports: reports.begins_with("job"),
    "statistics": lambda reports: reports.statistics(3.0),
}


@pytest.mark.parametrize("name", QUESTIONS)
@ONLY_SQLITE
async def test_no_question_reads_more_than_it_tells(
    reports: SqlReports, tmp_path: Path, name: str
) -> None:
    with listening() as said:
        await QUESTIONS[name](reports)

    assert said
    plans = plans_of(said, tmp_path / "jobs.db")
    assert plans
    assert [step for step in plans if step.startswith("SCAN")] == []
    if name.startswith("latest"):
        assert [step for step in plans if "B-TREE" in step] == []


@ONLY_SQLITE
async def test_reading_works_beside_a_bot_and_without_one_and_changes_nothing(
    url: str, tmp_path: Path
) -> None:
    async with open_database(url) as database:
        await SqlJobStore(database).add(JOB)
        async with open_to_read(url) as beside:
            await SqlJobStore(database).add(job(2))
            assert len(await SqlReports(beside).latest(5)) == 2
            with pytest.raises(StorageError, match="readonly"):
                await SqlJobStore(beside).add(job(3))
    before = files(tmp_path)
    async with open_to_read(url) as alone:
        assert len(await SqlReports(alone).latest(5)) == 2

    assert files(tmp_path) == before


@ONLY_SQLITE
async def test_a_database_that_cannot_be_read_is_told_apart(url: str, tmp_path: Path) -> None:
    async def refusal(address: str) -> str:
        with pytest.raises(StorageError) as refused:
            async with open_to_read(address):
                pass
        return str(refused.value)

    path = tmp_path / "jobs.db"
    assert "in memory" in await refusal("sqlite://")
    assert await refusal(url) == f"There is no database at {path} yet; the first start makes it"
    assert files(tmp_path) == {}
    make_old_database(path, "0008")
    assert "is of an earlier version" in await refusal(url)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "is of a later version" in await refusal(url)
    path.write_text("no database at all, but long enough to be looked into for one" * 9)
    assert "file is not a database" in await refusal(url)
