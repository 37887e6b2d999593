"""Events that were taken, alone and together with what they did."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.events import Event, TakenError
from core.jobs import Job, JobState, LostRunError
from core.media import MediaRequest
from core.people.audit import Act
from core.platform import ConversationRef, MessageRef, Party, User
from storage.audit import SqlAuditStore
from storage.database import Database, open_database
from storage.events import SqlEventStore
from storage.jobs import SqlJobStore
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.old_database import make_old_database
from tests.fakes.statements import say

PLACE = ConversationRef(platform="chat", chat="-100", thread="7")
JOB = Job(
    id="1",
    user=User(platform="chat", id="ann"),
    locale="en",
    conversation=PLACE,
    model="sandbox/sandbox-video",
    request=MediaRequest(prompt="a cat"),
    credits=50,
    created_at=1.0,
    command=MessageRef(conversation=PLACE, id="42"),
)
EVENT = Event(platform="chat", id="-100/42")


@pytest.fixture
def events(database: Database) -> SqlEventStore:
    return SqlEventStore(database)


async def test_an_event_is_taken_once(events: SqlEventStore) -> None:
    before = await events.has(EVENT)
    taken = await asyncio.gather(*(events.take(EVENT) for _ in range(5)))

    assert not before
    assert sorted(taken) == [False] * 4 + [True]
    assert await events.has(EVENT)
    assert not await events.has(replace(EVENT, platform="other"))


async def test_what_is_old_is_forgotten(events: SqlEventStore) -> None:
    await events.take(EVENT)

    await events.prune(time.time() - 60, limit=9)
    assert await events.has(EVENT)
    await events.prune(time.time() + 60, limit=9)
    assert not await events.has(EVENT)


async def test_two_jobs_of_one_event_are_one(store: SqlJobStore, events: SqlEventStore) -> None:
    both = (store.add(replace(JOB, id=name), EVENT) for name in "12")
    outcomes = await asyncio.gather(*both, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes if outcome] == [TakenError]
    assert len([job for name in "12" if (job := await store.get(name))]) == 1
    assert await events.has(EVENT)


async def test_a_job_is_taken_up_again_once_for_each_event(store: SqlJobStore) -> None:
    failed = replace(JOB, state=JobState.FAILED)
    await store.add(failed)
    reopened = await store.reopen(replace(failed, state=JobState.WAITING), EVENT)
    assert reopened
    await store.save(replace(reopened, state=JobState.FAILED))

    with pytest.raises(TakenError):
        await store.reopen(replace(reopened, state=JobState.WAITING), EVENT)

    row = await store.get("1")
    assert row
    assert (row.state, row.run) == (JobState.FAILED, reopened.run)


async def test_what_is_not_written_takes_no_event(
    store: SqlJobStore, events: SqlEventStore
) -> None:
    await store.add(JOB)
    await store.claim("1")

    with pytest.raises(LostRunError):
        await store.order(JOB, EVENT)
    assert await store.reopen(JOB, EVENT) is None

    assert not await events.has(EVENT)


async def test_a_draft_is_ordered_once_for_each_event(store: SqlJobStore) -> None:
    await store.add(replace(JOB, state=JobState.DRAFT))
    draft = await store.claim("1", only=JobState.DRAFT)
    assert draft
    await store.order(replace(draft, state=JobState.WAITING), EVENT)

    with pytest.raises(TakenError):
        await store.order(replace(draft, state=JobState.RUNNING), EVENT)

    row = await store.get("1")
    assert row
    assert row.state is JobState.WAITING


@ONLY_SQLITE
async def test_what_was_ordered_before_the_upgrade_counts_as_taken(
    url: str, tmp_path: Path
) -> None:
    make_old_database(tmp_path / "jobs.db", "0007", JOB, replace(JOB, id="2", command=None))

    async with open_database(url) as database:
        assert await say(database, "SELECT * FROM taken") == [("chat", "-100/42", 1.0)]


async def test_what_an_admin_does_to_a_job_is_written_with_it_or_neither(
    database: Database, store: SqlJobStore
) -> None:
    audit = SqlAuditStore(database)
    by, place = Party(platform="chat", kind="user", id="root"), PLACE.party
    cancel = Act(by=by, at=1.0, command="cancel", place=place)
    retry = replace(cancel, command="retry")
    await store.add(JOB)
    claimed = await store.claim("1")
    assert claimed
    with pytest.raises(LostRunError):
        await store.save(replace(JOB, state=JobState.CANCELLED), cancel)
    assert await store.reopen(JOB, None, retry) is None
    before = await audit.latest(9)

    await store.save(replace(claimed, state=JobState.FAILED), cancel)
    reopened = await store.reopen(replace(claimed, state=JobState.WAITING), EVENT, retry)
    assert reopened
    await store.save(replace(reopened, state=JobState.FAILED))
    with pytest.raises(TakenError):
        await store.reopen(replace(reopened, state=JobState.WAITING), EVENT, retry)

    assert (before, await audit.latest(9)) == ([], [retry, cancel])
