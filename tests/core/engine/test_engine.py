"""A job from the order to its end."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from core.engine.active_job import ActiveJob
from core.engine.engine import Engine
from core.errors import FaultKind, UserError
from core.files.media_info import look
from core.jobs import Job, JobState
from core.media import Cost
from core.messages.progress import Phase, Progress
from core.platform import MessageLostError
from storage.jobs import SqlJobStore
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.engine_harness import STREAM, TASKS, EngineHarness, stored
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway


@pytest.mark.parametrize("model", [TASKS, STREAM])
async def test_an_order_becomes_a_video_in_the_chat(
    harness: EngineHarness, engine: Engine, model: str
) -> None:
    job = await engine.submit(harness.order(model=model))
    await engine.idle()

    row = await stored(engine, job.id)
    (posted,) = harness.chat.of("deliver")
    assert (row.state, row.fault, harness.paid) == (JobState.DONE, None, 1)
    assert look(posted.assets[0].path).codec == "h264"
    assert (row.delivered, posted.replacing) == (posted.message, None)
    assert row.status
    assert "Done" in harness.chat.shown[row.status.id]
    assert (engine.open_jobs, engine.failed) == (0, 0)


async def test_the_row_is_written_before_each_step(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    posting = slow_harness.chat.hold("deliver")
    rows: list[Job] = []
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        for kind in (CREATE, LOOK, FETCH):
            await gateway.reached(kind)
            rows.append(await stored(engine, job.id))
            await gateway.allow(kind)
        await posting.reached.wait()
        rows.append(await stored(engine, job.id))
        posting.release.set()
        await engine.idle()
        rows.append(await stored(engine, job.id))

    known = [(bool(r.task), bool(r.results), bool(r.assets), r.posting) for r in rows]
    assert [row.state for row in rows] == [
        JobState.SUBMITTING,
        JobState.RUNNING,
        JobState.RUNNING,
        JobState.DELIVERING,
        JobState.DONE,
    ]
    assert known == [
        (False, False, False, False),
        (True, False, False, False),
        (True, True, False, False),
        (True, True, True, True),
        (True, True, True, True),
    ]
    assert all(row.status for row in rows)
    assert [row.delivered is not None for row in rows] == [False] * 4 + [True]


async def test_what_no_model_can_do_is_refused_and_leaves_nothing_behind(
    harness: EngineHarness, engine: Engine
) -> None:
    order = harness.order(count=9)

    with pytest.raises(UserError, match="refuse-count"):
        await engine.submit(order)

    assert await engine.jobs_of(order.user) == []
    assert (harness.chat.tried, harness.paid, engine.open_jobs) == ([], 0, 0)


async def test_nothing_is_paid_for_a_chat_that_takes_no_messages(
    harness: EngineHarness, engine: Engine
) -> None:
    harness.chat.refuse("send", MessageLostError())

    job = await engine.submit(harness.order())
    await engine.idle()

    row = await stored(engine, job.id)
    assert row.fault
    assert (row.state, row.fault.kind) == (JobState.FAILED, FaultKind.UNHEARD)
    assert (row.credits, harness.paid, engine.open_jobs, engine.failed) == (0, 0, 0, 1)


async def test_a_refusal_of_the_gateway_is_told_with_a_way_on(
    harness: EngineHarness, engine: Engine
) -> None:
    job = await engine.submit(harness.order("a cat #fail-prompt"))
    await engine.idle()

    row = await stored(engine, job.id)
    last = harness.chat.writes[-1]
    assert row.fault
    assert row.fault.kind is FaultKind.MODERATION_PROMPT
    assert (row.state, row.credits, harness.paid) == (JobState.FAILED, 0, 0)
    assert "content filter" in last.text
    assert [(button.command, button.given) for button in last.buttons] == [
        ("retry", {"job": job.id})
    ]


async def test_silence_ends_at_the_deadline_and_may_have_cost_something(
    harness: EngineHarness,
) -> None:
    harness.deadline_seconds = 1
    async with harness.engine() as engine:
        job = await engine.submit(harness.order("a cat #hang"))
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.fault
    assert (row.state, row.fault.kind) == (JobState.FAILED, FaultKind.TIMEOUT)
    assert (row.fault.maybe_billed, row.credits, harness.paid) == (True, 0, 1)
    assert row.task


async def test_limits_hold_and_those_who_wait_see_how_they_move_up(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    slow_harness.concurrency = 1
    gateway.film = b"no video"
    async with slow_harness.engine() as engine:
        first, second, third = [
            await engine.submit(slow_harness.order(user=user)) for user in ("ann", "bob", "cem")
        ]
        await gateway.reached(CREATE)
        await slow_harness.chat.until(lambda write: write.text.startswith("Number 2"))
        places = [engine.position(job) for job in (first, second, third)]
        waiting = await stored(engine, third.id)

        await engine.cancel(first.id)
        await slow_harness.chat.until(
            lambda write: write.message == waiting.status and write.text.startswith("Number 1")
        )
        await gateway.allow(CREATE, LOOK, FETCH)
        await engine.idle()

    shown = [w.text for w in slow_harness.chat.of("edit") if w.message == waiting.status]
    assert (places, waiting.state) == ([0, 1, 2], JobState.WAITING)
    assert (gateway.asked[CREATE], engine.failed) == (3, 2)
    assert [text[:16] for text in shown if "in line" in text] == [
        "Number 2 in line",
        "Number 1 in line",
    ]


class LateStore(SqlJobStore):
    """The real store, busy: who claims a job hears of it only when the test says so."""

    claimed = asyncio.Event()
    told = asyncio.Event()

    async def take_on(self, job_id: str) -> Job | None:
        """Take it, and keep that back."""
        job = await super().take_on(job_id)
        self.claimed.set()
        await self.told.wait()
        return job


@ONLY_SQLITE  # in a fleet, a job that is shown is taken by whoever has room
async def test_a_frame_drawn_while_a_run_begins_does_not_end_the_showing(
    harness: EngineHarness,
) -> None:
    harness.store_type = LateStore
    async with harness.engine() as engine:
        services = engine.services
        job = harness.job()
        await services.store.add(job)
        live = ActiveJob(services, job, services.catalog.choose(job.request))
        await live.open()
        claiming = asyncio.create_task(live.claim())
        await LateStore.claimed.wait()

        live.show(Progress(phase=Phase.SUBMITTING, fraction=0.3))
        await stored(engine, job.id)
        await stored(engine, job.id)
        LateStore.told.set()
        await claiming

        live.show(Progress(phase=Phase.SUBMITTING, fraction=0.6))
        async with asyncio.timeout(90):
            await harness.chat.until(lambda write: write.kind == "edit")
        await live.close()


@ONLY_SQLITE  # of several processes, another takes up what nobody has
async def test_a_run_that_has_lost_its_token_says_no_word_more(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await gateway.reached(CREATE)
        taken = await engine.services.store.claim(job.id)
        said = len(slow_harness.chat.tried)

        await gateway.allow(CREATE, LOOK, FETCH)
        await engine.idle()

        assert await stored(engine, job.id) == taken
        assert len(slow_harness.chat.tried) == said
        assert (gateway.asked[LOOK], engine.open_jobs, engine.failed) == (0, 0, 0)


async def test_a_job_that_was_ended_elsewhere_while_it_waited_is_not_run(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    slow_harness.jobs_per_user = 1
    async with slow_harness.engine() as engine:
        first = await engine.submit(slow_harness.order())
        second = await engine.submit(slow_harness.order())
        await gateway.reached(CREATE)
        taken = await engine.services.store.claim(second.id)
        assert taken
        await engine.services.store.save(replace(taken, state=JobState.CANCELLED))

        await engine.cancel(first.id)
        await engine.idle()
        while engine.open_jobs:  # where others may end it, this is found out by the way
            await stored(engine, second.id)

        assert (gateway.asked[CREATE], engine.failed) == (1, 0)


@ONLY_SQLITE  # of several processes, another takes up what nobody has
async def test_a_token_lost_before_the_video_is_posted_keeps_it_from_the_chat(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await gateway.allow(CREATE, LOOK)
        await gateway.reached(FETCH)
        await engine.services.store.claim(job.id)

        await gateway.allow(FETCH)
        await engine.idle()

    assert slow_harness.chat.of("deliver") == []


@ONLY_SQLITE  # of several processes, another takes up what nobody has
async def test_a_failure_after_the_token_was_lost_is_kept_to_oneself(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    gateway.film = b"no video"
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await gateway.allow(CREATE, LOOK)
        await gateway.reached(FETCH)
        taken = await engine.services.store.claim(job.id)

        await gateway.allow(FETCH)
        await engine.idle()

        assert await stored(engine, job.id) == taken
        assert engine.failed == 0
    assert not any("No video" in text for text in slow_harness.chat.shown.values())


async def test_a_bar_that_is_only_guessed_moves_with_the_time(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    async with slow_harness.engine() as engine:
        await engine.submit(slow_harness.order())
        await gateway.allow(CREATE)

        await slow_harness.chat.until(lambda write: "0:01" in write.text)


async def test_jobs_are_listed_newest_first(harness: EngineHarness) -> None:
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(harness.store())
        jobs = [replace(harness.job(), created_at=float(n)) for n in range(3)]
        for job in jobs:
            await store.add(replace(job, state=JobState.DONE))
    async with harness.engine() as engine:
        listed = await engine.jobs_of(jobs[0].user, limit=2)

    assert [job.id for job in listed] == [jobs[2].id, jobs[1].id]


async def test_the_place_in_the_gateways_queue_is_shown_and_what_it_charged_is_stored(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    gateway.percent, gateway.said = 0, {"status": "IN_QUEUE", "queue_position": 2}
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await gateway.allow(CREATE, LOOK, FETCH)
        await slow_harness.chat.until(
            lambda write: "queued at the gateway, 2 jobs ahead" in write.text
        )
        gateway.percent, gateway.said = 100, {"usage": {"cost": 0.42, "is_byok": False}}
        await engine.idle()
        row = await stored(engine, job.id)

    assert (row.state, row.cost) == (JobState.DONE, Cost(amount=0.42, unit="USD"))


async def test_what_a_failure_has_cost_is_stored_and_a_new_attempt_begins_at_nothing(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    gateway.said = {"status": "FAILURE", "fail_reason": "boom", "usage": {"cost": 0.1}}
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await gateway.allow(CREATE, LOOK, FETCH)
        await engine.idle()
        failed = await stored(engine, job.id)
        gateway.said = {}
        await engine.retry(failed, None, None)
        await engine.idle()
        again = await stored(engine, job.id)

    assert (failed.state, failed.cost) == (JobState.FAILED, Cost(amount=0.1))
    assert (again.state, again.cost) == (JobState.DONE, None)


async def test_what_a_clip_has_cost_is_kept_although_moderation_keeps_the_clip(
    harness: EngineHarness,
) -> None:
    harness.gone = frozenset()
    wanted = harness.order("a cat #fail-moderation", model="xai/grok-imagine-video-1.5-lite")

    async with harness.engine() as engine:
        job = await engine.submit(wanted)
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.fault
    assert (row.fault.kind, row.fault.maybe_billed) == (FaultKind.MODERATION_OUTPUT, True)
    assert row.cost == Cost(amount=0.15)
