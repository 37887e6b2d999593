"""Orderly stops: remote work goes on, and the next start goes on with it."""

import asyncio

import pytest

from core.engine.engine import Engine
from core.errors import UserError
from core.jobs import JobState
from core.media import TaskRef
from core.platform import SlowDownError
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.engine_harness import FOUR, STREAM, EngineHarness, stored, stored_when
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway


async def test_a_task_is_asked_for_again_and_not_paid_again(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await gateway.allow(CREATE)
        await gateway.reached(LOOK)

    await gateway.allow(LOOK, FETCH)
    async with slow_harness.engine() as engine:
        await engine.idle()
        row = await stored(engine, job.id)

    assert (row.state, gateway.asked[CREATE]) == (JobState.DONE, 1)
    assert len(slow_harness.chat.of("send")) == 1


async def test_a_stream_that_told_where_it_can_be_followed_goes_on_after_a_stop(
    harness: EngineHarness,
) -> None:
    async with harness.engine() as engine:
        job = await engine.submit(harness.order("a cat #slow", model=STREAM))
        await stored_when(engine, job.id, lambda row: row.task is not None)

    async with harness.engine() as engine:
        await engine.idle()
        row = await stored(engine, job.id)

    assert (row.state, row.fault, harness.paid) == (JobState.DONE, None, 1)


async def test_a_stop_in_the_middle_of_posting_ends_in_one_video(harness: EngineHarness) -> None:
    posting = harness.chat.hold("deliver")
    harness.drain_seconds = 0.1
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await posting.reached.wait()

    async with harness.engine() as engine:
        await engine.idle()
        row = await stored(engine, job.id)

    (posted,) = harness.chat.of("deliver")
    assert (row.state, harness.paid) == (JobState.DONE, 1)
    assert posted.replacing == row.status


async def test_a_stop_waits_for_a_post_that_is_on_its_way(harness: EngineHarness) -> None:
    harness.drain_seconds = 60.0
    posting = harness.chat.hold("deliver")
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await posting.reached.wait()
        asyncio.get_running_loop().call_later(0.05, posting.release.set)

    async with harness.store() as store:
        row = await store.get(job.id)
    assert row
    assert row.state is JobState.DONE
    assert len(harness.chat.of("deliver")) == 1


async def test_a_stop_does_not_wait_for_a_post_that_cannot_be_made(harness: EngineHarness) -> None:
    harness.drain_seconds = 3600.0
    posting = harness.chat.hold("deliver", SlowDownError(300))
    async with harness.engine() as engine:
        await engine.submit(harness.order())
        await posting.reached.wait()
        posting.release.set()

    assert not harness.chat.of("deliver")


@ONLY_SQLITE  # of several processes, another takes up what nobody has
async def test_a_run_that_has_lost_its_job_ends_at_its_next_frame(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    await gateway.allow(CREATE)
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await gateway.reached(LOOK)
        await engine.services.store.claim(job.id)
        await engine.idle()

    # It has never answered, and nobody has asked it again.
    assert gateway.asked[LOOK] == 1


async def test_a_stop_waits_for_the_answer_to_a_request_that_was_sent(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await gateway.reached(CREATE)
        leaving = asyncio.create_task(_allow_later(gateway))
    await leaving

    async with slow_harness.store() as store:
        row = await store.get(job.id)
    assert row
    assert (row.state, row.task) == (JobState.RUNNING, TaskRef(id="task-7"))


async def test_a_stop_does_not_wait_for_a_task_that_can_be_found_again(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    # So long a request is waited for whose fate is unknown.
    slow_harness.drain_seconds = 3600.0
    await gateway.allow(CREATE)
    async with asyncio.timeout(90), slow_harness.engine() as engine:
        await engine.submit(slow_harness.order())
        await gateway.reached(LOOK)


async def test_a_stop_waits_for_a_stream_that_nobody_could_find_again(
    harness: EngineHarness,
) -> None:
    harness.drain_seconds = 60.0
    async with harness.engine() as engine:
        job = await engine.submit(harness.order("a cat #slow", model=FOUR))
        await stored_when(engine, job.id, lambda row: row.state is JobState.RUNNING)
        lost_by_a_stop = engine.unleavable_jobs

    async with harness.store() as store:
        row = await store.get(job.id)
    assert row
    assert (lost_by_a_stop, row.state, harness.paid) == (1, JobState.DONE, 1)
    assert len(harness.chat.of("deliver")) == 1


async def test_a_second_signal_ends_the_wait_at_once(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    slow_harness.drain_seconds = 3600.0
    order = slow_harness.order(model=FOUR)

    async def serve() -> None:
        async with slow_harness.engine() as engine:
            await engine.submit(order)
            await asyncio.Event().wait()

    serving = asyncio.create_task(serve())
    await gateway.reached(CREATE)
    serving.cancel()
    await asyncio.wait([serving], timeout=0.2)
    waited = not serving.done()
    serving.cancel()
    await asyncio.wait([serving])

    async with slow_harness.store() as store:
        row = await store.get(order.id)
    assert row
    assert (waited, row.state) == (True, JobState.SUBMITTING)


async def test_a_stop_takes_no_more_orders(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    async with slow_harness.engine() as engine:
        await engine.submit(slow_harness.order(model=FOUR))
        await gateway.reached(CREATE)
        refused = asyncio.create_task(_order_during_the_stop(engine, slow_harness, gateway))

    with pytest.raises(UserError, match="bot-stopping"):
        await refused
    assert gateway.asked[CREATE] == 1


async def test_a_stop_does_not_start_what_waits(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    slow_harness.concurrency = 1
    gateway.film = b"no video"
    await gateway.allow(CREATE)
    async with slow_harness.engine() as engine:
        ending = await engine.submit(slow_harness.order(user="ann"))
        waiting = await engine.submit(slow_harness.order(user="bob"))
        await gateway.reached(LOOK)
        gateway.open.discard(CREATE)
        await engine.submit(slow_harness.order(user="cem", model=STREAM))
        await gateway.reached(CREATE, times=2)

        async def end_one_while_the_other_is_waited_for() -> None:
            await gateway.allow(LOOK, FETCH)
            await stored_when(engine, ending.id, lambda row: row.is_ended)
            while engine.position(waiting):
                await stored(engine, waiting.id)
            for _ in range(5):
                await stored(engine, waiting.id)
            await gateway.allow(CREATE)

        leaving = asyncio.create_task(end_one_while_the_other_is_waited_for())
    await leaving

    async with slow_harness.store() as store:
        row = await store.get(waiting.id)
    assert row
    assert (row.state, gateway.asked[CREATE]) == (JobState.WAITING, 2)


async def test_a_stop_writes_nothing_more_to_the_chat(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    slow_harness.concurrency = 1
    async with slow_harness.engine() as engine:
        await gateway.allow(CREATE)
        await engine.submit(slow_harness.order(user="ann"))
        await gateway.reached(LOOK)
        slow_harness.chat.refuse("edit", SlowDownError(0.05))
        await engine.submit(slow_harness.order(user="bob"))
    said = len(slow_harness.chat.tried)

    await asyncio.sleep(0.1)

    assert len(slow_harness.chat.tried) == said


async def _allow_later(gateway: ManualGateway, *kinds: str) -> None:
    """Answer when the stop has begun: it is what the test awaits next."""
    await asyncio.sleep(0.05)
    await gateway.allow(CREATE, *kinds)


async def _order_during_the_stop(
    engine: Engine, harness: EngineHarness, gateway: ManualGateway
) -> None:
    while not engine.is_closing:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)
    try:
        await engine.submit(harness.order(user="bob"))
    finally:
        await gateway.allow(CREATE, FETCH)
