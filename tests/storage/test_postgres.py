"""What is special about Postgres: others work on it too, and it may be away."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from functools import partial

import psycopg
import pytest
from sqlalchemy import Connection, bindparam, create_engine, func, text, update

from core.errors import Fault, FaultKind, StorageError, UserError
from core.jobs import JobState
from core.people.audit import Act
from core.people.balance import CreditLimits, HouseRules
from core.people.credits import Gift, OverdrawnError
from storage.credits import SqlCreditStore
from storage.database import Database, open_database, parse
from storage.fleet.members import Membership, Patience
from storage.jobs import SqlJobStore
from storage.ledger import CreditLedger
from storage.migrating import migrate
from storage.postgres import PostgresConnection
from storage.sums import part_of
from storage.tables import jobs
from tests.fakes.balances import unbalanced
from tests.fakes.postgres import PostgresServer, own_server
from tests.fakes.relay import Relay
from tests.fakes.statements import say
from tests.storage.test_job_store import JOB
from tests.storage.test_sums import AS_BEFORE_SUMS

pytestmark = pytest.mark.fleet
_ONE_MORE = (
    update(jobs)
    .where(jobs.c.id == bindparam("name"))
    .values(fraction=func.coalesce(jobs.c.fraction, 0) + 1)
)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with own_server() as server:
        yield server


@pytest.fixture
def url(server: PostgresServer) -> str:
    return server.new_database()


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with open_database(url) as database:
        yield database


async def test_many_who_start_on_an_empty_database_all_come_up(server: PostgresServer) -> None:
    url = server.new_empty_database()

    async def start() -> None:
        async with open_database(url) as database:
            await say(database, "SELECT * FROM jobs")

    await asyncio.gather(*(start() for _ in range(3)))


async def test_what_postgres_has_no_characters_for_is_replaced(database: Database) -> None:
    store = SqlJobStore(database)
    job = replace(JOB, request=replace(JOB.request, prompt="a \0 cat \ud83d"))

    await store.add(job)

    found = await store.get(job.id)
    assert found
    assert found.request.prompt == "a \N{REPLACEMENT CHARACTER} cat ?"


async def test_two_who_are_in_each_others_way_both_get_through(
    url: str, database: Database
) -> None:
    store = SqlJobStore(database)
    for name in "ab":
        await store.add(replace(JOB, id=name))

    async with open_database(url) as other:
        # Each holds the row that the other wants next: Postgres gives one of them up.
        both = asyncio.Barrier(2)
        loop = asyncio.get_running_loop()

        def change(connection: Connection, first: str, second: str, *, waits: list[bool]) -> None:
            for name in first, second:
                connection.execute(_ONE_MORE, {"name": name})
                # Only the first time: it is done again after it was undone.
                if waits:
                    waits.clear()
                    asyncio.run_coroutine_threadsafe(both.wait(), loop).result()

        await asyncio.gather(
            database.run("a row", partial(change, first="a", second="b", waits=[True])),
            other.run("a row", partial(change, first="b", second="a", waits=[True])),
        )

    for name in "ab":
        found = await store.get(name)
        assert found
        assert found.fraction == 2


def until_somebody_waits(admin: psycopg.Connection) -> None:
    """Ask until some process waits for what another one has."""
    while not admin.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
        pass


async def test_processes_that_work_on_are_not_in_the_way_of_a_new_version(url: str) -> None:
    conninfo = url.replace("+psycopg", "")
    migrating = create_engine(url)
    with psycopg.connect(conninfo, autocommit=True) as admin:
        for each in AS_BEFORE_SUMS:
            admin.execute(each.encode())
        with migrating.begin() as connection, psycopg.connect(conninfo) as earlier:
            # As an answer ends: its row first, then the ledger.
            earlier.execute("LOCK TABLE exchanges IN ROW EXCLUSIVE MODE")
            migrated = asyncio.create_task(asyncio.to_thread(migrate, connection))
            await asyncio.to_thread(until_somebody_waits, admin)
            await asyncio.to_thread(earlier.execute, "LOCK TABLE ledger IN ROW EXCLUSIVE MODE")
            earlier.commit()
            await migrated

            # However long it takes.
            assert connection.scalar(text("SHOW statement_timeout")) == "0"
    migrating.dispose()


async def test_orders_in_two_processes_at_once_do_not_both_have_the_last_credit(
    url: str, database: Database
) -> None:
    rules = HouseRules(person=CreditLimits(daily=10), chat=CreditLimits(daily=20))

    async def order(by: Database, name: str, user: str) -> bool:
        job = replace(JOB, id=name, user=replace(JOB.user, id=user), credits=10)
        try:
            await SqlJobStore(by, CreditLedger(rules)).add(job)
        except OverdrawnError:
            return False
        return True

    async with open_database(url) as other:
        for number in range(5):
            await say(database, "DELETE FROM ledger")
            taken = await asyncio.gather(
                *(
                    order(by, f"{number}{each}{user}", user)
                    for each, by in enumerate((database, other))
                    for user in ("ann", "bob", "eve")
                )
            )
            # One for each person, and two in the chat.
            assert sum(taken) == 2


async def test_admins_of_two_processes_at_once_do_not_take_the_same_credits_away(
    url: str, database: Database
) -> None:
    ann = JOB.user.party

    async def grant(by: Database, amount: int) -> bool:
        act = Act(by=ann, at=0.0, command="grant", place=JOB.conversation.party)
        try:
            await SqlCreditStore(by).give(Gift(to=ann, amount=amount, by=ann), act)
        except UserError:
            return False
        return True

    async with open_database(url) as other:
        for _ in range(5):
            await grant(database, 10)
            assert sum(await asyncio.gather(grant(database, -10), grant(other, -10))) == 1
    assert await SqlCreditStore(database).own(ann) == 0


async def test_a_connection_that_was_cut_is_made_anew_and_nobody_notices(
    server: PostgresServer, database: Database
) -> None:
    store = SqlJobStore(database)
    await store.add(JOB)
    ((pid,),) = await say(database, "SELECT pg_backend_pid()")

    with psycopg.connect(server.url().replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", (pid,))

    claimed = await store.claim(JOB.id)
    assert claimed
    assert claimed.run == JOB.run + 1


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_commit_whose_answer_is_lost_is_looked_up_and_happens_once(
    url: str, *, arrives: bool
) -> None:
    async with Relay(url) as relay, open_database(relay.url) as database:
        store = SqlJobStore(database)
        await store.add(JOB)

        relay.cut_at(b"COMMIT", arrives=arrives)
        claimed = await store.claim(JOB.id)

        assert relay.cuts == 1
        assert claimed
        assert claimed.run == JOB.run + 1
        found = await store.get(JOB.id)
        assert found
        assert found.run == claimed.run


async def test_who_cannot_reach_it_is_told_and_goes_on_when_it_is_back(
    server: PostgresServer, url: str
) -> None:
    async with open_database(url) as database:
        store = SqlJobStore(database)
        await store.add(JOB)

        server.stop(signal.SIGQUIT)
        with pytest.raises(StorageError, match="cannot be used"):
            await store.save(replace(JOB, state=JobState.RUNNING))
        server.start()

        await store.save(replace(JOB, state=JobState.RUNNING))
        found = await store.get(JOB.id)
        assert found
        assert found.state is JobState.RUNNING


async def test_what_another_process_has_by_now_is_not_gone_on_with(database: Database) -> None:
    here, there = (Membership(database, Patience()) for _ in range(2))
    store, other = (SqlJobStore(database, holder=each) for each in (here, there))
    await store.add(JOB)
    # As whoever takes what others have left does.
    taken = update(jobs).values(holder=there.name, run=jobs.c.run + 1)
    await database.run("a row", lambda c: c.execute(taken))

    assert await store.take_on(JOB.id) is None
    found = await other.take_on(JOB.id)
    assert found
    assert found.run == JOB.run + 2


async def test_whoever_could_not_tell_the_end_of_a_job_does_not_have_what_is_retried(
    database: Database,
) -> None:
    store = SqlJobStore(database, holder=Membership(database, Patience()))
    await store.add(JOB)
    failed = replace(JOB, state=JobState.FAILED, fault=Fault(kind=FaultKind.INTERNAL))
    await store.save(failed)
    await say(database, "UPDATE jobs SET holder = 'somebody'")

    assert await store.reopen(replace(failed, state=JobState.WAITING, fault=None))
    assert await say(database, "SELECT 1 FROM jobs WHERE holder = 'somebody'") == []


def named(database: Database, name: str) -> Membership:
    """A process whose name is not left to chance."""
    member = Membership(database, Patience())
    member.name = name
    return member


async def test_processes_that_add_to_the_same_sums_lose_nothing(
    url: str, database: Database
) -> None:
    async def work(database: Database, name: str, models: Sequence[str]) -> None:
        # Not told who they are, both add to the same rows, in the order of their models.
        store = SqlJobStore(database)
        jobs_ = [
            replace(JOB, id=f"{name} {number}", model=models[number % 2], credits=1)
            for number in range(6)
        ]
        await asyncio.gather(*(store.add(job) for job in jobs_))
        await asyncio.gather(*(store.save(replace(job, state=JobState.DONE)) for job in jobs_))

    async with open_database(url) as other:
        await asyncio.gather(
            work(database, "here", ("a/x", "b/x")), work(other, "there", ("b/x", "a/x"))
        )

    outcomes = await SqlJobStore(database).outcomes(0.0)
    assert {each.model: each.jobs for each in outcomes} == {"a/x": 6, "b/x": 6}
    assert await unbalanced(database) == []


async def test_a_process_that_ends_jobs_does_not_wait_for_another_that_does(
    url: str, database: Database
) -> None:
    here, there = named(database, "here"), named(database, "there")
    assert part_of(here) != part_of(there)
    for name, member in ("first", here), ("second", there):
        await SqlJobStore(database, holder=member).add(replace(JOB, id=name))
    ended = replace(JOB, state=JobState.DONE)
    await SqlJobStore(database, holder=here).save(replace(ended, id="first"))

    with psycopg.connect(url.replace("+psycopg", "")) as stands_still:
        stands_still.execute("SELECT * FROM job_sums FOR UPDATE")
        await SqlJobStore(database, holder=there).save(replace(ended, id="second"))

    (counted,) = await SqlJobStore(database).outcomes(0.0)
    assert counted.jobs == 2


async def test_its_password_is_in_no_error(url: str) -> None:
    url = url.replace("postgres@", "postgres:hush@").rpartition("/")[0] + "/nothing"

    with pytest.raises(StorageError) as refused:
        async with open_database(url):
            pass

    assert "hush" not in str(refused.value)
    assert "nothing" in str(refused.value)


async def test_a_database_that_hangs_is_given_up_when_it_is_closed(url: str) -> None:
    async with Relay(url) as relay:
        async with asyncio.timeout(60), open_database(relay.url) as database:
            relay.freeze()
            asked = asyncio.create_task(say(database, "SELECT 1"))
            # It has been said, and nobody will ever answer.
            await asyncio.sleep(0)
        with pytest.raises(StorageError):
            await asked


async def test_who_gives_up_while_it_is_being_reached_is_not_overlooked(url: str) -> None:
    async with Relay(url) as relay:
        connection = PostgresConnection(parse(relay.url))
        relay.freeze()
        asked = asyncio.create_task(
            asyncio.to_thread(connection.transact, lambda c: c.scalar(text("SELECT 1")))
        )
        await relay.called.wait()
        connection.give_up()
        relay.thaw()
        with pytest.raises(StorageError, match="not asked any more"):
            await asked
        await asyncio.to_thread(connection.close)


async def test_what_may_have_been_stored_is_not_done_again_one_by_one(url: str) -> None:
    async with Relay(url) as relay:
        database = Database(PostgresConnection(parse(relay.url), fate_seconds=0.1), "jobs")
        await say(database, "CREATE TABLE numbers AS SELECT 0 AS number")

        relay.cut_at(b"COMMIT", arrives=True)
        relay.refuses = 1
        # All of them in one transaction, which arrives; nobody can ask what became of it in time.
        one_more = (say(database, "UPDATE numbers SET number = number + 1") for _ in range(3))
        told = await asyncio.gather(*one_more, return_exceptions=True)

        assert {str(error).partition(":")[0] for error in map(repr, told)} == {
            "UnknownFateError('Nobody knows whether something was stored"
        }
        assert await say(database, "SELECT number FROM numbers") == [(3,)]
        await database.close()
