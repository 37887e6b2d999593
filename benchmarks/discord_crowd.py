"""Five hundred running jobs: how long a command waits for its acknowledgment."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import psutil
from discord_scene import DiscordScene, open_scene
from scene import OURS, print_head, print_row, prompt, refused, verdict
from simcord.builders import ChannelHandle

JOBS = 500
COMMANDS = 500
AIM_SECONDS = 1.0
_EVENTS = 60
_STREAM_SECONDS = 240.0
_ORDERS_PER_SECOND = 20
_COMMANDS_PER_SECOND = 10
_LONGEST_SECONDS = 120.0
_BARE = Path(__file__).parent / "bare_discord.py"
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
    command: tuple[str, ...]
    jobs: int
    channels: int


async def fill(scene: DiscordScene, crowd: Crowd) -> list[ChannelHandle]:
    """Let each job be ordered by a person of its own, and wait until all run."""
    text = scene.guild.create_text_channel
    channels = [text(f"{crowd.name}-{number}") for number in range(crowd.channels)]
    for number in range(crowd.jobs):
        stream = f"clip{number}"
        where = channels[number % crowd.channels]
        scene.command(scene.person(stream), where, "video", prompt(stream, _EVENTS))
        await asyncio.sleep(1 / _ORDERS_PER_SECOND)
    async with asyncio.timeout(_LONGEST_SECONDS):
        while scene.journal.running < crowd.jobs:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.2)
    return channels


async def ask(scene: DiscordScene, channels: Sequence[ChannelHandle]) -> list[int]:
    """Give commands one after the other, each in another channel."""
    asked: list[int] = []
    curious = [scene.person(f"curious{number}") for number in range(50)]
    for number in range(COMMANDS):
        who, where = curious[number % len(curious)], channels[number % len(channels)]
        asked.append(scene.command(who, where, "status"))
        await asyncio.sleep(1 / _COMMANDS_PER_SECOND)
    return asked


async def play(crowd: Crowd) -> None:
    """Print what came of it. The jobs are left alone when the commands have been answered."""
    async with open_scene(_STREAM_SECONDS, concurrency=JOBS) as scene:
        discord = scene.discord
        command = crowd.command
        if command != OURS:
            command = (*command, discord.token, discord.api, discord.gateway.url)
        async with scene.bot(*command) as process:
            await scene.until_connected(0)
            channels = await fill(scene, crowd)
            discord.calls.clear()
            before, began = spent(process), asyncio.get_running_loop().time()
            asked = await ask(scene, channels)
            await asyncio.sleep(AIM_SECONDS)
            seconds = asyncio.get_running_loop().time() - began
            busy = (spent(process) - before) / seconds
            megabytes = process.memory_info().rss / 1e6
            describe(scene, crowd, asked, seconds, f"{busy:.0%}", f"{megabytes:.0f} MB")


def describe(
    scene: DiscordScene, crowd: Crowd, asked: list[int], seconds: float, *more: str
) -> None:
    """Print the row."""
    waits = scene.waits(asked)
    # Answers to interactions are no part of Discord's 50 a second.
    writes = scene.discord.called("* /channels/*/messages*")
    each_second = Counter(int(call.at) for call in writes)
    most = max(each_second.values(), default=0)
    slow = quantiles(waits, n=100)[98]
    print_row(
        crowd.name,
        str(scene.journal.running),
        str(crowd.channels),
        f"{median(waits) * 1000:.0f} ms, {slow * 1000:.0f} ms",
        verdict(is_met=slow < AIM_SECONDS) if crowd.command == OURS else "",
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
    await play(Crowd(name="bare, only defers", command=(str(_BARE),), jobs=0, channels=50))
    await play(Crowd(name="idle", command=OURS, jobs=0, channels=50))
    await play(Crowd(name="ten jobs a channel", command=OURS, jobs=JOBS, channels=50))
    await play(Crowd(name="one job a channel", command=OURS, jobs=JOBS, channels=JOBS))


if __name__ == "__main__":
    asyncio.run(main())
