"""Jobs that somebody does not want any more."""

import asyncio

import pytest

from core.errors import UserError
from core.i18n import Locale, translate
from core.jobs import Job, JobState
from tests.fakes.engine_harness import EngineHarness, stored, stored_when
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.memory_platform import MemoryPlatform


def shown(chat: MemoryPlatform, job: Job) -> str:
    """What the job's status message says now."""
    assert job.status
    return chat.shown[job.status.id]


async def test_a_job_that_waits_is_cancelled_and_costs_nothing(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    slow_harness.jobs_per_user = 1
    async with slow_harness.engine() as engine:
        await gateway.allow(CREATE)
        await engine.submit(slow_harness.order())
        waiting = await engine.submit(slow_harness.order())
        await gateway.reached(LOOK)

        await engine.cancel(waiting.id)

        row = await stored(engine, waiting.id)
        assert (row.state, row.credits, gateway.asked[CREATE]) == (JobState.CANCELLED, 0, 1)
        assert engine.open_jobs == 1
    assert shown(slow_harness.chat, row) == translate(Locale.EN, "job-cancelled-unpaid")


async def test_a_job_that_runs_stops_and_makes_room(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    slow_harness.jobs_per_user = 1
    async with slow_harness.engine() as engine:
        await gateway.allow(CREATE)
        first = await engine.submit(slow_harness.order())
        second = await engine.submit(slow_harness.order())
        await gateway.reached(LOOK)

        await engine.cancel(first.id)
        await gateway.allow(LOOK, FETCH)
        await engine.idle()

        rows = [await stored(engine, job.id) for job in (first, second)]
    assert [row.state for row in rows] == [JobState.CANCELLED, JobState.DONE]
    assert rows[0].credits == 0 < rows[1].credits
    assert shown(slow_harness.chat, rows[0]) == translate(Locale.EN, "job-cancelled")
    assert len(slow_harness.chat.of("deliver")) == 1


async def test_a_request_on_its_way_is_broken_off_and_charged_to_nobody(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await gateway.reached(CREATE)

        await engine.cancel(job.id)
        await gateway.allow(CREATE, LOOK, FETCH)
        await engine.idle()

        row = await stored(engine, job.id)
    assert (row.state, row.credits, row.task) == (JobState.CANCELLED, 0, None)
    assert (gateway.asked[LOOK], slow_harness.chat.of("deliver")) == (0, [])
    assert shown(slow_harness.chat, row).startswith("Cancelled")


async def test_a_video_that_is_being_posted_cannot_be_cancelled(harness: EngineHarness) -> None:
    posting = harness.chat.hold("deliver")
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await posting.reached.wait()

        with pytest.raises(UserError, match="too-late-to-cancel"):
            await engine.cancel(job.id)

        posting.release.set()
        await engine.idle()
        row = await stored(engine, job.id)
    assert (row.state, len(harness.chat.of("deliver"))) == (JobState.DONE, 1)


async def test_what_has_ended_or_never_was_cannot_be_cancelled(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        job = await engine.submit(harness.order("a cat #auth"))
        await engine.idle()

        for job_id in (job.id, "nobody's"):
            with pytest.raises(UserError, match="nothing-to-cancel"):
                await engine.cancel(job_id)


async def test_cancelling_twice_at_once_is_told_once(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    async with slow_harness.engine() as engine:
        await gateway.allow(CREATE)
        job = await engine.submit(slow_harness.order())
        await gateway.reached(LOOK)

        outcomes = await asyncio.gather(
            engine.cancel(job.id), engine.cancel(job.id), return_exceptions=True
        )

        assert (await stored(engine, job.id)).state is JobState.CANCELLED
    assert sorted(isinstance(outcome, UserError) for outcome in outcomes) == [False, True]
    said = [write for write in slow_harness.chat.writes if write.text.startswith("Cancelled")]
    assert len(said) == 1


async def test_a_job_cancelled_in_the_moment_it_starts_is_never_paid(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())

        await engine.cancel(job.id)
        await gateway.allow(CREATE, LOOK, FETCH)
        await engine.idle()

        row = await stored(engine, job.id)
    assert row.state is JobState.CANCELLED
    assert slow_harness.chat.of("deliver") == []
    assert engine.open_jobs == 0


async def test_a_job_can_be_cancelled_before_its_message_is_there(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    opening = slow_harness.chat.hold("send")
    async with slow_harness.engine() as engine:
        order = slow_harness.order()
        submitting = asyncio.create_task(engine.submit(order))
        await opening.reached.wait()

        await engine.cancel(order.id)
        opening.release.set()
        await submitting
        await engine.idle()

        row = await stored(engine, order.id)
    assert (row.state, row.credits, engine.open_jobs) == (JobState.CANCELLED, 0, 0)
    assert not gateway.asked
    assert list(slow_harness.chat.shown.values()) == [translate(Locale.EN, "job-cancelled-unpaid")]


async def test_what_is_still_being_shown_is_cancelled_with_what_waits(
    harness: EngineHarness,
) -> None:
    showing = harness.chat.hold("send")
    async with harness.engine() as engine:
        order = harness.order()
        submitting = asyncio.create_task(engine.submit(order))
        await showing.reached.wait()
        cancelling = asyncio.create_task(engine.cancel_waiting(order.user.party))
        await stored_when(engine, order.id, lambda job: job.state is JobState.CANCELLED)
        showing.release.set()
        await asyncio.gather(submitting, cancelling)
        await engine.idle()
        row = await stored(engine, order.id)

    assert (row.state, harness.paid) == (JobState.CANCELLED, 0)
