"""The process that forks: its forks are held to their limits, harm nobody and leave nothing."""

import asyncio
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import IO

import psutil
import pytest

from core.errors import FaultKind, JobError
from core.files.child import Pool
from core.files.forked import ForkServer
from core.files.probe import RESULTS, probe
from core.media import MediaKind
from tests.fakes.forks import fork_server, forks
from tests.fakes.movies import make_movie

ROOT = Path(__file__).parents[3]
POOL = Pool(at_once=3, seconds=60, cpu_seconds=7, memory_bytes=900_000_000, niceness=3)
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return make_movie(tmp_path / "film.mp4", 64, 64, 1)


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """A film whose reader waits until somebody writes."""
    path = tmp_path / "waiting.mp4"
    os.mkfifo(path)
    return path


async def reader_of(pipe: Path) -> IO[bytes]:
    """Return when the child has opened the pipe; it waits as long as the answer is open."""
    return await asyncio.to_thread(pipe.open, "wb")


async def server() -> psutil.Process:
    """The process that forks, which is started when there is none."""
    await POOL.run("tests.fakes.told_limits")
    found = fork_server()
    assert found
    return found


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def wait_for(*processes: psutil.Process) -> None:
    """Wait for the end of processes that are nobody's here."""
    for _ in range(3000):
        if all(map(is_gone, processes)):
            return
        time.sleep(0.01)
    raise AssertionError(processes)


@pytest.fixture
def lowered() -> Generator[None]:
    """A soft limit of this process, as `ulimit` sets it for whatever it starts."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[0] - 1, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@linux
async def test_a_fork_is_held_to_its_limits_and_inherits_nothing_else(waiting: Path) -> None:
    other = asyncio.create_task(probe(waiting, MediaKind.VIDEO))
    with await reader_of(waiting):
        told = json.loads(await POOL.run("tests.fakes.told_limits", "a", "“é”", ""))
        ours = os.getsid(0)
    with pytest.raises(JobError):
        await other

    assert told["cpu"] == 7
    assert told["memory"] == 900_000_000
    assert told["core"] == 0
    assert told["nice"] == os.nice(0) + 3
    assert told["arguments"] == ["a", "“é”", ""]
    assert len(told["threads"]) == 2, "itself, and one that waits for us to end"
    assert told["session"] != ours
    # Standard streams, and the folder that is being listed.
    others = [name for name in told["open"] if not name.startswith(("socket:", "/proc/"))]
    assert others == ["/dev/null"]
    assert sum(name.startswith("socket:") for name in told["open"]) == 2


@linux
async def test_limits_of_the_bot_itself_hold_for_forks(lowered: None) -> None:
    del lowered
    (await server()).kill()

    told = json.loads(await POOL.run("tests.fakes.told_limits"))

    assert told["files"] == resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@linux
async def test_who_forks_has_one_thread() -> None:
    assert (await server()).num_threads() == 1


async def test_each_file_has_a_process_of_its_own(tmp_path: Path) -> None:
    pipes = [tmp_path / f"{number}.mp4" for number in range(2)]
    for pipe in pipes:
        os.mkfifo(pipe)
    jobs = [asyncio.create_task(probe(pipe, MediaKind.VIDEO)) for pipe in pipes]
    with await reader_of(pipes[0]), await reader_of(pipes[1]):
        working = forks()
    await asyncio.gather(*jobs, return_exceptions=True)

    assert len({fork.pid for fork in working}) == 2


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP])
async def test_a_fork_that_crashes_or_hangs_harms_no_other(
    film: Path, waiting: Path, end: signal.Signals
) -> None:
    await server()  # whose start takes its time on a busy machine
    short = replace(RESULTS, seconds=5)
    job = asyncio.create_task(probe(waiting, MediaKind.VIDEO, short))
    with await reader_of(waiting):
        (fork,) = forks()
        forking = fork.ppid()
        fork.send_signal(end)
        asset = await probe(film, MediaKind.VIDEO)
        with pytest.raises(JobError) as raised:
            await job

    assert raised.value.fault.kind is FaultKind.NOT_MEDIA
    assert asset.seconds == 1
    assert is_gone(fork)
    assert (await server()).pid == forking


async def test_a_server_that_was_killed_is_started_anew(film: Path) -> None:
    killed = await server()
    killed.kill()

    asset = await probe(film, MediaKind.VIDEO)

    assert asset.seconds == 1
    assert (await server()).pid != killed.pid


async def test_a_file_whose_server_was_killed_is_looked_into_again(
    film: Path, tmp_path: Path
) -> None:
    """As when a stop of the whole service reaches all its processes at once."""
    copy = tmp_path / "copy.mp4"
    os.mkfifo(copy)
    content = await asyncio.to_thread(film.read_bytes)
    job = asyncio.create_task(probe(copy, MediaKind.VIDEO))
    with await reader_of(copy):
        (fork,) = forks()
        psutil.Process(fork.ppid()).terminate()
        copy.unlink()
        copy.write_bytes(content)
        fork.terminate()

    assert (await job).seconds == 1


async def test_a_server_that_no_longer_answers_is_replaced(waiting: Path) -> None:
    forking = ForkServer(farewell_seconds=0.1)
    look = ("7", "900000000", "0", "core.files.media_info", str(waiting))
    job = asyncio.create_task(forking.run(look))
    with await reader_of(waiting):
        assert forking.pid
        stopped = psutil.Process(forking.pid)
        stopped.suspend()
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job

    output, code = await forking.run(("7", "900000000", "0", "tests.fakes.told_limits"))
    forking.stop()
    assert (json.loads(output)["arguments"], code) == ([], 0)
    assert is_gone(stopped)


async def test_a_fork_that_is_lost_in_a_decoder_is_killed_when_nobody_waits(waiting: Path) -> None:
    job = asyncio.create_task(POOL.run("tests.fakes.lost_in_c", waiting))
    with await reader_of(waiting):
        (fork,) = forks()
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job

    assert is_gone(fork)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("module", ["core.files.media_info", "tests.fakes.lost_in_c"])
async def test_server_and_forks_end_with_the_bot(
    waiting: Path, module: str, end: signal.Signals
) -> None:
    code = f"""
import asyncio
from core.files.probe import RESULTS
asyncio.run(RESULTS.run({module!r}, {str(waiting)!r}))
"""
    bot = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=ROOT)
    with await reader_of(waiting):
        process = psutil.Process(bot.pid)
        forking, working = fork_server(process), forks(process)
        bot.send_signal(end)
        await bot.wait()
        assert forking
        await asyncio.to_thread(wait_for, forking, *working)

    assert len(working) == 1


async def test_a_bot_that_ends_orderly_leaves_no_server_running() -> None:
    code = """
import asyncio
from core.files.probe import RESULTS
asyncio.run(RESULTS.run("tests.fakes.told_limits"))
"""
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "always::ResourceWarning", "-c", code),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    _, complaints = await bot.communicate()

    assert (bot.returncode, complaints.decode()) == (0, "")
