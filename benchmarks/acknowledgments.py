"""Five hundred running jobs: how long a command waits for its acknowledgment."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import psutil

from benchmarks.bot_bench import OURS, prompt
from benchmarks.discord_bench import DiscordBench, open_discord_bench
from benchmarks.tables import percentile_99, print_head, print_row, refused, verdict

JOBS = 500
COMMANDS = 500
AIM_SECONDS = 1.0
_EVENTS = 60
_STREAM_SECONDS = 240.0
_ORDERS_PER_SECOND = 20
_COMMANDS_PER_SECOND = 10
_LONGEST_SECONDS = 120.0
_HEADS = (
    "",
    "jobs running",
    "channels",
    "acknowledgment: median, p99",
    f"p99 < {AIM_SECONDS:g} s",
    "writes a second: mean, most",
    "429s",
    "CPU of the bot",
    "RSS",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """So many jobs, spread over so many channels."""

    name: str
    is_ours: bool = True
    jobs: int
    channels: int


async def fill(bench: DiscordBench, crowd: Crowd) -> list[int]:
    """Let each job be ordered by a person of its own, and wait until all run."""
    channels = [bench.open_place(f"{crowd.name}-{n}", shared=True) for n in range(crowd.channels)]
    for number in range(crowd.jobs):
        stream = f"clip{number}"
        where = channels[number % crowd.channels]
        bench.command(where, "video", prompt(stream, _EVENTS), who=stream)
        await asyncio.sleep(1 / _ORDERS_PER_SECOND)
    async with asyncio.timeout(_LONGEST_SECONDS):
        while bench.journal.running < crowd.jobs:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.2)
    return channels


async def ask(bench: DiscordBench, channels: Sequence[int]) -> list[int]:
    """Give commands one after the other, each in another channel."""
    asked: list[int] = []
    for number in range(COMMANDS):
        where = channels[number % len(channels)]
        asked.append(bench.command(where, "status", who=f"curious{number % 50}"))
        await asyncio.sleep(1 / _COMMANDS_PER_SECOND)
    return asked


async def play(crowd: Crowd) -> None:
    """Print what came of it. The jobs are left alone when the commands have been answered."""
    async with open_discord_bench(_STREAM_SECONDS, concurrency=JOBS) as bench:
        discord = bench.discord
        async with bench.bot(*(OURS if crowd.is_ours else bench.bare)) as process:
            await bench.until_connected(0)
            channels = await fill(bench, crowd)
            discord.calls.clear()
            before, began = spent(process), asyncio.get_running_loop().time()
            asked = await ask(bench, channels)
            await asyncio.sleep(AIM_SECONDS)
            seconds = asyncio.get_running_loop().time() - began
            busy = (spent(process) - before) / seconds
            megabytes = process.memory_info().rss / 1e6
            describe(bench, crowd, asked, seconds, f"{busy:.0%}", f"{megabytes:.0f} MB")


def describe(
    bench: DiscordBench, crowd: Crowd, asked: list[int], seconds: float, *more: str
) -> None:
    """Print the row."""
    waits = bench.waits(asked)
    # Answers to interactions are no part of Discord's 50 a second.
    writes = bench.discord.called("* /channels/*/messages*")
    each_second = Counter(int(call.at) for call in writes)
    most = max(each_second.values(), default=0)
    slow = percentile_99(waits)
    print_row(
        crowd.name,
        str(bench.journal.running),
        str(crowd.channels),
        f"{median(waits) * 1000:.0f} ms, {slow * 1000:.0f} ms",
        verdict(is_met=slow < AIM_SECONDS) if crowd.is_ours else "",
        f"{len(writes) / seconds:.0f}, {most}",
        str(refused(call.status for call in writes)),
        *more,
    )


def spent(process: psutil.Process) -> float:
    """CPU seconds so far."""
    times = process.cpu_times()
    return times.user + times.system


async def main() -> None:
    """Measure and print the table."""
    print_head(*_HEADS)
    await play(Crowd(name="bare, only defers", is_ours=False, jobs=0, channels=50))
    await play(Crowd(name="idle", jobs=0, channels=50))
    await play(Crowd(name="ten jobs a channel", jobs=JOBS, channels=50))
    await play(Crowd(name="one job a channel", jobs=JOBS, channels=JOBS))


if __name__ == "__main__":
    asyncio.run(main())
