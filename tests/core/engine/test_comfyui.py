"""Whole orders on a ComfyUI server: what is named before it is sent is found again."""

import asyncio
import sys
from pathlib import Path
from signal import SIGKILL

import httpx
import pytest

from bots.console.file import FilePlatform
from bots.console.ids import FILE
from core.errors import FaultKind
from core.files.media_info import look
from core.jobs import Job, JobState
from core.platform import User
from sandbox.orders.ledger import read_ledger
from tests.core.dialects.scripts import WORKFLOWS
from tests.fakes.engine_harness import EngineHarness, stored, stored_when
from tests.fakes.raw_server import raw_server, reply

MODEL = "comfyui/wan22-5b"
ANN = User(platform=FILE, id="ann")
_ROOT = Path(__file__).parents[3]
_DEAD_SECONDS = 60


@pytest.fixture
def comfy(harness: EngineHarness) -> EngineHarness:
    """The harness, with the example workflows and the sandbox as their server."""
    harness.workflows, harness.gone = WORKFLOWS, frozenset()
    return harness


async def ended(harness: EngineHarness, prompt: str) -> Job:
    """Order a clip and wait for its end."""
    async with harness.engine() as engine:
        job = await engine.submit(harness.order(prompt, model=MODEL))
        await engine.idle()
        return await stored(engine, job.id)


@pytest.mark.parametrize("word", ["", "#old-build", "#late", "#poll-errors", "#unknown-status"])
async def test_a_clip_is_rendered_once_and_delivered(comfy: EngineHarness, word: str) -> None:
    row = await ended(comfy, f"a cat {word}")

    assert (row.state, row.fault, comfy.paid) == (JobState.DONE, None, 1)
    (order,) = read_ledger(comfy.folder / "sandbox")
    assert row.task
    assert (row.task.id, order.seconds, order.ratio) == (order.task_id, 5, "20:11")
    assert row.assets[0].codec == "h264"


@pytest.mark.parametrize(
    ("word", "kind", "paid"),
    [
        ("#lost", FaultKind.EXPIRED, 1),
        ("#out-of-memory", FaultKind.UPSTREAM, 1),
        ("#task-cancelled", FaultKind.CANCELLED, 1),
        ("#no-url", FaultKind.NO_MEDIA, 1),
        ("#left-out", FaultKind.BAD_REQUEST, 1),
        ("#gone", FaultKind.MODEL_GONE, 0),
    ],
)
async def test_an_end_without_a_clip_says_why(
    comfy: EngineHarness, word: str, kind: FaultKind, paid: int
) -> None:
    row = await ended(comfy, f"a cat {word}")

    assert row.fault
    assert (row.state, row.fault.kind, comfy.paid) == (JobState.FAILED, kind, paid)


async def test_an_answer_that_is_lost_is_asked_for_and_the_clip_delivered(
    comfy: EngineHarness,
) -> None:
    row = await ended(comfy, "a cat #reset")

    assert (row.state, row.fault, comfy.paid) == (JobState.DONE, None, 1)


async def test_a_job_that_is_cancelled_is_taken_off_the_server(comfy: EngineHarness) -> None:
    async with comfy.engine() as engine:
        job = await engine.submit(comfy.order("a cat #slow #hang", model=MODEL))
        row = await stored_when(engine, job.id, lambda row: row.state is JobState.RUNNING)
        await engine.cancel(job.id)
        await engine.idle()
        row = await stored(engine, job.id)

    async with httpx.AsyncClient(base_url=comfy.root) as http:
        queue = (await http.get("/queue")).json()
    assert row.state is JobState.CANCELLED
    assert queue == {"queue_running": [], "queue_pending": []}


async def die(harness: EngineHarness, root: str, moment: str) -> asyncio.subprocess.Process:
    """Order a clip in a process that does not live to see it."""
    command = ["-m", "tests.fakes.doomed_process", str(harness.folder), root, "a cat", moment]
    return await asyncio.create_subprocess_exec(
        sys.executable, *command, str(WORKFLOWS), cwd=_ROOT
    )


async def finished_here(harness: EngineHarness) -> Job:
    """Take up in this process what is left, and say what has become of it."""
    harness.platforms = {FILE: FilePlatform(lambda _: None)}
    async with harness.engine() as engine:
        await engine.idle()
        (job,) = await engine.jobs_of(ANN)
    return job


@pytest.mark.slow
async def test_killed_between_the_request_and_its_answer_it_is_found_by_its_name(
    comfy: EngineHarness,
) -> None:
    taken = asyncio.Event()

    async def relay(asked: bytes, writer: asyncio.StreamWriter) -> None:
        """Hand the creation on, and keep its answer back."""
        head, _, body = asked.partition(b"\r\n\r\n")
        assert head.startswith(b"POST /prompt ")
        async with httpx.AsyncClient(base_url=comfy.root) as http:
            answer = await http.post("/prompt", content=body)
            assert answer.is_success
        taken.set()
        await asyncio.Event().wait()
        writer.write(reply(answer.content))

    async with raw_server(relay) as server:
        process = await die(comfy, server.url, "")
        await asyncio.wait_for(taken.wait(), _DEAD_SECONDS)
        process.kill()
        await process.communicate()
    async with comfy.store() as store:
        (left,) = await store.unfinished()
    row = await finished_here(comfy)

    (order,) = read_ledger(comfy.folder / "sandbox")
    assert process.returncode == -SIGKILL
    assert left.task
    assert (left.state, left.task.id) == (JobState.SUBMITTING, order.task_id)
    assert (row.state, row.fault) == (JobState.DONE, None)
    assert look(comfy.folder / "out.mp4").codec == "h264"


@pytest.mark.slow
async def test_killed_before_the_request_left_it_ends_told_and_can_be_ordered_again(
    comfy: EngineHarness,
) -> None:
    # "running" is as soon as a task is stored: here its name, with nothing sent under it.
    process = await die(comfy, comfy.root, "running")
    await process.communicate()
    before = comfy.paid

    row = await finished_here(comfy)
    after = comfy.paid
    async with comfy.engine() as engine:
        again = await engine.retry(row)
        await engine.idle()
        made = await stored(engine, again.id)

    assert process.returncode == -SIGKILL
    assert row.fault
    assert (row.state, row.fault.kind) == (JobState.FAILED, FaultKind.EXPIRED)
    assert (before, after, comfy.paid) == (0, 0, 1)
    assert made.state is JobState.DONE
