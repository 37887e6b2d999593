"""Ended jobs are counted and deleted without reading all that there have ever been."""

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.jobs import ENDED, JobState
from core.past_jobs import JobCount, JobEnding, ResultFilter, ResultMark
from core.platform import User
from storage.database import Database
from storage.events import SqlEventStore
from storage.exchanges import SqlExchangeStore
from storage.jobs import SqlJobStore
from storage.past_jobs import SqlPastJobStore
from storage.shares import SqlShareStore
from storage.tables import metadata
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.statements import listening
from tests.storage.test_job_store import JOB

BOB = User(platform="chat", id="bob")

# Each with the index that bounds what it reads.
CHORES: dict[str, tuple[Callable[[Database], Awaitable[object]], str]] = {
    "endings": (lambda d: SqlPastJobStore(d).endings(["1", "2"]), "sqlite_autoindex_jobs_1"),
    "prune": (
        lambda d: SqlPastJobStore(d).prune(9.0, limit=5, besides=["console"]),
        "jobs_by_end (ended_at<?)",
    ),
    "forget": (lambda d: SqlPastJobStore(d).forget(BOB.party, limit=5), "jobs_by_user"),
    "forget one": (
        lambda d: SqlPastJobStore(d).forget(BOB.party, limit=5, only="1"),
        "sqlite_autoindex_jobs_1",
    ),
    "results": (
        lambda d: SqlPastJobStore(d).results(BOB.party, ResultFilter(), None, limit=5),
        "jobs_by_user (platform=? AND user_id=?)",
    ),
    "older results": (
        lambda d: SqlPastJobStore(d).results(
            BOB.party, ResultFilter(), ResultMark(created_at=9.0, id="1"), limit=5
        ),
        "jobs_by_user (platform=? AND user_id=? AND created_at<?)",
    ),
    "latest": (lambda d: SqlPastJobStore(d).latest(limit=5), "jobs_by_end (ended_at>?)"),
    "models": (
        lambda d: SqlPastJobStore(d).models_of(BOB.party),
        "jobs_by_user (platform=? AND user_id=?)",
    ),
    "links": (lambda d: SqlShareStore(d).count("1", 9.0), "shares_by_job"),
    "count": (lambda d: SqlPastJobStore(d).count(BOB.party), "jobs_by_user"),
    "drafts": (lambda d: SqlPastJobStore(d).drafts(BOB.party), "jobs_drafts"),
    "old drafts": (lambda d: SqlPastJobStore(d).old_drafts(9.0), "jobs_by_state (state=? AND"),
    "events": (lambda d: SqlEventStore(d).prune(9.0, limit=5), "taken_by_time (at<?)"),
    "answers": (lambda d: SqlExchangeStore(d).prune(9.0, limit=5), "exchanges_by_time"),
    "count answers": (lambda d: SqlExchangeStore(d).count(BOB.party), "exchanges_by_user"),
    "known answers": (lambda d: SqlExchangeStore(d).known(["1"]), "sqlite_autoindex_exchanges"),
}


@pytest.mark.parametrize("name", CHORES)
@ONLY_SQLITE
async def test_no_chore_reads_all_rows_or_puts_them_in_order(
    database: Database, tmp_path: Path, name: str
) -> None:
    chore, index = CHORES[name]

    with listening() as said:
        await chore(database)

    with closing(sqlite3.connect(tmp_path / "jobs.db")) as beside:
        plans = [
            step[3]
            for sql, values in said
            for step in beside.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
        ]
    assert any(index in step for step in plans)
    assert [step for step in plans if step in {f"SCAN {table}" for table in metadata.tables}] == []
    assert not any("FOR ORDER BY" in step for step in plans)


async def test_each_state_is_counted_as_what_it_is(store: SqlJobStore, database: Database) -> None:
    past = SqlPastJobStore(database)
    for state in JobState:
        await store.add(replace(JOB, id=f"{state} of ann", state=state))
    await store.add(replace(JOB, id="bob's", user=BOB, state=JobState.DONE))

    assert await past.count(JOB.user.party) == JobCount(ended=3, open=4, drafts=1)
    assert await past.drafts(JOB.user.party) == ["draft of ann"]
    assert await past.count(BOB.party) == JobCount(ended=1)


async def test_one_persons_ended_jobs_go_and_nobody_elses(
    store: SqlJobStore, database: Database
) -> None:
    past = SqlPastJobStore(database)
    for state in JobState:
        await store.add(replace(JOB, id=f"{state} of ann", state=state))
    await store.add(replace(JOB, id="bob's", user=BOB, state=JobState.DONE))
    namesake = replace(JOB.user, platform="other")
    await store.add(replace(JOB, id="namesake's", user=namesake, state=JobState.DONE))

    gone = [
        *await past.forget(JOB.user.party, limit=2),
        *await past.forget(JOB.user.party, limit=2),
    ]

    assert sorted(gone) == sorted(f"{state} of ann" for state in ENDED)
    assert await past.forget(JOB.user.party, limit=2) == []
    assert await store.get("bob's")
    assert await store.get("namesake's")


async def test_the_oldest_go_first_and_open_ones_never(
    store: SqlJobStore, database: Database
) -> None:
    past = SqlPastJobStore(database)
    for number, state in enumerate(JobState):
        await store.add(replace(JOB, id=state, state=state, ended_at=float(number)))
    await store.add(replace(JOB, id="aside", state=JobState.DONE, ended_at=0.0))

    assert sorted(await past.prune(99.0, limit=2)) == ["aside", "done"]
    assert sorted(await past.prune(99.0, limit=9)) == ["cancelled", "failed"]
    assert await past.prune(99.0, limit=9, besides=["chat"]) == []
    endings = await past.endings(["draft", "done"])
    assert endings == {"draft": JobEnding(platform="chat", at=None)}
