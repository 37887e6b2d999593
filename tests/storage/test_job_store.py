"""The promises of `core.jobs.JobStore`, kept by SQL."""

import asyncio
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Fault, FaultKind, StorageError
from core.jobs import Job, JobState, LostRunError
from core.media import Asset, Cost, MediaRequest, RemoteAsset, TaskRef
from core.platform import ConversationRef, MessageRef, User
from storage.database import Database, open_database
from storage.jobs import SqlJobStore
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.statements import listening, say

JOB = Job(
    id="1",
    user=User(platform="chat", id="ann", locale="zh-hans"),
    locale="en",
    conversation=ConversationRef(platform="chat", chat="1", thread="7"),
    model="sandbox/sandbox-video",
    request=MediaRequest(prompt="a cat 🐈"),
    credits=50,
    created_at=1.0,
)

times = st.floats(0, 2e9)
paths = st.sampled_from([Path("/media/1/1.mp4"), Path("猫 %20.jpg")])
words = st.text(max_size=20)
assets = st.builds(
    Asset, path=paths, thumbnail=st.none() | paths, seconds=st.none() | st.floats(0, 1e4)
)
results = st.builds(RemoteAsset, urls=st.lists(words, max_size=3).map(tuple))
requests = st.builds(MediaRequest, prompt=words, images=st.lists(assets, max_size=2).map(tuple))
messages = st.builds(MessageRef)
rows = st.builds(
    Job,
    request=requests,
    credits=st.integers(0, 10**6),
    created_at=times,
    run=st.integers(0, 10**6),
    status=st.none() | messages,
    task=st.none() | st.builds(TaskRef),
    results=st.lists(results, max_size=3).map(tuple),
    assets=st.lists(assets, max_size=3).map(tuple),
    fraction=st.none() | st.floats(0, 1),
    delivered=st.none() | messages,
    fault=st.none() | st.builds(Fault),
    started_at=st.none() | times,
    ended_at=st.none() | times,
).filter(lambda job: r"\x00" not in repr(job))  # which Postgres replaces


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(job=rows)
async def test_a_row_comes_back_as_it_was_stored(store: SqlJobStore, job: Job) -> None:
    job = replace(job, id=uuid4().hex)

    await store.add(job)

    assert await store.get(job.id) == job


async def test_a_job_that_nobody_stored_is_none(store: SqlJobStore) -> None:
    assert await store.get("1") is None
    assert await store.claim("1") is None


async def test_each_claim_has_a_newer_token(store: SqlJobStore) -> None:
    await store.add(JOB)

    claimed = await asyncio.gather(*(store.claim("1") for _ in range(5)))

    assert sorted(job.run for job in claimed if job) == [1, 2, 3, 4, 5]


async def test_what_has_ended_cannot_be_claimed(store: SqlJobStore) -> None:
    await store.add(replace(JOB, state=JobState.DONE))

    assert await store.claim("1") is None


async def test_a_claim_spares_the_state_that_it_is_told_to_spare(store: SqlJobStore) -> None:
    await store.add(replace(JOB, state=JobState.DELIVERING))

    spared = await store.claim("1", unless=JobState.DELIVERING)
    taken = await store.claim("1", unless=JobState.RUNNING)

    assert (spared, taken and taken.run) == (None, 1)


async def test_who_holds_an_older_token_writes_nothing(store: SqlJobStore) -> None:
    await store.add(JOB)
    taken = await store.claim("1")

    with pytest.raises(LostRunError):
        await store.save(replace(JOB, state=JobState.RUNNING))
    with pytest.raises(LostRunError):
        await store.save_fraction(JOB, 0.5)

    assert await store.get("1") == taken


async def test_who_holds_the_newest_token_is_certain_without_asking(store: SqlJobStore) -> None:
    await store.add(JOB)
    assert not store.holds(JOB)

    first = await store.claim("1")
    assert first
    assert store.holds(first)

    with listening() as said:
        second = await store.claim("1")
        assert len(said) == 1
    assert second
    assert (store.holds(first), store.holds(second)) == (False, True)


async def test_nobody_is_certain_from_the_moment_that_a_job_is_taken(store: SqlJobStore) -> None:
    await store.add(JOB)
    first = await store.claim("1")
    assert first

    taking = asyncio.create_task(store.claim("1"))
    await asyncio.sleep(0)
    certain = store.holds(first)
    taking.cancel()  # it is taken all the same, and nobody hears by whom
    await asyncio.wait([taking])
    row = await store.get("1")

    assert row
    assert (certain, store.holds(first), row.run) == (False, False, 2)
    with pytest.raises(LostRunError):
        await store.save_fraction(first, 0.5)


async def test_of_several_who_take_a_job_only_the_last_is_certain(store: SqlJobStore) -> None:
    await store.add(JOB)

    claimed = await asyncio.gather(*(store.claim("1") for _ in range(5)))

    certain = [job.run for job in claimed if job and store.holds(job)]
    assert certain == [5]


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
async def test_nobody_holds_what_has_ended(store: SqlJobStore, state: JobState) -> None:
    await store.add(JOB)
    held = await store.claim("1")
    assert held

    await store.save(replace(held, state=state))

    assert not store.holds(held)


