"""A process of several leaves: others have its jobs at once, and nothing is cut or done twice."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from core.engine.engine import Engine
from core.jobs import JobState
from core.platform import UnreachableError
from tests.fakes.engine_harness import EngineHarness, stored, stored_when
from tests.fakes.log_watch import log_watch
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.postgres import PostgresServer, own_server
from tests.fakes.relay import Relay

pytestmark = pytest.mark.fleet


@dataclass(kw_only=True)
class Machines:
    """Two on one database, before one gateway; each writes to the chat on a wire of its own.

    Attributes:
        relay: between the first and the database.
    """

    first: EngineHarness
    second: EngineHarness
    relay: Relay


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with own_server() as server:
        yield server


@pytest.fixture
async def two(
    tmp_path: Path, server: PostgresServer, gateway: ManualGateway
) -> AsyncIterator[Machines]:
    def machine(name: str, address: str) -> EngineHarness:
        (tmp_path / name).mkdir()
        return EngineHarness(
            folder=tmp_path / name,
            root=gateway.root,
            address=address,
            in_fleet=True,
            drain_seconds=600.0,
        )

    async with Relay(server.new_database()) as relay:
        yield Machines(
            first=machine("a", relay.url),
            second=machine("b", relay.there),
            relay=relay,
        )


async def until_done(engine: Engine, job_id: str) -> None:
    await stored_when(engine, job_id, lambda row: row.state is JobState.DONE and row.told)


@pytest.mark.parametrize("reached", ["asked", "made"])
async def test_what_can_be_found_again_goes_on_elsewhere_while_the_rest_is_waited_for(
    two: Machines, gateway: ManualGateway, reached: str
) -> None:
    await gateway.allow(CREATE)
    async with two.first.engine() as here, AsyncExitStack() as stack:
        job = await here.submit(two.first.order(user="ann"))
        await gateway.reached(LOOK)
        if reached == "made":
            away = two.first.chat.hold("deliver", UnreachableError("it is away"))
            await gateway.allow(LOOK, FETCH)
            await away.reached.wait()
            away.release.set()
        gateway.open.discard(CREATE)
        sent = await here.submit(two.first.order(user="bob"))
        await gateway.reached(CREATE, times=2)
        there = await stack.enter_async_context(two.second.engine())

        leaving = asyncio.create_task(here.drain())
        await gateway.allow(LOOK, FETCH)
        await until_done(there, job.id)
        still_waits = not leaving.done()
        await gateway.allow(CREATE)
        await until_done(there, sent.id)
        await leaving

    assert still_waits
    assert gateway.asked[CREATE] == 2
    assert len(two.second.chat.of("deliver")) == 2
    assert not two.first.chat.of("deliver")


async def test_whoever_leaves_takes_nothing_more(two: Machines, gateway: ManualGateway) -> None:
    async with two.first.engine() as here, two.second.engine() as there:
        gateway.open = {LOOK, FETCH}
        first = [await here.submit(two.first.order(user=f"ann {n}")) for n in range(2)]
        await gateway.reached(CREATE, times=2)
        leaving = asyncio.create_task(here.drain())
        two.second.concurrency = 50
        others = [await there.submit(two.second.order(user=f"bob {n}")) for n in range(2)]
        await gateway.reached(CREATE, times=4)
        await gateway.allow(CREATE)
        for job in (*first, *others):
            await until_done(there, job.id)
        await leaving

    assert gateway.asked[CREATE] == 4


async def test_a_post_that_is_on_its_way_is_not_cut(two: Machines, gateway: ManualGateway) -> None:
    await gateway.allow(CREATE, LOOK, FETCH)
    posting = two.first.chat.hold("deliver")
    async with AsyncExitStack() as stack:
        async with two.first.engine() as here:
            job = await here.submit(two.first.order())
            await posting.reached.wait()
            there = await stack.enter_async_context(two.second.engine())
            leaving = asyncio.create_task(here.drain())
            await asyncio.wait([leaving], timeout=0.2)
            waited = not leaving.done()
            posting.release.set()
            await leaving
        row = await stored(there, job.id)

    assert (waited, row.state) == (True, JobState.DONE)
    assert len(two.first.chat.of("deliver")) == 1
    assert "deliver" not in two.second.chat.tried


async def test_a_run_ends_at_the_next_frame_after_it_has_lost_its_job(
    two: Machines, gateway: ManualGateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await gateway.allow(CREATE)
    async with two.first.engine() as here:
        job = await here.submit(two.first.order())
        await gateway.reached(LOOK)
        async with two.second.engine() as there:
            with log_watch("another run has it") as said:
                # As somebody does who is killed in the next moment.
                await there.services.store.claim(job.id)
                await said.wait()
            # Nobody has it: it is taken up again, and asked for anew.
            await gateway.allow(LOOK, FETCH)
            await until_done(there, job.id)

    assert gateway.asked[CREATE] == 1
    assert len(two.first.chat.of("deliver")) + len(two.second.chat.of("deliver")) == 1


async def test_a_run_that_has_lost_its_job_is_not_waited_for(
    two: Machines, gateway: ManualGateway
) -> None:
    async with two.first.engine() as here:
        # So long as it is on its way, no frame finds out.
        frame = two.first.chat.hold("edit")
        await here.submit(two.first.order())
        await gateway.reached(CREATE)
        await frame.reached.wait()
        with psycopg.connect(two.relay.there.replace("+psycopg", "")) as connection:
            connection.execute(b"UPDATE jobs SET run = run + 1, holder = 'another'")

        async with asyncio.timeout(60):
            await here.drain()
        frame.release.set()

    assert gateway.asked[CREATE] == 1


async def test_a_job_is_stopped_where_it_runs_before_its_end_is_told(
    two: Machines, gateway: ManualGateway, caplog: pytest.LogCaptureFixture
) -> None:
    await gateway.allow(CREATE)
    async with two.first.engine() as here:
        job = await here.submit(two.first.order())
        await gateway.reached(LOOK)
        async with two.second.engine() as there:
            await there.cancel(job.id)
            left = here.open_jobs

    assert left == 0
    assert "does not answer" not in caplog.text
    assert ["Cancelled" in write.text for write in two.second.chat.writes] == [True]


async def test_a_job_that_is_stopped_elsewhere_before_it_is_shown_tells_its_end_once(
    two: Machines,
) -> None:
    first_message = two.first.chat.hold("send")
    order = two.first.order()
    async with two.first.engine() as here, two.second.engine() as there:
        ordering = asyncio.create_task(here.submit(order))
        await first_message.reached.wait()
        await there.cancel(order.id)
        first_message.release.set()
        await ordering
        await stored_when(there, order.id, lambda row: row.told)
        await here.idle()
        shown = list(two.first.chat.shown.values())

    assert ["Cancelled" in text for text in shown] == [True]
    assert not two.second.chat.writes


async def test_a_job_that_is_stopped_before_a_machine_shows_it_that_is_gone_is_told_here(
    two: Machines,
) -> None:
    first_message = two.first.chat.hold("send")
    order = two.first.order()
    async with two.first.engine() as here:
        ordering = asyncio.create_task(here.submit(order))
        await first_message.reached.wait()
        async with two.second.engine() as there:
            two.relay.freeze()
            await there.cancel(order.id)
            row = await stored(there, order.id)
            two.relay.thaw()
        first_message.release.set()
        await ordering

    assert (row.state, row.told) == (JobState.CANCELLED, True)
    assert ["Cancelled" in write.text for write in two.second.chat.writes] == [True]


async def test_a_job_whose_machine_is_gone_when_it_is_cancelled_ends_as_cancelled(
    two: Machines, gateway: ManualGateway
) -> None:
    await gateway.allow(CREATE)
    async with two.first.engine() as here:
        job = await here.submit(two.first.order())
        await gateway.reached(LOOK)
        async with two.second.engine() as there:
            two.relay.freeze()
            await there.cancel(job.id)
            row = await stored(there, job.id)
            shown = len(two.first.chat.writes)
            two.relay.thaw()
            await here.idle()

    assert (row.state, row.told) == (JobState.CANCELLED, True)
    assert len(two.first.chat.writes) <= shown + 1  # a frame may have been on its way
