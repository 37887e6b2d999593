"""From a gateway's link into the chat."""

import asyncio
from dataclasses import replace

import pytest

from core.chat import MessageLostError, SlowDownError
from core.errors import FaultKind
from core.jobs import JobState
from core.media import RemoteAsset
from tests.fakes.gateway import Gateway
from tests.fakes.lab import FOUR, Lab, stored, stored_when


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("not-video", FaultKind.NOT_MEDIA),
        ("expired", FaultKind.EXPIRED),
        ("private-link", FaultKind.UNREACHABLE_LINK),
        ("redirect-private", FaultKind.UNREACHABLE_LINK),
    ],
)
async def test_a_link_without_a_video_is_a_failure_that_says_so(
    lab: Lab, word: str, kind: FaultKind
) -> None:
    async with lab.engine() as engine:
        job = await engine.submit(lab.order(f"a cat #{word}"))
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.fault
    assert (row.state, row.fault.kind, row.credits) == (JobState.FAILED, kind, 0)
    assert (row.results == (), lab.paid, lab.chat.of("deliver")) == (False, 1, [])


async def test_a_file_that_came_by_half_is_fetched_again(lab: Lab) -> None:
    async with lab.engine() as engine:
        job = await engine.submit(lab.order("a cat #truncated-once"))
        await engine.idle()
        row = await stored(engine, job.id)

    assert (row.state, lab.paid) == (JobState.DONE, 1)


async def test_of_three_videos_the_missing_one_is_named_and_not_charged(lab: Lab) -> None:
    async with lab.engine() as engine:
        job = await engine.submit(lab.order("a cat #partial", model=FOUR, count=3))
        await engine.idle()
        row = await stored(engine, job.id)

    (posted,) = lab.chat.of("deliver")
    assert (row.state, len(posted.assets)) == (JobState.DONE, 2)
    assert "2 of 3 videos were made" in posted.text
    assert (job.credits, row.credits) == (75, 50)


async def test_one_that_cannot_be_fetched_does_not_cost_the_others(
    slow_lab: Lab, gateway: Gateway
) -> None:
    await gateway.allow("fetch")
    good = RemoteAsset(urls=(f"{gateway.root}/1.mp4",))
    bad = RemoteAsset(urls=("http://127.0.0.1:1/2.mp4",))
    left = replace(slow_lab.job(model=FOUR, count=2), state=JobState.RUNNING, results=(bad, good))
    await slow_lab.leave(left)

    async with slow_lab.engine() as engine:
        await engine.idle()
        row = await stored(engine, left.id)

    (posted,) = slow_lab.chat.of("deliver")
    assert "1 of 2 videos were made" in posted.text
    assert (row.state, row.credits) == (JobState.DONE, 25)


async def test_a_page_is_handed_on_where_nothing_else_can_be_had(
    slow_lab: Lab, gateway: Gateway
) -> None:
    await gateway.allow("fetch")
    gateway.film = b"<html>a player</html>"
    page = RemoteAsset(urls=(f"{gateway.root}/film",), page="https://example.org/watch/7")
    left = replace(slow_lab.job(), state=JobState.RUNNING, results=(page,))
    await slow_lab.leave(left)

    async with slow_lab.engine() as engine:
        await engine.idle()
        row = await stored(engine, left.id)

    assert (row.state, row.fault, slow_lab.chat.of("deliver")) == (JobState.DONE, None, [])
    assert "https://example.org/watch/7" in slow_lab.chat.writes[-1].text


async def test_a_page_that_was_not_told_before_a_stop_is_told_after_it(
    slow_lab: Lab, gateway: Gateway
) -> None:
    await gateway.allow("fetch")
    gateway.film = b"<html>a player</html>"
    page = RemoteAsset(urls=(f"{gateway.root}/film",), page="https://example.org/watch/7")
    left = replace(slow_lab.job(), state=JobState.RUNNING, results=(page,))
    await slow_lab.leave(left)
    async with slow_lab.engine() as engine:
        while (await stored(engine, left.id)).state is JobState.RUNNING:
            slow_lab.chat.refuse("edit", SlowDownError(1))
            await asyncio.sleep(0)
    before = [write for write in slow_lab.chat.writes if "watch/7" in write.text]
    slow_lab.chat.accept_all()

    async with slow_lab.engine() as engine:
        await engine.idle()
        row = await stored(engine, left.id)

    assert (before, row.state) == ([], JobState.DONE)
    assert "watch/7" in slow_lab.chat.writes[-1].text


async def test_a_video_for_a_chat_that_is_gone_is_a_failure(lab: Lab) -> None:
    lab.chat.refuse("deliver", MessageLostError())
    async with lab.engine() as engine:
        job = await engine.submit(lab.order())
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.fault
    assert (row.state, row.fault.kind) == (JobState.FAILED, FaultKind.UNDELIVERABLE)
    assert row.assets


async def test_a_chat_that_takes_nothing_any_more_still_gives_the_job_an_end(lab: Lab) -> None:
    lab.chat.refuse("deliver", MessageLostError())
    async with lab.engine() as engine:
        job = await engine.submit(lab.order())
        await lab.chat.until(lambda write: write.kind == "send")
        lab.chat.refuse("edit", *[MessageLostError()] * 100)
        lab.chat.refuse("send", MessageLostError())
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.state is JobState.FAILED
    assert engine.open_jobs == 0


async def test_a_lost_status_message_does_not_cost_the_video(lab: Lab) -> None:
    lab.chat.refuse("edit", MessageLostError(), MessageLostError())
    async with lab.engine() as engine:
        job = await engine.submit(lab.order())
        await engine.idle()
        row = await stored(engine, job.id)

    assert (row.state, len(lab.chat.of("deliver"))) == (JobState.DONE, 1)
    assert "Done" in lab.chat.of("send")[-1].text


async def test_the_video_and_the_last_word_come_however_slow_the_chat_is(lab: Lab) -> None:
    lab.chat.refuse("send", SlowDownError(0.01))
    lab.chat.refuse("edit", *[SlowDownError(0.01)] * 5)
    lab.chat.refuse("deliver", SlowDownError(0.02), SlowDownError(0.05))
    async with lab.engine() as engine:
        job = await engine.submit(lab.order())
        await engine.idle()
        row = await stored(engine, job.id)

    assert (row.state, len(lab.chat.of("deliver"))) == (JobState.DONE, 1)
    assert row.status
    assert "Done" in lab.chat.shown[row.status.id]


async def test_the_stream_is_read_on_while_the_chat_hangs(lab: Lab) -> None:
    async with lab.engine() as engine:
        held = lab.chat.hold("edit")
        job = await engine.submit(lab.order(model=FOUR))
        await held.reached.wait()
        await stored_when(engine, job.id, lambda row: bool(row.results))
        shown = lab.chat.of("edit")

        held.release.set()
        await engine.idle()

    assert shown == []
    assert len(lab.chat.of("deliver")) == 1


async def test_the_stream_is_read_on_while_the_chat_wants_a_pause(lab: Lab) -> None:
    async with lab.engine() as engine:
        lab.chat.refuse("edit", SlowDownError(1000))
        job = await engine.submit(lab.order(model=FOUR))

        row = await stored_when(engine, job.id, lambda row: row.posting)

    assert (row.state, lab.chat.of("edit"), lab.chat.tried) == (
        JobState.DELIVERING,
        [],
        ["send", "edit"],
    )
