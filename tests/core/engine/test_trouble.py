"""What nobody expects: a store that cannot write, and defects."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from core.engine.engine import Engine
from core.errors import FaultKind, StorageError
from core.jobs import JobState
from storage.database import Database, open_database
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.statements import say


@asynccontextmanager
async def broken_store(engine: Engine) -> AsyncGenerator[None]:
    """The database takes no writes, as with a full disk."""
    store = engine.services.store
    database: Database = getattr(store, "_database")  # noqa: B009 - private, and not in the Protocol
    await say(database, "PRAGMA query_only = ON")
    yield
    await say(database, "PRAGMA query_only = OFF")


async def test_nothing_is_sent_when_an_order_cannot_be_stored(
    harness: EngineHarness, engine: Engine
) -> None:
    async with broken_store(engine):
        with pytest.raises(StorageError):
            await engine.submit(harness.order())

    assert (harness.paid, harness.chat.tried, engine.open_jobs) == (0, [], 0)


async def test_a_store_that_breaks_while_the_order_is_shown_pays_nothing(
    harness: EngineHarness, engine: Engine
) -> None:
    held = harness.chat.hold("send")
    order = harness.order()
    submitting = asyncio.create_task(engine.submit(order))
    await held.reached.wait()

    async with broken_store(engine):
        held.release.set()
        with pytest.raises(StorageError):
            await submitting

    assert (harness.paid, engine.open_jobs) == (0, 0)


async def test_an_order_refused_while_nothing_could_be_stored_never_runs(
    harness: EngineHarness,
) -> None:
    order = harness.order()
    async with harness.engine() as engine:
        held = harness.chat.hold("send")
        submitting = asyncio.create_task(engine.submit(order))
        await held.reached.wait()
        async with broken_store(engine):
            held.release.set()
            with pytest.raises(StorageError):
                await submitting

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
        await engine.idle()
        row = await stored(engine, order.id)

    assert (row.state, row.told, harness.paid) == (JobState.FAILED, True, 0)
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


async def test_a_store_that_breaks_in_the_middle_is_told_and_the_job_goes_on_later(
    slow_harness: EngineHarness, gateway: ManualGateway, caplog: pytest.LogCaptureFixture
) -> None:
    async with slow_harness.engine() as engine:
        await gateway.allow(CREATE)
        job = await engine.submit(slow_harness.order())
        await gateway.reached(LOOK)
        async with broken_store(engine):
            await gateway.allow(LOOK)
            await engine.idle()
        failures = engine.failed
        before = await stored(engine, job.id)
    told = slow_harness.chat.writes[-1].text

    await gateway.allow(FETCH)
    async with slow_harness.engine() as engine:
        await engine.idle()
        after = await stored(engine, job.id)

    assert (before.state, failures, after.state) == (JobState.RUNNING, 1, JobState.DONE)
    assert gateway.asked[CREATE] == 1
    incident = re.search(r"under ([0-9a-f]{8})", told)
    assert incident
    assert incident[1] in caplog.text


async def test_a_job_whose_start_cannot_be_stored_is_not_paid_and_told(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    slow_harness.jobs_per_user = 1
    async with slow_harness.engine() as engine:
        await gateway.allow(CREATE)
        await engine.submit(slow_harness.order())
        second = await engine.submit(slow_harness.order())
        await gateway.reached(LOOK)
        async with broken_store(engine):
            await gateway.allow(LOOK)
            await engine.idle()
        row = await stored(engine, second.id)
        assert engine.open_jobs == 0

    assert (row.state, gateway.asked[CREATE]) == (JobState.WAITING, 1)
    assert row.status
    assert "Something went wrong in the bot" in slow_harness.chat.shown[row.status.id]


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
