"""A full disk and a locked database at the worst moments: nothing that is paid for is lost."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import FaultKind, StorageError, UserError
from core.files.disk import Room
from core.jobs import JobState
from core.media import MediaKind, MediaRequest
from core.platform import MessageLostError
from tests.core.engine.test_picture_results import drawn
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.foreign_lock import foreign_lock
from tests.fakes.log_watch import log_watch
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.raw_server import raw_server, replies, reply
from tests.fakes.small_disk import SmallDisk, small_disk

pytestmark = ONLY_SQLITE


NOT_STORED = "cannot be stored, again in"


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[SmallDisk]:
    async with small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def here(disk: SmallDisk, gateway: ManualGateway) -> EngineHarness:
    """A bot whose files all lie on the small disk."""
    return EngineHarness(folder=disk.folder, root=gateway.root)


@asynccontextmanager
async def full(disk: SmallDisk) -> AsyncGenerator[None]:
    disk.fill()
    yield
    disk.free()


def trouble(kind: str, harness: EngineHarness) -> AbstractAsyncContextManager[None]:
    if kind == "full":
        return full(SmallDisk(harness.folder))
    return foreign_lock(harness.folder / "jobs.db")


TROUBLES = pytest.mark.parametrize("kind", ["full", "locked"])


@TROUBLES
async def test_a_result_that_cannot_be_stored_is_kept_and_delivered_once_it_can(
    here: EngineHarness, gateway: ManualGateway, kind: str
) -> None:
    await gateway.allow(CREATE, FETCH)
    async with here.engine() as engine:
        job = await engine.submit(here.order())
        await gateway.reached(LOOK)
        with log_watch(NOT_STORED) as said:
            async with trouble(kind, here):
                await gateway.allow(LOOK)
                await said.wait()
                # Nothing is told while nothing can be stored.
                before = [write.text for write in here.chat.writes]
                row = await stored(engine, job.id)
        await engine.idle()
        after = await stored(engine, job.id)

    assert not any("wrong" in text or "No video" in text for text in before)
    assert (row.state, after.state, after.fault) == (JobState.RUNNING, JobState.DONE, None)
    assert (gateway.asked[CREATE], len(here.chat.of("deliver"))) == (1, 1)


@TROUBLES
async def test_a_failure_is_told_only_when_it_is_stored(
    here: EngineHarness, gateway: ManualGateway, kind: str
) -> None:
    gateway.refusal = reply(b'{"error": {"code": "content_policy_violation"}}', status=400)
    async with here.engine() as engine:
        job = await engine.submit(here.order())
        await gateway.reached(CREATE)
        with log_watch(NOT_STORED) as said:
            async with trouble(kind, here):
                await gateway.allow(CREATE)
                await said.wait()
                before = list(here.chat.shown.values())
        await engine.idle()
        after = await stored(engine, job.id)

    assert not any("No video" in text for text in before)
    assert (after.state, after.told) == (JobState.FAILED, True)
    assert "No video" in here.chat.writes[-1].text


@TROUBLES
async def test_a_video_that_was_posted_is_not_posted_again(
    here: EngineHarness, gateway: ManualGateway, kind: str
) -> None:
    posting = here.chat.hold("deliver")
    await gateway.allow(CREATE, LOOK, FETCH)
    async with here.engine() as engine:
        job = await engine.submit(here.order())
        await posting.reached.wait()
        with log_watch(NOT_STORED) as said:
            async with trouble(kind, here):
                posting.release.set()
                await said.wait()
        await engine.idle()
        after = await stored(engine, job.id)

    assert (after.state, after.fault) == (JobState.DONE, None)
    assert [write.kind for write in here.chat.writes].count("deliver") == 1
    assert not any("wrong" in write.text for write in here.chat.writes)


@TROUBLES
async def test_a_task_that_could_not_be_stored_at_once_is_found_again(
    here: EngineHarness, gateway: ManualGateway, kind: str
) -> None:
    here.drain_seconds = 0.1
    async with here.engine() as engine:
        job = await engine.submit(here.order())
        await gateway.reached(CREATE)
        with log_watch("stored later") as said:
            async with trouble(kind, here):
                await gateway.allow(CREATE)
                await said.wait()
                # The gateway is asked on meanwhile.
                await gateway.reached(LOOK)

    await gateway.allow(LOOK, FETCH)
    async with here.engine() as engine:
        await engine.idle()
        after = await stored(engine, job.id)

    assert (after.state, gateway.asked[CREATE]) == (JobState.DONE, 1)


@TROUBLES
async def test_an_order_that_was_shown_is_sent_only_when_that_is_stored(
    here: EngineHarness, gateway: ManualGateway, kind: str
) -> None:
    await gateway.allow(CREATE, LOOK, FETCH)
    posting = here.chat.hold("send")
    async with here.engine() as engine:
        ordering = asyncio.create_task(engine.submit(here.order()))
        await posting.reached.wait()
        with log_watch(NOT_STORED) as said:
            async with trouble(kind, here):
                posting.release.set()
                await said.wait()
                paid_before = gateway.asked[CREATE]
        job = await ordering
        await engine.idle()
        after = await stored(engine, job.id)

    assert (paid_before, gateway.asked[CREATE], after.state) == (0, 1, JobState.DONE)


@TROUBLES
async def test_a_cancellation_is_told_when_it_is_stored(
    here: EngineHarness, gateway: ManualGateway, kind: str
) -> None:
    await gateway.allow(CREATE)
    async with here.engine() as engine:
        job = await engine.submit(here.order())
        await gateway.reached(LOOK)
        async with trouble(kind, here):
            with pytest.raises(StorageError):
                await engine.cancel(job.id)
            told = here.chat.writes[-1].text
        await engine.cancel(job.id)
        row = await stored(engine, job.id)

    assert ("ancelled" in told, row.state, row.told) == (False, JobState.CANCELLED, True)


@TROUBLES
async def test_where_a_draft_stands_now_is_stored_once_it_can_be(
    here: EngineHarness, kind: str
) -> None:
    async with here.engine() as engine:
        draft = await engine.submit(replace(here.order(), is_draft=True))
        here.chat.refuse("edit", MessageLostError())
        anew = here.chat.hold("send")
        words = replace(draft.request, prompt="a dog")
        rewording = asyncio.create_task(engine.drafts.reword(draft.id, words))
        await anew.reached.wait()
        with log_watch(NOT_STORED) as said:
            async with trouble(kind, here):
                anew.release.set()
                await said.wait()
        await rewording
        row = await stored(engine, draft.id)

    assert row.status
    assert "a dog" in here.chat.shown[row.status.id]


async def test_bytes_that_exist_only_in_an_answer_outlast_a_full_disk(
    disk: SmallDisk, tmp_path: Path
) -> None:
    made = json.dumps({"data": [{"b64_json": b64encode(drawn()).decode()}]}).encode()
    async with raw_server(replies(reply(made))) as server:
        here = EngineHarness(folder=tmp_path, root=server.url)
        request = MediaRequest(prompt="a cat", kind=MediaKind.IMAGE, model="sandbox/sandbox-image")
        (tmp_path / "media").symlink_to(disk.folder)
        disk.fill()
        async with here.engine() as engine:
            with log_watch(NOT_STORED) as said:
                job = await engine.submit(replace(here.order(), request=request))
                await said.wait()
            disk.free()
            await engine.idle()
            after = await stored(engine, job.id)

    assert (after.state, after.fault, len(server.requests)) == (JobState.DONE, None, 1)


async def test_below_the_floor_nothing_is_ordered_and_that_is_said(
    here: EngineHarness, gateway: ManualGateway, disk: SmallDisk
) -> None:
    here.room = Room(folders=(disk.folder,), least_bytes=2_000_000)
    disk.fill(leaving_bytes=1_000_000)
    async with here.engine() as engine:
        with pytest.raises(UserError, match="disk-nearly-full"):
            await engine.submit(here.order())
        disk.free()
        await gateway.allow(CREATE, LOOK, FETCH)
        await engine.submit(here.order())
        await engine.idle()

    assert gateway.asked[CREATE] == 1


async def test_an_order_that_waits_is_not_sent_before_there_is_room(
    here: EngineHarness, gateway: ManualGateway, disk: SmallDisk
) -> None:
    here.room = Room(folders=(disk.folder,), least_bytes=2_000_000)
    here.jobs_per_user = 1
    await gateway.allow(CREATE, LOOK)
    async with here.engine() as engine:
        await engine.submit(here.order())
        second = await engine.submit(here.order("a dog"))
        await gateway.reached(FETCH)
        disk.fill(leaving_bytes=1_000_000)
        with log_watch("is not ordered yet") as said:
            await gateway.allow(FETCH)
            await said.wait()
        await here.chat.until(lambda write: "On hold" in write.text)
        asked_before = gateway.asked[CREATE]
        disk.free()
        await engine.idle()
        row = await stored(engine, second.id)

    assert (asked_before, gateway.asked[CREATE], row.state) == (1, 2, JobState.DONE)


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_database_that_is_taken_away_ends_what_is_paid_and_takes_nothing_new(
    slow_harness: EngineHarness, gateway: ManualGateway, *, replaced: bool
) -> None:
    slow_harness.jobs_per_user = 1
    path = slow_harness.folder / "jobs.db"
    await gateway.allow(CREATE, LOOK)
    async with slow_harness.store():
        slow_harness.room = Room(files=(path,))
    async with slow_harness.engine() as engine:
        await engine.submit(slow_harness.order())
        await engine.submit(slow_harness.order("a dog"))
        await gateway.reached(FETCH)
        path.rename(slow_harness.folder / "old.db")
        if replaced:
            path.write_bytes(b"")
        with pytest.raises(StorageError, match="deleted or replaced"):
            await engine.submit(slow_harness.order("a cow"))
        with log_watch("is not ordered yet") as said:
            await gateway.allow(FETCH)
            await said.wait()

    assert (gateway.asked[CREATE], len(slow_harness.chat.of("deliver"))) == (1, 1)


async def test_a_full_disk_is_told_as_ours(here: EngineHarness, gateway: ManualGateway) -> None:
    disk = SmallDisk(here.folder)
    await gateway.allow(CREATE, LOOK)
    async with here.engine() as engine:
        job = await engine.submit(here.order())
        await gateway.reached(FETCH)
        disk.fill()
        with log_watch(NOT_STORED) as said:
            await gateway.allow(FETCH)
            await said.wait()
        disk.free()
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.fault
    assert row.fault.kind is FaultKind.DISK_FULL
    assert "the bot's disk is full" in here.chat.writes[-1].text
    assert "gateway" not in here.chat.writes[-1].text
