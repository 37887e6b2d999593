"""Two thousand running jobs in five hundred chats of both platforms, in one process."""

import asyncio
import os
import resource
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from math import inf, isinf
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Self

import httpx
import psutil

from benchmarks.acknowledgments import spent
from benchmarks.bot_bench import BotBench, prompt
from benchmarks.discord_bench import DiscordBench, discord_bench_at
from benchmarks.journal import Journal
from benchmarks.sandbox_process import open_gateway
from benchmarks.tables import percentile_99, print_head, print_row, refused, verdict
from benchmarks.telegram_bench import TelegramBench, telegram_bench_at

JOBS = 2_000
CHATS = 500
AIM_SECONDS = 1.0
# What each platform takes of a bot, whatever the chat.
WRITES_PER_SECOND = {"Telegram": 30, "Discord": 50}
_EVENTS = 30
_STREAM_SECONDS = 300.0
_TICK_SECONDS = 0.05
_ORDERS_PER_SECOND = 20
_COMMANDS = 600
_COMMANDS_PER_SECOND = 10
_LONGEST_SECONDS = 60.0
_OPEN_FILES = 3 * JOBS
_HEADS = (
    "",
    "chats",
    "commands: given, lost",
    "acknowledgment: median, p99",
    f"p99 < {AIM_SECONDS:g} s",
    "writes a second: mean, most",
    "429s",
)


@dataclass(frozen=True, slots=True)
class TimedCommand:
    """A command, by what its acknowledgment names; on Telegram each chat counts for itself."""

    id: str
    at: float


@dataclass(slots=True)
class PlatformLoad:
    """What is asked on one of the platforms."""

    name: str
    bench: BotBench
    chats: Sequence[int]
    orders: list[TimedCommand] = field(default_factory=list[TimedCommand])
    questions: list[TimedCommand] = field(default_factory=list[TimedCommand])


@dataclass(frozen=True, slots=True)
class CountedWrite:
    """A request that counts for what a platform takes of a bot."""

    at: float
    status: int


def give(bench: BotBench, place: int, name: str, text: str, who: str) -> TimedCommand:
    """Let somebody give a command."""
    at = asyncio.get_running_loop().time()
    if not isinstance(bench, TelegramBench):
        return TimedCommand(str(bench.command(place, name, text, who=who)), at)
    chat = bench.telegram.world.chats[place]
    said = bench.telegram.say(chat, bench.newcomer(who), f"/{name} {text}".strip())
    return TimedCommand(f"{place}/{said.id}", at)


def acknowledged(bench: BotBench) -> Mapping[str, float]:
    """When each command was first answered."""
    found = dict[str, float]()
    if isinstance(bench, TelegramBench):
        for call in bench.wanted():
            if call.status == 200 and (reply := call.params.get("reply_parameters")):
                named = f"{call.params['chat_id']}/{reply['message_id']}"
                found.setdefault(named, call.at)
    elif isinstance(bench, DiscordBench):
        for call in bench.discord.called("POST /interactions/*/callback"):
            found.setdefault(call.parts[1], call.at)
    return found


def written(bench: BotBench) -> Iterator[CountedWrite]:
    """All that was written, refused or not; answers to interactions count nowhere."""
    if isinstance(bench, TelegramBench):
        yield from (CountedWrite(call.at, call.status) for call in bench.wanted())
    elif isinstance(bench, DiscordBench):
        calls = bench.discord.called("* /channels/*/messages*")
        yield from (CountedWrite(call.at, call.status) for call in calls)


@asynccontextmanager
async def open_crowd() -> AsyncGenerator[Sequence[PlatformLoad]]:
    """Serve both platforms here, and the gateway in a process of its own."""
    with TemporaryDirectory() as scratch, open_gateway(_STREAM_SECONDS) as root:
        folder, journal = Path(scratch), Journal()
        async with (
            telegram_bench_at(root, journal, folder) as telegram,
            discord_bench_at(root, journal, folder) as discord,
        ):
            yield _loads(telegram, discord)