async def test_an_end_is_final(store: SqlJobStore) -> None:
    await store.add(replace(JOB, state=JobState.CANCELLED))

    with pytest.raises(LostRunError):
        await store.save(replace(JOB, state=JobState.RUNNING))

    assert await store.get("1") == replace(JOB, state=JobState.CANCELLED)


async def test_all_that_changes_in_a_life_is_saved(store: SqlJobStore) -> None:
    await store.add(JOB)
    later = replace(
        JOB,
        state=JobState.DELIVERING,
        status=MessageRef(conversation=JOB.conversation, id="5"),
        task=TaskRef(id="t:1"),
        results=(RemoteAsset(urls=("https://example.org/1",), preview=True),),
        credits=25,
        fraction=0.25,
        posting=True,
        started_at=2.0,
    )

    await store.save(later)
    await store.save_fraction(later, 0.5)

    assert await store.get("1") == replace(later, fraction=0.5)


async def test_what_was_ordered_never_changes(store: SqlJobStore) -> None:
    await store.add(JOB)

    await store.save(replace(JOB, request=MediaRequest(prompt="a dog"), created_at=9.0))

    assert await store.get("1") == JOB


async def test_a_failed_job_is_reopened_once(store: SqlJobStore) -> None:
    failed = replace(JOB, state=JobState.FAILED, fault=Fault(kind=FaultKind.TIMEOUT))
    await store.add(failed)
    again = replace(failed, state=JobState.RUNNING, fault=None)

    reopened = await asyncio.gather(*(store.reopen(again) for _ in range(3)))

    assert [job for job in reopened if job] == [replace(again, run=1)]
    assert await store.get("1") == replace(again, run=1)


async def test_a_job_that_has_not_ended_is_not_reopened(store: SqlJobStore) -> None:
    await store.add(JOB)

    assert await store.reopen(replace(JOB, state=JobState.RUNNING)) is None


async def test_unfinished_jobs_come_oldest_first(store: SqlJobStore) -> None:
    for number, state in enumerate(JobState):
        await store.add(replace(JOB, id=str(state), state=state, created_at=10.0 - number))

    found = [job.state for job in await store.unfinished()]

    assert found == [
        JobState.DELIVERING,
        JobState.RUNNING,
        JobState.SUBMITTING,
        JobState.WAITING,
    ]


async def test_a_user_sees_only_jobs_of_that_user_on_that_platform(store: SqlJobStore) -> None:
    for number in range(3):
        await store.add(replace(JOB, id=f"ann {number}", created_at=float(number)))
    await store.add(replace(JOB, id="bob", user=User(platform="chat", id="bob")))
    await store.add(replace(JOB, id="other ann", user=User(platform="elsewhere", id="ann")))

    found = [job.id for job in await store.of_user(JOB.user, limit=2)]

    assert found == ["ann 2", "ann 1"]


async def test_durations_are_of_done_jobs_of_that_model_newest_first(store: SqlJobStore) -> None:
    done = replace(JOB, state=JobState.DONE, started_at=10.0)
    for number in range(3):
        await store.add(replace(done, id=f"done {number}", ended_at=20.0 + number))
    await store.add(replace(done, id="failed", state=JobState.FAILED, ended_at=90.0))
    await store.add(replace(done, id="other", model="sandbox/other", ended_at=90.0))
    await store.add(replace(done, id="page", started_at=None, ended_at=90.0))

    found = await store.durations(JOB.model, limit=2)

    assert found == [(JOB.request, 12.0), (JOB.request, 11.0)]


async def test_the_middle_of_what_jobs_took_is_by_model(store: SqlJobStore) -> None:
    for number, seconds in enumerate((5.0, 90.0, 7.0, -4.0)):
        done = replace(JOB, id=f"m{number}", model="a/x", state=JobState.DONE, started_at=10.0)
        await store.add(replace(done, ended_at=10.0 + seconds))
    await store.add(replace(JOB, id="other", model="b/x"))

    assert await store.medians({"a/x", "b/x", "c/x"}) == {"a/x": 7.0}


async def test_what_was_charged_is_summed_for_each_gateway_and_unit(store: SqlJobStore) -> None:
    costs = [Cost(amount=0.1), Cost(amount=0.2), Cost(amount=700, unit="tokens"), None]
    for number, cost in enumerate(costs):
        await store.add(replace(JOB, id=f"a{number}", model="a/x", cost=cost, created_at=50.0))
    await store.add(replace(JOB, id="b", model="b/x", cost=Cost(amount=5), created_at=50.0))
    await store.add(replace(JOB, id="old", model="b/x", cost=Cost(amount=9), created_at=40.0))

    spent = await store.spent(50.0)

    assert [(each.gateway, each.cost.unit, each.jobs) for each in spent] == [
        ("a", "USD", 2),
        ("a", "tokens", 1),
        ("b", "USD", 1),
    ]
    assert [each.cost.amount for each in spent] == [pytest.approx(0.3), 700, 5]


