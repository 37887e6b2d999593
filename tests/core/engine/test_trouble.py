"""What nobody expects: a store that cannot write, and defects."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from core.engine.engine import Engine
from core.errors import FaultKind, StorageError
from core.jobs import JobState
from core.platform import MessageLostError
from storage.database import Database, open_database
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.engine_harness import EngineHarness, stored, stored_when
from tests.fakes.log_watch import log_watch
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.statements import say


@asynccontextmanager
async def broken_store(engine: Engine) -> AsyncGenerator[None]:
    """The database takes no writes, as with a full disk."""
    await _query_only(engine, "ON")
    yield
    await _query_only(engine, "OFF")


async def _query_only(engine: Engine, state: str) -> None:
    store = engine.services.store
    database: Database = getattr(store, "_database")  # noqa: B009 - private, and not in the Protocol
    await say(database, f"PRAGMA query_only = {state}")


@ONLY_SQLITE
async def test_nothing_is_sent_when_an_order_cannot_be_stored(
    harness: EngineHarness, engine: Engine
) -> None:
    async with broken_store(engine):
        with pytest.raises(StorageError):
            await engine.submit(harness.order())

    assert (harness.paid, harness.chat.tried, engine.open_jobs) == (0, [], 0)


@ONLY_SQLITE
async def test_a_store_that_breaks_while_the_order_is_shown_pays_nothing_until_it_works(
    harness: EngineHarness, engine: Engine
) -> None:
    held = harness.chat.hold("send")
    order = harness.order()
    submitting = asyncio.create_task(engine.submit(order))
    await held.reached.wait()

    with log_watch("cannot be stored") as said:
        async with broken_store(engine):
            held.release.set()
            await said.wait()
            paid_before = harness.paid
    await submitting
    await engine.idle()
    row = await stored(engine, order.id)

    assert (paid_before, harness.paid, row.state) == (0, 1, JobState.DONE)
    assert len(harness.chat.of("send")) == 1


@ONLY_SQLITE
async def test_an_order_that_no_chat_takes_never_runs_although_that_could_not_be_stored_at_once(
    harness: EngineHarness,
) -> None:
    order = harness.order()
    async with harness.engine() as engine:
        held = harness.chat.hold("send", MessageLostError("gone"))
        submitting = asyncio.create_task(engine.submit(order))
        await held.reached.wait()
        with log_watch("cannot be stored") as said:
            async with broken_store(engine):
                held.release.set()
                await said.wait()

    await asyncio.wait([submitting])
    async with harness.engine() as engine:
        await engine.idle()
        row = await stored(engine, order.id)
    assert (row.state, harness.paid) == (JobState.FAILED, 0)


async def test_an_order_whose_first_message_is_refused_ends_unpaid_and_is_told(
    harness: EngineHarness,
) -> None:
    harness.chat.refuse("send", RuntimeError("a defect of the adapter"))
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        row = await stored(engine, job.id)
        assert engine.open_jobs == 0

    async with harness.engine() as engine:
        await engine.idle()

    assert row.fault
    assert (row.state, row.told, row.fault.kind) == (JobState.FAILED, True, FaultKind.INTERNAL)
    assert row.fault.detail
    assert [row.fault.detail in write.text for write in harness.chat.writes] == [True]
    assert harness.paid == 0


async def test_an_order_that_no_message_can_tell_about_ends_unpaid_and_is_told_later(
    harness: EngineHarness,
) -> None:
    order = harness.order()
    harness.chat.refuse("send", *[RuntimeError("a defect of the adapter")] * 2)
    async with harness.engine() as engine:
        with pytest.raises(RuntimeError):
            await engine.submit(order)

    async with harness.engine() as engine:
        row = await stored_when(engine, order.id, lambda row: row.told)

    assert (row.state, harness.paid) == (JobState.FAILED, 0)
    assert [write.kind for write in harness.chat.writes] == ["send"]


async def test_an_order_runs_although_whoever_brought_it_has_left(
    harness: EngineHarness, engine: Engine
) -> None:
    held = harness.chat.hold("send")
    order = harness.order()
    submitting = asyncio.create_task(engine.submit(order))
    await held.reached.wait()
    submitting.cancel()
    await asyncio.wait([submitting])

    held.release.set()
    await engine.idle()

    row = await stored(engine, order.id)
    assert (submitting.cancelled(), row.state, harness.paid) == (True, JobState.DONE, 1)


@ONLY_SQLITE
async def test_a_stop_while_nothing_can_be_stored_loses_nothing(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    slow_harness.drain_seconds = 0.1
    await gateway.allow(CREATE)
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await gateway.reached(LOOK)
        with log_watch("cannot be stored") as said:
            await _query_only(engine, "ON")
            await gateway.allow(LOOK)
            await said.wait()

    await gateway.allow(FETCH)
    async with slow_harness.engine() as engine:
        await engine.idle()
        after = await stored(engine, job.id)

    assert (after.state, gateway.asked[CREATE]) == (JobState.DONE, 1)


async def test_a_defect_is_told_with_a_number_that_the_log_has_too(
    harness: EngineHarness, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    harness.chat.refuse("deliver", RuntimeError("a defect of the adapter"))
    job = await engine.submit(harness.order())
    await engine.idle()

    row = await stored(engine, job.id)
    assert row.fault
    assert (row.state, row.fault.kind, row.fault.maybe_billed) == (
        JobState.FAILED,
        FaultKind.INTERNAL,
        True,
    )
    assert row.fault.detail in harness.chat.writes[-1].text
    assert row.fault.detail in caplog.text
    assert "a defect of the adapter" in caplog.text


async def test_a_defect_in_the_very_last_message_leaves_the_job_done(
    harness: EngineHarness, caplog: pytest.LogCaptureFixture
) -> None:
    posting = harness.chat.hold("deliver")
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await posting.reached.wait()
        harness.chat.refuse("edit", *[RuntimeError("a defect of the adapter")] * 3)
        posting.release.set()
        await engine.idle()
        row = await stored(engine, job.id)

    assert (row.state, engine.open_jobs, engine.failed) == (JobState.DONE, 0, 0)
    assert "its last message could not be written" in caplog.text


@ONLY_SQLITE
async def test_a_damaged_job_is_named_and_the_others_go_on(
    harness: EngineHarness, caplog: pytest.LogCaptureFixture
) -> None:
    damaged, good = harness.job(), harness.job()
    await harness.leave(damaged)
    await harness.leave(good)
    async with open_database(harness.database_url) as database:
        await say(database, "UPDATE jobs SET request = '{' WHERE id = ?", damaged.id)

    async with harness.engine() as engine:
        await engine.idle()
        assert (await stored(engine, good.id)).state is JobState.DONE

    assert harness.paid == 1
    assert f"job {damaged.id} is set aside" in caplog.text