def _loads(telegram: TelegramBench, discord: DiscordBench) -> Sequence[PlatformLoad]:
    telegram.write_catalog(JOBS)
    variables = {**telegram.variables, **discord.variables, "WAITING_JOBS": str(JOBS)}
    loads = list[PlatformLoad]()
    for name, bench in (("Telegram", telegram), ("Discord", discord)):
        both = replace(bench, variables=variables)
        chats = [both.open_place(f"chat {n}", shared=True) for n in range(CHATS // 2)]
        loads.append(PlatformLoad(name, both, chats))
    return loads


async def running(root: str) -> int:
    """How many jobs the gateway has taken; their streams outlast all this."""
    async with httpx.AsyncClient() as http:
        return len((await http.get(f"{root}/sandbox/ledger", timeout=30)).json())


@asynccontextmanager
async def lateness(late: list[float]) -> AsyncGenerator[None]:
    """Note how many seconds late this process does what is due: so late it takes anything."""

    async def tick() -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _TICK_SECONDS
            await asyncio.sleep(_TICK_SECONDS)
            late.append(loop.time() - due)

    task = asyncio.create_task(tick())
    yield
    task.cancel()


async def order(loads: Sequence[PlatformLoad]) -> None:
    """Let each job be ordered by a person of its own, and wait until all run."""
    began = time.monotonic()
    for number in range(JOBS):
        load, stream = loads[number % 2], f"clip{number}"
        place = load.chats[number // 2 % len(load.chats)]
        load.orders.append(give(load.bench, place, "video", prompt(stream, _EVENTS), stream))
        await asyncio.sleep(began + (number + 1) / _ORDERS_PER_SECOND - time.monotonic())
    root, longest = loads[0].bench.root, time.monotonic() + _LONGEST_SECONDS
    while (count := await running(root)) < JOBS and time.monotonic() < longest:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(1)
    print(f"{count:,} of {JOBS:,} jobs run")


async def ask(loads: Sequence[PlatformLoad]) -> None:
    """Give commands one after the other, in chats where jobs run."""
    began = time.monotonic()
    for number in range(_COMMANDS):
        load = loads[number % 2]
        place = load.chats[number // 2 % len(load.chats)]
        load.questions.append(give(load.bench, place, "status", "", f"curious{number}"))
        await asyncio.sleep(began + (number + 1) / _COMMANDS_PER_SECOND - time.monotonic())


def describe(
    load: PlatformLoad, asked: Sequence[TimedCommand], began: float, ended: float
) -> None:
    """Print the row."""
    answers = acknowledged(load.bench)
    waits = [answers.get(each.id, inf) - each.at for each in asked]
    kept = [wait for wait in waits if not isinf(wait)]
    writes = [each for each in written(load.bench) if began <= each.at < ended]
    most = max(Counter(int(each.at) for each in writes).values(), default=0)
    slow = percentile_99(kept) if kept else inf
    print_row(
        f"{load.name}, {'orders' if asked is load.orders else '/status while all run'}",
        str(len(load.chats)),
        f"{len(asked)}, {len(waits) - len(kept)}",
        f"{median(kept) * 1000:.0f} ms, {slow * 1000:.0f} ms" if kept else "",
        verdict(is_met=slow < AIM_SECONDS and len(kept) == len(waits)),
        f"{len(writes) / (ended - began):.0f}, {most} of {WRITES_PER_SECOND[load.name]}",
        str(refused(each.status for each in writes)),
    )


@dataclass(frozen=True, slots=True)
class Processor:
    """What the bot has got of the processors, and for how long its main thread stood in line.

    Where both together are as much as went by, other programs have made it slow.
    """

    cpu: float
    queued: float

    @classmethod
    def of(cls, process: psutil.Process) -> Self:
        """So far, in seconds; the kernel counts nanoseconds."""
        line = Path(f"/proc/{process.pid}/schedstat").read_text(encoding="ascii")
        return cls(spent(process), int(line.split()[1]) / 1e9)

    def since(self, before: "Processor", seconds: float) -> str:
        """In words."""
        cpu, queued = self.cpu - before.cpu, self.queued - before.queued
        return f"{cpu / seconds:.0%} of a core, in line for one {queued / seconds:.0%} of the time"


def weight(process: psutil.Process) -> str:
    """What the bot holds."""
    return f"RSS {process.memory_info().rss / 1e6:.0f} MB, {process.num_fds():,} open files"


async def main() -> None:
    """Measure and print the table."""
    _, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_OPEN_FILES, allowed), allowed))
    loop = asyncio.get_running_loop()
    late = list[float]()
    async with open_crowd() as loads, loads[1].bench.bot() as process, lateness(late):
        for load in loads:
            await load.bench.until_connected(0)
        print(f"load average {os.getloadavg()[0]:.1f}; {weight(process)} before the first order")
        began, before = loop.time(), Processor.of(process)
        await order(loads)
        ordered, after = loop.time(), Processor.of(process)
        print(f"while they are ordered: {after.since(before, ordered - began)}")
        await ask(loads)
        await asyncio.sleep(AIM_SECONDS)
        ended = loop.time()
        took = Processor.of(process).since(after, ended - ordered)
        print(f"while all run: {took}; {weight(process)}")
        slow = percentile_99(late)
        print(f"the stand-ins themselves are late by {median(late):.3f} s, p99 {slow:.3f} s")
        print_head(*_HEADS)
        for load in loads:
            describe(load, load.orders, began, ordered)
            describe(load, load.questions, ordered, ended)


if __name__ == "__main__":
    asyncio.run(main())
