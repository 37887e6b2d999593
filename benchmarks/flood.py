"""Jobs in one chat that takes few writes: writes, refusals, gaps, how late the videos are."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.bare_client import listen, open_http
from benchmarks.bot_bench import BarePoster, BotBench, prompt
from benchmarks.discord_bench import open_discord_bench
from benchmarks.tables import print_head, print_row, refused, verdict
from benchmarks.telegram_bench import open_telegram_bench

STREAM_SECONDS = 30.0
_LONGEST_SECONDS = 600.0
_HEADS = (
    "writes taken",
    "429s",
    "aim 0",
    "between edits of a message: median, most",
    "video after its stream: median, most",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A bot with some streams at once, in a chat of its own."""

    name: str
    place: int
    streams: tuple[str, ...]
    is_ours: bool


def cast(bench: BotBench, *counts: int) -> list[Contender]:
    """A bare bot and ours for each number of streams, so that all can play at the same time."""
    found: list[Contender] = []
    numbers = iter(range(1000))
    for count in counts:
        for is_ours in (False, True):
            streams = tuple(f"clip{next(numbers)}" for _ in range(count))
            name = f"{'cliprelay' if is_ours else 'bare'}, {count} at once"
            place = bench.open_place(name, shared=True)
            found.append(Contender(name=name, place=place, streams=streams, is_ours=is_ours))
    return found


Listen = Callable[[str, Callable[[float], None]], Coroutine[None, None, None]]


async def relay(
    poster: BarePoster, place: int, stream: str, events: int, listen_to: Listen
) -> None:
    """What most bots do: edit for every event, one after the other, and post the video then."""
    await poster.send(place, stream)
    heard: asyncio.Queue[float] = asyncio.Queue()
    listening = asyncio.create_task(listen_to(stream, heard.put_nowait))
    for number in range(events):
        await heard.get()
        await poster.edit(f"{stream}: {number}")
    await listening
    await poster.post(place, stream)


async def play(bench: BotBench, contenders: Sequence[Contender], events: int) -> None:
    """Run all streams at the same time, until each video is there."""
    before = bench.connections

    async def listen_to(stream: str, heard: Callable[[float], None]) -> None:
        await listen(http, bench.root, prompt(stream, events), heard)

    async with (
        open_http() as http,
        bench.bot(),
        bench.bare_posters() as poster,
        asyncio.TaskGroup() as group,
    ):
        await bench.until_connected(before)
        for each in contenders:
            for stream in each.streams:
                if each.is_ours:
                    bench.command(each.place, "video", prompt(stream, events), who=stream)
                else:
                    group.create_task(relay(poster(), each.place, stream, events, listen_to))
        streams = [stream for each in contenders for stream in each.streams]
        await bench.until_posted(streams, _LONGEST_SECONDS)


def describe(bench: BotBench, contender: Contender) -> None:
    """Print what came of it."""
    writes, gaps = bench.writes(contender.place), bench.gaps(contender.place)
    late = [bench.late(stream) for stream in contender.streams]
    too_many = refused(write.status for write in writes)
    print_row(
        contender.name,
        str(len(writes) - too_many),
        str(too_many),
        verdict(is_met=too_many == 0) if contender.is_ours else "",
        f"{median(gaps):.1f} s, {max(gaps):.1f} s",
        f"{median(late):.1f} s, {max(late):.1f} s",
    )


async def measure(bench: BotBench, events: int, *counts: int) -> None:
    """Measure and print the table of one platform."""
    contenders = cast(bench, *counts)
    await play(bench, contenders, events)
    print_head(f"{events} events in {STREAM_SECONDS:g} s", *_HEADS)
    for each in contenders:
        describe(bench, each)


async def main() -> None:
    """Do that on both platforms."""
    async with open_telegram_bench(STREAM_SECONDS) as telegram:
        await measure(telegram, 120, 1, 3)
    async with open_discord_bench(STREAM_SECONDS) as discord:
        await measure(discord, 60, 5)


if __name__ == "__main__":
    asyncio.run(main())
