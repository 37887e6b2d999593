"""Processes that are killed at the worst moments, and those that take over."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from bots.console.file import FilePlatform
from bots.console.ids import FILE
from core.errors import FaultKind
from core.files.media_info import look
from core.jobs import Job, JobState
from core.platform import User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.manual_gateway import CREATE, ManualGateway

pytestmark = pytest.mark.slow

_ROOT = Path(__file__).parents[3]
_EXIT_SECONDS = 60


async def start(harness: EngineHarness, *arguments: str) -> Process:
    """Start a process of its own on the harness's database and gateway."""
    command = ("-m", "tests.fakes.doomed_process", str(harness.folder), harness.root, *arguments)
    return await asyncio.create_subprocess_exec(sys.executable, *command, cwd=_ROOT, stdout=PIPE)


async def killed_at(harness: EngineHarness, moment: str) -> None:
    """Order a video in a process that does not live to deliver it."""
    process = await start(harness, "a cat", moment)
    await process.communicate()
    assert process.returncode == -signal.SIGKILL


async def finished_here(harness: EngineHarness) -> Job:
    """Take up in this process what is left, and say what has become of it."""
    harness.platforms = {FILE: FilePlatform(lambda _: None)}
    async with harness.engine() as engine:
        await engine.idle()
        (job,) = await engine.jobs_of(User(platform=FILE, id="ann"))
    return job


@pytest.mark.parametrize("moment", ["running", "posting"])
async def test_a_killed_process_costs_no_second_payment_and_no_video(
    harness: EngineHarness, moment: str
) -> None:
    await killed_at(harness, moment)

    row = await finished_here(harness)

    assert (row.state, row.fault, harness.paid) == (JobState.DONE, None, 1)
    assert look(harness.folder / "out.mp4").codec == "h264"


@pytest.mark.parametrize(("moment", "paid"), [("submitting", 0), ("accepted", 1)])
async def test_a_request_that_may_have_been_taken_is_not_sent_again(
    harness: EngineHarness, moment: str, paid: int
) -> None:
    await killed_at(harness, moment)

    row = await finished_here(harness)

    assert row.fault
    assert (row.state, row.fault.kind) == (JobState.FAILED, FaultKind.INTERRUPTED)
    assert (harness.paid, row.credits) == (paid, 0)
    assert not (harness.folder / "out.mp4").exists()


@pytest.mark.parametrize("moment", ["asked", "ordered", "submitting", "posting"])
async def test_an_order_that_is_told_again_is_neither_lost_nor_paid_twice(
    harness: EngineHarness, moment: str
) -> None:
    await killed_at(harness, moment)

    second = await start(harness, "a cat")
    await second.communicate()
    third = await start(harness, "a cat")
    await third.communicate()

    row = await finished_here(harness)
    made = row.state is JobState.DONE
    assert (made, harness.paid) == ((False, 0) if moment == "submitting" else (True, 1))


async def test_a_process_that_is_asked_to_end_does_so_and_the_next_one_finishes(
    harness: EngineHarness,
) -> None:
    first = await start(harness, "a cat #slow")
    assert first.stdout
    while b"rendering" not in (line := await first.stdout.readline()):
        assert line, "it ended"

    first.send_signal(signal.SIGTERM)
    await asyncio.wait_for(first.communicate(), timeout=_EXIT_SECONDS)
    second = await start(harness)
    await second.communicate()

    assert (first.returncode, second.returncode, harness.paid) == (0, 0, 1)
    assert look(harness.folder / "out.mp4").codec == "h264"


async def test_a_process_ends_although_the_gateway_never_answers(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    process = await start(slow_harness, "a cat")
    await gateway.reached(CREATE)

    process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(process.communicate(), timeout=_EXIT_SECONDS)

    assert process.returncode == 0
