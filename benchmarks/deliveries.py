"""Two hundred private chats at once: refusals, how late the videos are, CPU time of the bot."""

import asyncio
from dataclasses import dataclass

import psutil

from benchmarks.bot_bench import prompt
from benchmarks.tables import print_head, print_row, refused, spread
from benchmarks.telegram_bench import TelegramBench, open_telegram_bench

CHATS = 200
_LONGEST_SECONDS = 300.0
_ROWS = (
    "streams at once",
    "writes",
    "429s (aim 0)",
    "video after the stream: median, p99",
    "of it, fetching",
    "of it, looking into it: waiting and a child process",
    "of it, posting",
    "CPU of the bot: all, per write",
    "CPU of its children: all, per video",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Two hundred orders within `order_seconds`, each for a stream of `stream_seconds`."""

    name: str
    order_seconds: float
    stream_seconds: float
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuSeconds:
    """Spent by the bot, and by the children that look into its videos."""

    bot: float
    children: float


WAVES = (
    Wave(name="all end at once", order_seconds=0, stream_seconds=60, events=60),
    Wave(name="one after the other", order_seconds=90, stream_seconds=100, events=100),
)


async def order(bench: TelegramBench, wave: Wave, streams: list[str]) -> None:
    """Let each person write the command, in a private chat of its own."""
    for stream in streams:
        bench.command(bench.open_place(stream), "video", prompt(stream, wave.events))
        await asyncio.sleep(wave.order_seconds / CHATS)


async def play(bench: TelegramBench, wave: Wave) -> CpuSeconds:
    """Run all streams until each video is there; tell what the bot has spent on them."""
    streams = names()
    async with bench.bot() as process:
        await bench.until_connected(0)
        before = _spent(process)
        await order(bench, wave, streams)
        await bench.until_posted(streams, wave.stream_seconds + _LONGEST_SECONDS)
        after = _spent(process)
    return CpuSeconds(bot=after.bot - before.bot, children=after.children - before.children)


def _spent(process: psutil.Process) -> CpuSeconds:
    times = process.cpu_times()
    children = times.children_user + times.children_system
    # What looks into files is forked and waited for by a child that lives on.
    for child in process.children(recursive=True):
        spent = child.cpu_times()
        children += spent.user + spent.system + spent.children_user + spent.children_system
    return CpuSeconds(bot=times.user + times.system, children=children)


def names() -> list[str]:
    """The streams."""
    return [f"clip{number}" for number in range(CHATS)]


def describe(bench: TelegramBench, spent: CpuSeconds) -> list[str]:
    """One column of the table."""
    writes = bench.wanted()
    ways = bench.deliveries(names())
    return [
        str(bench.journal.most_at_once),
        f"{len(writes):,}",
        str(refused(call.status for call in writes)),
        spread([way.total for way in ways]),
        spread([way.fetch for way in ways]),
        spread([way.probe for way in ways]),
        spread([way.post for way in ways]),
        f"{spent.bot:.0f} s, {spent.bot / len(writes) * 1000:.1f} ms",
        f"{spent.children:.0f} s, {spent.children / CHATS:.2f} s",
    ]


async def main() -> None:
    """Measure and print the table."""
    columns: list[list[str]] = []
    for wave in WAVES:
        async with open_telegram_bench(wave.stream_seconds, concurrency=CHATS) as bench:
            spent = await play(bench, wave)
            columns.append(describe(bench, spent))
    print_head(f"{CHATS} private chats", *(wave.name for wave in WAVES))
    for name, *cells in zip(_ROWS, *columns, strict=True):
        print_row(name, *cells)


if __name__ == "__main__":
    asyncio.run(main())
