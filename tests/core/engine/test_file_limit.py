"""A limit on the size of files takes room away as a full disk does, and nobody has to be root."""

import asyncio
import resource
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psutil
import pytest

from tests.fakes.cli import environment
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway

UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@asynccontextmanager
async def ordering(folder: Path, gateway: ManualGateway) -> AsyncGenerator[Process]:
    """A process that orders a video of a cat; it is killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.doomed_process", str(folder), gateway.root, "a cat"),
        env=environment({}),
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        async with asyncio.timeout(120):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@contextmanager
def without_room(process: Process) -> Generator[None]:
    """No file of a process may grow any more; what it has open stays open."""
    running = psutil.Process(process.pid)
    running.rlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    yield
    running.rlimit(resource.RLIMIT_FSIZE, UNLIMITED)


async def until_said(process: Process, text: str) -> None:
    """Wait until a line of its log has this text."""
    assert process.stderr
    while text not in (line := (await process.stderr.readline()).decode()):
        assert line, "the process has ended without a word of it"


@pytest.mark.slow
async def test_a_result_that_finds_no_room_is_stored_and_delivered_once_there_is_some(
    tmp_path: Path, gateway: ManualGateway
) -> None:
    await gateway.allow(CREATE)
    async with ordering(tmp_path, gateway) as process:
        await gateway.reached(LOOK)
        with without_room(process):
            await gateway.allow(LOOK, FETCH)
            await until_said(process, "cannot be stored, again in")
            assert gateway.asked[FETCH] == 0
        out, _ = await process.communicate()

    assert (tmp_path / "out.mp4").read_bytes() == gateway.film
    assert "Done in" in out.decode()
    assert gateway.asked[CREATE] == 1


@pytest.mark.slow
async def test_a_clip_that_finds_no_room_fails_for_that_and_is_not_ordered_again(
    tmp_path: Path, gateway: ManualGateway
) -> None:
    await gateway.allow(CREATE, LOOK)
    async with ordering(tmp_path, gateway) as process:
        await gateway.reached(FETCH)
        with without_room(process):
            await gateway.allow(FETCH)
            await until_said(process, "cannot be stored, again in")
        await until_said(process, "failed: disk_full")
        out, _ = await process.communicate()

    assert "No video" in out.decode()
    assert not (tmp_path / "out.mp4").exists()
    assert gateway.asked[CREATE] == 1
