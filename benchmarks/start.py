"""`cliprelay run` as a process: memory, and time from its start to the first answer."""

import asyncio
import time
from dataclasses import dataclass, field
from statistics import median

import psutil

from benchmarks.bot_bench import OURS, BotBench, prompt
from benchmarks.discord_bench import open_discord_bench
from benchmarks.tables import print_head, print_row, verdict
from benchmarks.telegram_bench import open_telegram_bench

ROUNDS = 7
AIM_MEGABYTES = 95
AIM_SECONDS = 0.55
_LONGEST_SECONDS = 60.0
_HEADS = (
    "start to first answer: least, median",
    "first start",
    "RSS idle",
    "after a command",
    "after a video",
)


@dataclass(slots=True)
class Program:
    """One program, what each of its starts took, and what it weighs, in seconds and megabytes."""

    name: str
    command: tuple[str, ...]
    seconds: list[float] = field(default_factory=list[float])
    megabytes: list[float] = field(default_factory=list[float])


async def start(bench: BotBench, program: Program, round_: int) -> None:
    """Start it, and count until the first command is answered.

    Where the platform keeps commands it waits for the program; else it is given as soon as the
    program is connected, since nobody would be heard sooner.
    """
    place = bench.open_place(f"start{round_}")
    before = bench.connections
    asked = bench.command(place, "help") if bench.keeps_commands else None
    began = time.monotonic()
    async with bench.bot(*program.command):
        await bench.until_connected(before)
        if asked is None:
            asked = bench.command(place, "help")
        program.seconds.append(await bench.answered(asked) - began)
        await bench.until_quiet()


async def weigh(bench: BotBench, program: Program) -> None:
    """Start it with nothing to do; weigh it then, after one command and after one video."""
    place, before = bench.open_place("scales"), bench.connections
    async with bench.bot(*program.command) as process:
        await bench.until_connected(before)
        await bench.until_quiet()
        program.megabytes.append(megabytes(process))
        await bench.answered(bench.command(place, "help"))
        await bench.until_quiet()
        program.megabytes.append(megabytes(process))
        if program.command == OURS:
            bench.command(place, "video", prompt("clip1", 10))
            await bench.until_posted(["clip1"], _LONGEST_SECONDS)
            await bench.until_quiet()
            program.megabytes.append(megabytes(process))


def megabytes(process: psutil.Process) -> float:
    """What of it lies in memory."""
    return process.memory_info().rss / 1e6


def describe(program: Program) -> None:
    """Print the row."""
    first, *others = program.seconds
    weights = [f"{weight:.0f} MB" for weight in program.megabytes]
    print_row(
        program.name,
        f"{min(others):.2f} s, {median(others):.2f} s",
        f"{first:.2f} s",
        *weights,
        *[""] * (3 - len(weights)),
    )


async def measure(bench: BotBench) -> None:
    """Measure in turns and print the table of one platform."""
    bare = Program(f"bare {bench.library}", bench.bare)
    ours = Program("`cliprelay run`", OURS)
    for round_ in range(ROUNDS):
        for program in (bare, ours):
            await start(bench, program, round_)
    for program in (bare, ours):
        await weigh(bench, program)
    print_head("", *_HEADS)
    describe(bare)
    describe(ours)
    soon = verdict(is_met=median(ours.seconds[1:]) <= AIM_SECONDS)
    lean = verdict(is_met=max(ours.megabytes[:2]) <= AIM_MEGABYTES)
    print_row("aim", f"<= {AIM_SECONDS:g} s, {soon}", "", f"<= {AIM_MEGABYTES} MB, {lean}", "", "")


async def main() -> None:
    """Do that on both platforms."""
    async with open_telegram_bench(1.0) as telegram:
        await measure(telegram)
    async with open_discord_bench(1.0) as discord:
        await measure(discord)


if __name__ == "__main__":
    asyncio.run(main())
