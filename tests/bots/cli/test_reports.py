"""`cliprelay jobs` and `cliprelay stats`, beside a running bot and without one."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import Fault, FaultKind
from core.jobs import Job, JobState
from core.media import Cost, MediaRequest, TaskRef
from core.platform import ConversationRef, User
from storage.database import open_database
from storage.jobs import SqlJobStore
from tests.fakes.cli import run
from tests.storage.test_look import files

pytestmark = pytest.mark.slow

DONE = Job(
    id="aa11bb22cc33dd44",
    user=User(platform="telegram", id="7"),
    locale="en",
    conversation=ConversationRef(platform="telegram", chat="-5", thread="3"),
    model="apiyi/veo-3.1",
    request=MediaRequest(prompt="a cat\x1b[2J\ncredits     0", ratio="9:16", seconds=8),
    credits=30,
    state=JobState.DONE,
    created_at=1_790_000_000.0,
    started_at=1_790_000_001.0,
    ended_at=1_790_000_031.5,
    cost=Cost(amount=0.4),
    hook="a-secret-of-this-job",
    task=TaskRef(id="task-1"),
)
QUOTA = Fault(kind=FaultKind.QUOTA, reason="余额不足", http_status=403)
FAILED = replace(
    DONE, id="aa99", state=JobState.FAILED, fault=QUOTA, credits=0, created_at=1_790_000_100.0
)


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    async with open_database(f"sqlite:///{tmp_path}/data/cliprelay.db") as database:
        for job in (DONE, FAILED):
            await SqlJobStore(database).add(job)
    return tmp_path


async def test_jobs_are_a_table_for_people_and_a_list_for_programs(folder: Path) -> None:
    table = await run(folder, "jobs")
    listed = await run(folder, "jobs", "--json", "--state", "done")

    assert (table.code, table.err) == (0, "")
    rows = [line for line in table.out.splitlines() if "telegram:7" in line]
    assert [row.split("│")[1].strip() for row in rows] == ["aa99", "aa11bb22cc33"]
    assert "quota" in rows[0]
    assert "30.5" in rows[1]
    (told,) = json.loads(listed.out)
    assert (told["job"], told["state"], told["seconds"]) == (DONE.id, "done", 30.5)
    assert (told["person"], told["chat"], told["thread"]) == ("7", "-5", "3")
    assert told["created_at"] == "2026-09-21T14:13:20+00:00"
    assert told["charged"] == {"amount": 0.4, "unit": "USD"}
    assert len(json.loads((await run(folder, "jobs", "--json", "-n", "1")).out)) == 1


async def test_one_job_is_shown_in_full_by_the_beginning_of_its_id_and_without_secrets(
    folder: Path,
) -> None:
    whole = await run(folder, "jobs", "aa1")
    failed = await run(folder, "jobs", "aa99", "--json")
    several, nobody = await run(folder, "jobs", "aa"), await run(folder, "jobs", "zz")

    assert next(line.split() for line in whole.out.splitlines() if line.startswith("prompt")) == [
        "prompt",
        "a",
        "cat\\x1b[2J",
        "credits",
        "0",
    ]
    assert "options     kind video, ratio 9:16, seconds 8, count 1" in whole.out
    assert DONE.hook not in whole.out
    assert json.loads(failed.out)["fault"]["reason"] == "余额不足"
    assert several.err == "cliprelay: The ids of several jobs begin with aa\n"
    assert (nobody.code, nobody.err) == (2, "cliprelay: There is no job zz\n")


async def test_statistics_are_of_the_days_that_are_asked_for(folder: Path) -> None:
    tables = await run(folder, "stats", "--days", "36500")
    told = json.loads((await run(folder, "stats", "--days", "36500", "--json")).out)
    recent = await run(folder, "stats", "--days", "0.5")

    assert tables.out.startswith("Jobs that were ordered in the last 36500 days: 2\n")
    assert "0.8 USD" in tables.out
    counted = {"jobs": 2, "done": 1, "failed": 1, "cancelled": 0, "open": 0}
    tally = {**counted, "median_seconds": 30.5, "credits": 30}
    assert told["models"] == {"apiyi/veo-3.1": tally}
    assert told["gateways"] == {"apiyi": tally}
    assert told["faults"] == [{"gateway": "apiyi", "kind": "quota", "jobs": 1}]
    assert told["charged"] == [{"gateway": "apiyi", "amount": 0.8, "unit": "USD", "jobs": 2}]
    assert recent.out == "Jobs that were ordered in the last 0.5 days: 0\n"


@pytest.mark.parametrize("days", ["inf", "1e9", "nan"])
async def test_days_that_there_never_were_are_refused(folder: Path, days: str) -> None:
    done = await run(folder, "stats", "--days", days)

    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err


async def test_they_work_beside_a_bot_that_has_the_database(folder: Path) -> None:
    async with open_database(f"sqlite:///{folder}/data/cliprelay.db") as database:
        await SqlJobStore(database).add(replace(DONE, id="bb", created_at=1_790_000_200.0))
        listed = await run(folder, "jobs", "--json")
        counted = await run(folder, "stats", "--days", "36500", "--json")

    assert [each["job"] for each in json.loads(listed.out)] == ["bb", FAILED.id, DONE.id]
    assert json.loads(counted.out)["gateways"]["apiyi"]["done"] == 2


async def test_a_file_of_somebody_else_is_not_taken_for_an_older_version(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "notes.db")) as other:
        other.execute("CREATE TABLE notes (text)")
    done = await run(tmp_path, "jobs", variables={"DATABASE_URL": "sqlite:///notes.db"})

    assert done.code == 2
    assert done.err.startswith("cliprelay: There is nothing of cliprelay in ")


async def test_without_a_database_there_is_a_sentence_and_none_is_made(tmp_path: Path) -> None:
    done = await run(tmp_path, "jobs")

    assert done.code == 2
    assert done.err.startswith("cliprelay: There is no database at ")
    assert files(tmp_path) == {}
