"""Looking into videos: CPU of each, and how long the last of two hundred at once waits."""

import asyncio
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil

from benchmarks.tables import percentile_99, print_head, print_row, verdict
from core.files import limited, media_info
from core.files.probe import RESULTS, probe
from core.media import MediaKind
from tests.fakes.movies import make_movie

VIDEOS = 200
CPU_AIM_MS, WAIT_AIM_SECONDS = 35, 2.0
_ALONE = 40
_LIMITS = (str(RESULTS.cpu_seconds), str(RESULTS.memory_bytes), str(RESULTS.niceness))

Look = Callable[[Path], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What looking into one video has cost, all processes together."""

    cpu_ms: float
    wall_ms: float


def cpu_seconds() -> float:
    """Spent by this process and by all that it has started, whether they have ended or not."""
    here = psutil.Process()
    own = here.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for each in here.children(recursive=True):
        times = each.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


async def afresh(path: Path) -> None:
    """Look into a video as every file was looked into before: with an interpreter of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", limited.__name__, *_LIMITS, media_info.__name__, str(path)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
    )
    # Its input stays open: it ends when nobody waits for it.
    if process.stdout:
        await process.stdout.read()
    if await process.wait():
        raise SystemExit("a video could not be looked into")


async def forked(path: Path) -> None:
    """Look into a video as the bot does."""
    await probe(path, MediaKind.VIDEO)


async def alone(look: Look, path: Path) -> Spent:
    """One after the other."""
    await look(path)  # the first one starts what is needed
    cpu, wall = cpu_seconds(), time.perf_counter()
    for _ in range(_ALONE):
        await look(path)
    cpu, wall = cpu_seconds() - cpu, time.perf_counter() - wall
    return Spent(cpu_ms=1000 * cpu / _ALONE, wall_ms=1000 * wall / _ALONE)


async def together(look: Look, path: Path) -> list[float]:
    """Two hundred that are there at the same moment: when each is done, in seconds."""
    began, turns = time.perf_counter(), asyncio.Semaphore(RESULTS.at_once)

    async def one() -> float:
        async with turns:
            await look(path)
        return time.perf_counter() - began

    return list(await asyncio.gather(*(one() for _ in range(VIDEOS))))


async def main() -> None:
    """Measure and print the table."""
    with TemporaryDirectory() as name:
        tiny = make_movie(Path(name) / "tiny.mp4", 64, 114, 1, fps=8)
        usual = make_movie(Path(name) / "usual.mp4", 720, 1280, 8, fps=24)
        print_head(
            "each video",
            "64 x 114, 1 s: CPU, wall",
            "720 x 1280, 8 s: CPU, wall",
            "200: median, p99",
        )
        for title, look in (("an interpreter of its own", afresh), ("a fork", forked)):
            small, large = await alone(look, tiny), await alone(look, usual)
            waits = await together(look, tiny)
            print_row(
                title,
                f"{small.cpu_ms:.0f} ms, {small.wall_ms:.0f} ms",
                f"{large.cpu_ms:.0f} ms, {large.wall_ms:.0f} ms",
                f"{median(waits):.1f} s, {percentile_99(waits):.1f} s",
            )
    cpu_met = verdict(is_met=small.cpu_ms <= CPU_AIM_MS)
    wait_met = verdict(is_met=median(waits) <= WAIT_AIM_SECONDS)
    print_row("aim", f"<= {CPU_AIM_MS} ms, {cpu_met}", "", f"<= {WAIT_AIM_SECONDS} s, {wait_met}")


if __name__ == "__main__":
    asyncio.run(main())
