"""What an earlier process left behind: rows of every state, and orderly stops."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import Fault, FaultKind
from core.files.media_info import look
from core.jobs import Job, JobState
from core.media import RemoteAsset, TaskRef
from core.platform import ConversationRef, MessageRef
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.engine_harness import EngineHarness, stored, stored_when
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.memory_platform import NAME

STATUS = MessageRef(conversation=ConversationRef(platform=NAME, chat="1"), id="status of old")


async def restarted(harness: EngineHarness, left: Job) -> Job:
    """What has become of that row when a new process has done its work."""
    await harness.leave(left)
    async with harness.engine() as engine:
        await engine.idle()
        return await stored(engine, left.id)


async def test_a_job_that_waited_is_made_after_a_restart(harness: EngineHarness) -> None:
    row = await restarted(harness, harness.job())

    assert (row.state, harness.paid, len(harness.chat.of("deliver"))) == (JobState.DONE, 1, 1)


@pytest.mark.parametrize("state", [JobState.SUBMITTING, JobState.RUNNING])
async def test_what_cannot_be_found_again_is_not_paid_again(
    harness: EngineHarness, state: JobState
) -> None:
    row = await restarted(
        harness, replace(harness.job(), state=state, status=STATUS, started_at=2.0)
    )

    (said,) = harness.chat.writes
    assert row.fault
    assert (row.state, row.fault.kind) == (JobState.FAILED, FaultKind.INTERRUPTED)
    assert (row.fault.maybe_billed, row.credits, harness.paid) == (True, 0, 0)
    assert (said.kind, said.message) == ("edit", STATUS)
    assert "restarted" in said.text
    assert [(button.command, button.given) for button in said.buttons] == [
        ("retry", {"job": row.id})
    ]


async def test_results_that_were_not_fetched_yet_are_fetched(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    await gateway.allow(FETCH)
    results = (RemoteAsset(urls=(f"{gateway.root}/film.mp4",)),)

    row = await restarted(
        slow_harness, replace(slow_harness.job(), state=JobState.RUNNING, results=results)
    )

    assert row.state is JobState.DONE
    assert gateway.asked == {FETCH: 1}


async def test_an_expired_link_is_renewed_once_where_the_task_is_known(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    await gateway.allow(LOOK, FETCH)
    gateway.dead_links = 1
    results = (RemoteAsset(urls=(f"{gateway.root}/old.mp4",)),)
    left = replace(
        slow_harness.job(), state=JobState.RUNNING, results=results, task=TaskRef(id="task-7")
    )

    row = await restarted(slow_harness, left)

    assert (row.state, gateway.asked[LOOK], gateway.asked[CREATE]) == (JobState.DONE, 1, 0)


async def test_a_link_that_stays_dead_is_not_renewed_for_ever(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    await gateway.allow(LOOK, FETCH)
    gateway.dead_links = 1000
    results = (RemoteAsset(urls=(f"{gateway.root}/old.mp4",)),)
    left = replace(
        slow_harness.job(), state=JobState.RUNNING, results=results, task=TaskRef(id="task-7")
    )

    row = await restarted(slow_harness, left)

    assert (row.state, gateway.asked[LOOK]) == (JobState.FAILED, 1)


async def test_what_lies_on_the_disk_is_posted_without_asking_the_gateway(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    asset = look(await _film(slow_harness, gateway))
    left = replace(slow_harness.job(), state=JobState.DELIVERING, assets=(asset,), status=STATUS)

    row = await restarted(slow_harness, left)

    (posted,) = slow_harness.chat.of("deliver")
    assert (row.state, row.delivered) == (JobState.DONE, posted.message)
    assert (posted.assets, posted.replacing) == ((asset,), None)
    assert not gateway.asked


async def test_what_has_vanished_from_the_disk_is_fetched_again(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    await gateway.allow(FETCH)
    path = slow_harness.folder / "film.mp4"
    await asyncio.to_thread(path.write_bytes, gateway.film)
    left = replace(
        slow_harness.job(),
        state=JobState.DELIVERING,
        results=(RemoteAsset(urls=(f"{gateway.root}/film.mp4",)),),
        assets=(look(path),),
    )
    path.unlink()

    row = await restarted(slow_harness, left)

    (posted,) = slow_harness.chat.of("deliver")
    assert (row.state, gateway.asked, len(posted.assets)) == (JobState.DONE, {FETCH: 1}, 1)


async def test_what_may_have_been_posted_takes_the_place_of_the_status_message(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    asset = look(await _film(slow_harness, gateway))
    left = replace(
        slow_harness.job(), state=JobState.DELIVERING, assets=(asset,), status=STATUS, posting=True
    )

    row = await restarted(slow_harness, left)

    (posted,) = slow_harness.chat.of("deliver")
    assert (posted.replacing, row.delivered, row.state) == (STATUS, STATUS, JobState.DONE)


async def test_what_was_posted_is_not_posted_again(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    asset = look(await _film(slow_harness, gateway))
    left = replace(
        slow_harness.job(),
        state=JobState.DELIVERING,
        assets=(asset,),
        status=STATUS,
        posting=True,
        delivered=replace(STATUS, id="media"),
    )

    row = await restarted(slow_harness, left)

    assert (row.state, slow_harness.chat.of("deliver")) == (JobState.DONE, [])
    assert "Done" in slow_harness.chat.shown[STATUS.id]


@ONLY_SQLITE
async def test_a_start_does_not_wait_for_a_chat_that_hangs(harness: EngineHarness) -> None:
    hanging = harness.chat.hold("edit")
    await harness.leave(replace(harness.job(), state=JobState.SUBMITTING, status=STATUS))
    await harness.leave(replace(harness.job(), created_at=2.0))

    async with harness.engine() as engine:
        taken_up = engine.open_jobs
        await hanging.reached.wait()
        job = await engine.submit(harness.order())
        await harness.chat.until(lambda write: write.kind == "deliver")
        hanging.release.set()
        await engine.idle()
        row = await stored(engine, job.id)

    assert (row.state, taken_up) == (JobState.DONE, 1)
    assert "restarted" in harness.chat.shown[STATUS.id]


async def test_a_job_that_cannot_be_shown_does_not_keep_the_others_from_starting(
    harness: EngineHarness, caplog: pytest.LogCaptureFixture
) -> None:
    harness.chat.refuse("send", RuntimeError("a defect of the adapter"))
    first, second = harness.job(), replace(harness.job(), created_at=2.0)
    await harness.leave(first)
    await harness.leave(second)

    async with harness.engine() as engine:
        await engine.idle()
        rows = [await stored(engine, job.id) for job in (first, second)]

    assert [row.state for row in rows] == [JobState.FAILED, JobState.DONE]
    assert "a defect of the adapter" in caplog.text


async def test_a_job_of_a_gateway_without_a_key_waits_and_can_be_cancelled(
    harness: EngineHarness,
) -> None:
    harness.gone = frozenset({"sandbox"})
    left = replace(harness.job(), state=JobState.RUNNING, task=TaskRef(id="1"), status=STATUS)
    await harness.leave(left)

    async with harness.engine() as engine:
        # In a fleet it is first seen whether another process has the model.
        rests = await harness.chat.until(lambda write: "no longer set up" in write.text)
        before = await stored(engine, left.id)
        await engine.cancel(left.id)
        after = await stored(engine, left.id)

    assert (before.state, after.state) == (JobState.RUNNING, JobState.CANCELLED)
    assert "sandbox-video is no longer set up at sandbox" in rests.text
    assert harness.chat.shown == {STATUS.id: "Cancelled. The gateway may still charge for it."}


@ONLY_SQLITE
async def test_jobs_of_a_platform_that_is_not_here_are_left_alone(harness: EngineHarness) -> None:
    elsewhere = ConversationRef(platform="elsewhere", chat="1")

    row = await restarted(harness, replace(harness.job(), conversation=elsewhere))

    assert (row.state, row.run, harness.chat.tried) == (JobState.WAITING, 0, [])


async def _film(harness: EngineHarness, gateway: ManualGateway) -> Path:
    path = harness.folder / "film.mp4"
    await asyncio.to_thread(path.write_bytes, gateway.film)
    return path


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (JobState.DONE, "Done"),
        (JobState.FAILED, "took too long"),
        (JobState.CANCELLED, "Cancelled"),
    ],
)
async def test_an_end_that_was_not_told_is_told_once(
    harness: EngineHarness, state: JobState, words: str
) -> None:
    fault = Fault(kind=FaultKind.TIMEOUT) if state is JobState.FAILED else None
    left = replace(harness.job(), state=state, status=STATUS, fault=fault, ended_at=9.0)
    await harness.leave(left)
    async with harness.engine() as engine:
        told = await harness.chat.until(lambda write: write.message == STATUS)
        await engine.idle()

    async with harness.engine() as engine:
        await engine.idle()

    assert harness.chat.writes == [told]
    assert words in told.text


async def test_an_end_that_was_told_is_not_told_again(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        await engine.submit(harness.order())
        await engine.idle()
    before = list(harness.chat.writes)

    async with harness.engine() as engine:
        await engine.idle()

    assert harness.chat.writes == before


async def test_an_end_that_cannot_be_told_now_is_told_by_the_next_start(
    harness: EngineHarness,
) -> None:
    left = replace(harness.job(), state=JobState.CANCELLED, status=STATUS, ended_at=9.0)
    await harness.leave(left)
    tried = harness.chat.hold("edit", RuntimeError("a defect of the adapter"))
    async with harness.engine() as engine:
        await tried.reached.wait()
        tried.release.set()
        await engine.idle()
    assert harness.chat.writes == []

    async with harness.engine() as engine:
        await stored_when(engine, left.id, lambda row: row.told)

    assert "Cancelled" in harness.chat.shown[STATUS.id]


async def test_the_end_of_a_retry_is_told_too(harness: EngineHarness) -> None:
    left = replace(
        harness.job(),
        state=JobState.FAILED,
        status=STATUS,
        told=True,
        fault=Fault(kind=FaultKind.TIMEOUT),
        ended_at=9.0,
    )
    await harness.leave(left)

    async with harness.engine() as engine:
        again = await engine.retry(left)
        await engine.idle()
        row = await stored(engine, again.id)

    assert (again.told, row.told, row.state) == (False, True, JobState.DONE)
