"""Who is let in, over all processes; and what is done for jobs that nobody has."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from core.dispatcher import Hands, QueueLimits
from core.jobs import Job, JobState
from core.platform import MessageRef
from storage.database import Database, open_database
from storage.fleet.commons import open_commons
from storage.fleet.dispatcher import FleetDispatcher
from storage.fleet.doorkeeper import Door, let_in
from storage.fleet.holds import JobHolds
from storage.fleet.members import Membership, Patience
from storage.fleet.queue import in_queue
from storage.job_rows import JobRows
from storage.jobs import SqlJobStore
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.log_lines import log_lines
from tests.fakes.log_watch import log_watch

pytestmark = pytest.mark.fleet
# Nobody is taken for dead, and nothing waits because of that.
PATIENCE = Patience(stalled=600)
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
LISTENS = "SELECT count(*) FROM procrastinate_workers"
SENT_FOR = "SELECT count(*) FROM procrastinate_jobs"
HELD = "SELECT count(*) FROM jobs WHERE holder IS NOT NULL"
ROOMY = QueueLimits(per_user=10, per_gateway={"sandbox": 10})


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with open_database(url) as database:
        yield database


@pytest.fixture
async def member(database: Database) -> Membership:
    member = Membership(database, PATIENCE)
    await member.beat(0)
    return member


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """One that was ordered just now, and is shown."""
    job = EngineHarness(folder=tmp_path, root="").job()
    status = MessageRef(conversation=job.conversation, id="1")
    return replace(job, created_at=time.time(), status=status)


async def look(database: Database, member: Membership, limits: QueueLimits = ROOMY) -> Door:
    return await database.run("a job", partial(let_in, limits=limits, member=member))


async def sent_for(database: Database) -> set[str]:
    """The jobs that some process is woken for."""
    return set(await database.run("a job", in_queue))


def idle_hands() -> Hands:
    """Those of an engine that does nothing."""

    async def run(_: str) -> bool:
        return True

    async def look() -> None: ...

    return Hands(
        run=run,
        moved=lambda _, __: None,
        take_up=lambda _: True,
        has=lambda _: True,
        rests=lambda _: None,
        let_go=lambda _: None,
        look=look,
    )


async def until_counted(aside: psycopg.Connection, query: str, count: int) -> None:
    """Wait until that is what the database counts."""
    async with asyncio.timeout(90):
        # Nobody here is told of what it counts.
        while aside.execute(query.encode()).fetchone() != (count,):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    "left", [{"state": JobState.DONE, "ended_at": time.time()}, {"status": None}, {}]
)
async def test_what_is_somebodys_is_left_alone_and_what_was_given_back_waits_for_nothing(
    database: Database, member: Membership, job: Job, left: dict[str, object]
) -> None:
    """Its end is to be told, it is to be shown, or it waits for its turn."""
    other = Membership(database, PATIENCE)
    await other.beat(0)
    await SqlJobStore(database, holder=other).add(job)
    await SqlJobStore(database).save(replace(job, **left))

    await look(database, member)
    while_held = await sent_for(database)
    await other.leave()
    await look(database, member)

    assert while_held == set()
    assert await sent_for(database) == {job.id}


async def test_what_is_only_shown_takes_nobodys_room(
    database: Database, member: Membership, job: Job
) -> None:
    ours = SqlJobStore(database, holder=member)
    await ours.add(replace(job, status=None))
    await SqlJobStore(database).add(replace(job, id="waits"))

    await look(database, member, replace(ROOMY, per_user=1))

    assert await sent_for(database) == {"waits"}


async def test_whoever_ends_a_job_that_nobody_has_is_the_one_to_tell_it(
    database: Database, member: Membership, job: Job
) -> None:
    store = SqlJobStore(database, holder=member)
    await SqlJobStore(database).add(job)
    cancelled = replace(job, state=JobState.CANCELLED, ended_at=time.time())
    await store.save(cancelled)

    await look(database, member)
    untold = await sent_for(database)
    await store.mark_told(cancelled)
    await look(database, member)

    assert (untold, await sent_for(database)) == (set(), set())


async def test_machines_with_different_limits_let_in_as_many_as_the_larger_and_no_more(
    database: Database, member: Membership, job: Job
) -> None:
    store = SqlJobStore(database)
    for number in range(6):
        await store.add(replace(job, id=str(number), created_at=job.created_at + number))
    strict, mild = replace(ROOMY, per_user=1), replace(ROOMY, per_user=3)

    for limits in (strict, mild, strict, mild):
        await look(database, member, limits)
        door = await look(database, member, strict)

    assert await sent_for(database) == {"0", "1", "2"}
    assert door.places == {"3": 1, "4": 2, "5": 3}


async def test_nobody_is_taken_for_dead_by_one_that_was_not_heard_itself(
    database: Database,
) -> None:
    now = [0.0]
    patience = Patience(beat=5, stalled=15)
    member = Membership(database, patience, clock=lambda: now[0])
    for now[0] in range(0, 30, 5):
        await member.beat(0)
    before = member.sees_clearly
    now[0] += 42
    silent = member.sees_clearly
    await member.beat(0)

    assert before
    assert not silent
    assert not member.sees_clearly


async def test_what_nobody_could_go_on_with_is_asked_when_nothing_can_change_any_more(
    database: Database, url: str, job: Job, tmp_path: Path
) -> None:
    """A run that orders something while its process says that it leaves is not cut."""
    taken, leaves, ordered, ended = (asyncio.Event() for _ in range(4))
    kept = set[str]()

    async def run(job_id: str) -> bool:
        await leaves.wait()
        kept.add(job_id)
        await ordered.wait()
        ended.set()
        return True

    def take_up(_: Job) -> bool:
        taken.set()
        return True

    hands = replace(idle_hands(), run=run, take_up=take_up)
    await SqlJobStore(database).add(job)
    async with open_commons(database, make_url(url), tmp_path, PATIENCE) as commons:
        dispatcher = FleetDispatcher(commons, ROOMY, JobRows(database))
        await dispatcher.start(hands)
        await dispatcher.join(job.user.platform)
        await taken.wait()
        await dispatcher.enqueue(job)
        leaves.set()
        await dispatcher.hand_over(lambda: kept)
        ordered.set()
        async with asyncio.timeout(90):
            await ended.wait()
        await dispatcher.close()


async def test_what_is_being_taken_while_its_process_leaves_is_given_back(
    database: Database, url: str, job: Job, tmp_path: Path
) -> None:
    """The queue cuts whoever it has woken; what was asked of the database is done all the same."""
    await SqlJobStore(database).add(job)
    with psycopg.connect(url.replace("+psycopg", "")) as busy:
        busy.execute("SELECT id FROM jobs FOR UPDATE")
        async with open_commons(database, make_url(url), tmp_path, PATIENCE) as commons:
            dispatcher = FleetDispatcher(commons, ROOMY, JobRows(database))
            await dispatcher.start(idle_hands())
            await dispatcher.join(job.user.platform)
            with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as aside:
                await until_counted(aside, WAITS, 1)
                leaving = asyncio.create_task(dispatcher.hand_over(tuple))
                await until_counted(aside, LISTENS, 0)
                busy.rollback()
                await leaving
                await until_counted(aside, HELD, 0)
            await dispatcher.close()


async def test_an_end_that_somebody_took_and_did_not_tell_is_told_by_the_next_who_looks(
    database: Database, url: str, job: Job, tmp_path: Path
) -> None:
    """By whoever has sent for somebody before, too: perhaps nobody else is left."""
    other = Membership(database, PATIENCE)
    await other.beat(0)
    await SqlJobStore(database).add(replace(job, state=JobState.DONE, ended_at=time.time()))
    patience = replace(PATIENCE, beat=0.1)
    async with open_commons(database, make_url(url), tmp_path, patience) as commons:
        # It joins no platform, so it takes nothing itself.
        dispatcher = FleetDispatcher(commons, ROOMY, JobRows(database))
        await dispatcher.start(idle_hands())
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as aside:
            await until_counted(aside, SENT_FOR, 1)
            taken = await JobHolds(database, other, JobRows(database)).take(job.id)
            aside.execute("DELETE FROM procrastinate_jobs")
            await other.leave()
            await until_counted(aside, SENT_FOR, 1)
        await dispatcher.close()

    assert taken


@pytest.mark.parametrize(
    "left", [{}, {"state": JobState.DONE, "ended_at": time.time()}], ids=["waits", "untold"]
)
async def test_what_cannot_be_read_is_set_aside_once_and_takes_nobodys_room(
    database: Database,
    url: str,
    job: Job,
    tmp_path: Path,
    left: dict[str, object],
) -> None:
    """It is damaged, or of a later version."""
    store, taken, is_taken = SqlJobStore(database), list[str](), asyncio.Event()
    await store.add(replace(job, **left))
    second = replace(job, id="2", created_at=job.created_at + 1)
    strict, patience = replace(ROOMY, per_user=1), replace(PATIENCE, beat=0.1)

    def take_up(found: Job) -> bool:
        taken.append(found.id)
        is_taken.set()
        return True

    async with open_commons(database, make_url(url), tmp_path, patience) as commons:
        with (
            log_lines() as said,
            log_watch("is set aside") as watch,
            psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as aside,
        ):
            aside.execute("UPDATE jobs SET request = '{}'")
            dispatcher = FleetDispatcher(commons, strict, JobRows(database))
            await dispatcher.start(replace(idle_hands(), take_up=take_up))
            await dispatcher.join(job.user.platform)
            await watch.wait()
            await store.add(second)
            async with asyncio.timeout(90):
                await is_taken.wait()
        await dispatcher.close()

    assert taken == ["2"]
    assert sum("is set aside" in str(line) for line in said.lines) == 1


async def test_a_page_can_tell_who_has_the_jobs_that_run_elsewhere(
    database: Database, member: Membership, job: Job
) -> None:
    other = Membership(database, PATIENCE)
    ours = SqlJobStore(database, holder=member)
    theirs = SqlJobStore(database, holder=other)
    await ours.add(replace(job, id="ours", state=JobState.RUNNING))
    await theirs.add(replace(job, id="theirs", state=JobState.RUNNING))
    await theirs.add(replace(job, id="draft", state=JobState.DRAFT))
    found = await ours.elsewhere(limit=5)

    assert [(each.id, holder) for each, holder in found] == [("theirs", other.name)]
    assert await theirs.elsewhere(limit=0) == []