async def test_progress_of_many_jobs_at_once_reaches_all_but_the_lost_ones(
    store: SqlJobStore,
) -> None:
    told = [replace(JOB, id=str(number)) for number in range(60)]
    for job in told:
        await store.add(job)
    for job in told[:5]:
        await store.claim(job.id)

    outcomes = await asyncio.gather(
        *(store.save_fraction(job, int(job.id) / 60) for job in told), return_exceptions=True
    )

    assert [isinstance(outcome, LostRunError) for outcome in outcomes] == [True] * 5 + [False] * 55
    rows = {row.id: row.fraction for row in await store.unfinished()}
    assert rows == {job.id: int(job.id) / 60 if int(job.id) >= 5 else None for job in told}


async def test_a_caller_that_goes_away_leaves_the_store_usable(store: SqlJobStore) -> None:
    await store.add(JOB)
    for _ in range(20):
        write = asyncio.create_task(store.save_fraction(JOB, 0.5))
        read = asyncio.create_task(store.unfinished())
        await asyncio.sleep(0)
        write.cancel()
        read.cancel()
        await asyncio.wait([write, read])

    await store.save(replace(JOB, state=JobState.RUNNING))

    row = await store.get("1")
    assert row
    assert row.state is JobState.RUNNING


async def test_a_write_whose_caller_went_away_is_finished_before_the_database_closes(
    url: str,
) -> None:
    async with open_database(url) as database:
        write = asyncio.create_task(SqlJobStore(database).add(JOB))
        await asyncio.sleep(0)
        write.cancel()

    async with open_database(url) as database:
        assert await SqlJobStore(database).get("1") == JOB


@ONLY_SQLITE
async def test_a_database_that_takes_no_writes_is_told_as_such(
    store: SqlJobStore, database: Database
) -> None:
    await say(database, "PRAGMA query_only = ON")

    with pytest.raises(StorageError, match=r"cannot be used: .*readonly"):
        await store.add(JOB)

    assert await store.get("1") is None


@ONLY_SQLITE
async def test_a_full_disk_is_told_as_such_and_breaks_nothing(
    store: SqlJobStore, database: Database
) -> None:
    await say(database, "PRAGMA max_page_count = 1")
    large = replace(JOB, request=MediaRequest(prompt="cat " * 100_000))

    with pytest.raises(StorageError, match="cannot be used: database or disk is full"):
        await store.add(large)

    assert await store.unfinished() == []


async def damage(database: Database, job: Job, column: str, value: str) -> None:
    statement = f"UPDATE jobs SET {column} = ? WHERE id = ?"  # noqa: S608 - ours
    await say(database, statement, value, job.id)


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("conversation", "{", "Expecting property name"),
        ("conversation", "[]", "conversation: "),
        ("conversation", '{"chat": 1}', "conversation.platform: is missing"),
        (
            "request",
            '{"prompt": "a secret", "count": "x"}',
            "request.count: must be a whole number",
        ),
        ("state", "flying", "state: must be"),
    ],
)
@ONLY_SQLITE
async def test_a_row_that_cannot_be_read_is_named_and_passed_over(  # noqa: PLR0917 - fixtures
    store: SqlJobStore,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    column: str,
    value: str,
    why: str,
) -> None:
    other = replace(JOB, id="other")
    await store.add(JOB)
    await store.add(other)
    await damage(database, JOB, column, value)

    assert await store.unfinished() == [other]
    assert await store.of_user(JOB.user, limit=9) == [other]

    assert list(store.rows.aside) == [JOB.id]
    assert why in store.rows.aside[JOB.id]
    assert f"job {JOB.id} is set aside" in caplog.text
    assert caplog.text.count("is set aside") == 1
    assert "a secret" not in caplog.text
    with pytest.raises(StorageError, match=f"holds job {JOB.id} that cannot be read"):
        await store.get(JOB.id)


@ONLY_SQLITE
async def test_a_row_that_cannot_be_read_is_not_taken(
    store: SqlJobStore, database: Database
) -> None:
    await store.add(JOB)
    await damage(database, JOB, "conversation", "{")

    with pytest.raises(StorageError):
        await store.claim(JOB.id)

    assert await say(database, "SELECT run FROM jobs") == [(JOB.run,)]


@ONLY_SQLITE
async def test_one_damaged_row_hides_neither_posts_nor_durations_of_the_others(
    store: SqlJobStore, database: Database
) -> None:
    posted = MessageRef(conversation=JOB.conversation, id="9")
    ended = replace(JOB, state=JobState.DONE, started_at=1.0, ended_at=3.0, delivered=posted)
    for each in (ended, replace(ended, id="other")):
        await store.add(each)
    for column in ("delivered", "request"):
        await damage(database, JOB, column, "{")

    found = await store.posted_as(posted.conversation, posted.id)

    assert found
    assert found.id == "other"
    assert await store.durations(JOB.model, limit=5) == [(JOB.request, 2.0)]
    assert [job.id for job in await store.untold()] == ["other"]
