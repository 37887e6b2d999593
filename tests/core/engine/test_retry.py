"""A second try: free where the gateway still has it, else a new payment, and never two."""

import asyncio
from dataclasses import replace

import pytest

from core.errors import MODERATION, Fault, FaultKind, UserError
from core.files.media_info import look
from core.i18n import Locale, translate
from core.jobs import JobState
from core.media import RemoteAsset, TaskRef
from tests.fakes.engine_harness import EngineHarness, stored, stored_when
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.raw_server import raw_server, replies, reply


async def test_a_recoverable_failure_asks_for_the_same_task(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    film, gateway.film = gateway.film, b"no video"
    await gateway.allow(CREATE, LOOK, FETCH)
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await engine.idle()
        failed = await stored(engine, job.id)

        gateway.film = film
        again = await engine.retry(failed)
        await engine.idle()
        row = await stored(engine, job.id)

    assert failed.fault
    assert (failed.state, failed.fault.kind) == (JobState.FAILED, FaultKind.NOT_MEDIA)
    assert (again.id, row.state, gateway.asked[CREATE]) == (job.id, JobState.DONE, 1)
    assert (failed.credits, row.credits, row.fault) == (0, job.credits, None)
    assert len(slow_harness.chat.of("send")) == 1


async def test_a_clip_behind_a_private_address_is_fetched_once_the_operator_names_it(
    slow_harness: EngineHarness, gateway: ManualGateway, film: bytes
) -> None:
    await gateway.allow(CREATE, LOOK)
    async with raw_server(replies(reply(film, headers={"Content-Type": "video/mp4"}))) as inside:
        gateway.root = inside.url
        async with slow_harness.engine() as engine:
            job = await engine.submit(slow_harness.order())
            await engine.idle()
            failed = await stored(engine, job.id)
        told = slow_harness.chat.writes[-1].text

        slow_harness.media_origins = (inside.url,)
        async with slow_harness.engine() as engine:
            await engine.retry(failed)
            await engine.idle()
            row = await stored(engine, job.id)

    assert failed.fault
    assert failed.fault.kind is FaultKind.UNREACHABLE_LINK
    assert "The video was made" in told
    assert translate(Locale.EN, "retry-is-free") in told
    assert (row.state, gateway.asked[CREATE]) == (JobState.DONE, 1)


async def test_another_failure_is_ordered_and_paid_anew(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        job = await engine.submit(harness.order("a cat #fail-moderation"))
        await engine.idle()
        failed = await stored(engine, job.id)

        await engine.retry(failed)
        await engine.idle()
        row = await stored(engine, job.id)

    assert failed.fault
    assert failed.fault.kind in MODERATION
    assert (row.state, harness.paid) == (JobState.FAILED, 2)
    assert row.task != failed.task
    assert len(harness.chat.of("send")) == 2


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT, FaultKind.UPSTREAM])
async def test_two_who_retry_at_once_get_one_video_for_one_payment(
    slow_harness: EngineHarness, gateway: ManualGateway, kind: FaultKind
) -> None:
    await gateway.allow(CREATE, LOOK, FETCH)
    failed = replace(
        slow_harness.job(),
        state=JobState.FAILED,
        fault=Fault(kind=kind),
        task=TaskRef(id="task-7"),
    )
    await slow_harness.leave(failed)
    async with slow_harness.engine() as engine:
        outcomes = await asyncio.gather(
            engine.retry(failed), engine.retry(failed), return_exceptions=True
        )
        await engine.idle()

    assert sorted(isinstance(outcome, UserError) for outcome in outcomes) == [False, True]
    assert gateway.asked[CREATE] == (kind is FaultKind.UPSTREAM)
    assert len(slow_harness.chat.of("deliver")) == 1


async def test_only_what_has_failed_can_be_tried_again(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        with pytest.raises(UserError, match="not-failed"):
            await engine.retry(harness.job())

    assert harness.paid == 0


async def test_a_retry_says_so_when_the_model_is_not_set_up_any_more(
    harness: EngineHarness,
) -> None:
    harness.gone = frozenset({"sandbox"})
    fault = Fault(kind=FaultKind.TIMEOUT)
    failed = replace(harness.job(), state=JobState.FAILED, fault=fault, task=TaskRef(id="1"))
    await harness.leave(failed)

    async with harness.engine() as engine:
        with pytest.raises(UserError, match="model-needs-key"):
            await engine.retry(failed)

        assert (await stored(engine, failed.id)).state is JobState.FAILED


async def test_a_retry_while_the_failure_is_still_being_told_runs_after_it(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    film, gateway.film = gateway.film, b"no video"
    await gateway.allow(CREATE, LOOK)
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await gateway.reached(FETCH)
        await slow_harness.chat.until(lambda write: "downloading" in write.text)
        telling = slow_harness.chat.hold("edit")
        await gateway.allow(FETCH)
        await telling.reached.wait()
        failed = await stored_when(engine, job.id, lambda row: row.state is JobState.FAILED)

        gateway.film = film
        await engine.retry(failed)
        telling.release.set()
        await engine.idle()
        row = await stored(engine, job.id)

    assert (row.state, gateway.asked[CREATE], engine.open_jobs) == (JobState.DONE, 1, 0)
    assert row.status
    assert "Done" in slow_harness.chat.shown[row.status.id]


async def test_only_what_was_made_is_charged_at_a_second_try_to_post_it(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    path = slow_harness.folder / "film.mp4"
    await asyncio.to_thread(path.write_bytes, gateway.film)
    failed = replace(
        slow_harness.job(model="apiyi/veo-3.1", count=4),
        state=JobState.FAILED,
        fault=Fault(kind=FaultKind.INTERNAL),
        credits=0,
        results=(RemoteAsset(urls=("https://example.org/1.mp4",)),) * 2,
        assets=(look(path),) * 2,
        posting=True,
    )
    await slow_harness.leave(failed)

    async with slow_harness.engine() as engine:
        await engine.retry(failed)
        await engine.idle()
        row = await stored(engine, failed.id)

    (posted,) = slow_harness.chat.of("deliver")
    assert (row.state, row.credits, posted.replacing) == (JobState.DONE, 50, None)
