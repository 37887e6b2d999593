"""`cliprelay run` on Discord: memory, and time from its start to the first acknowledgment."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil
from discord_scene import DiscordScene, open_scene
from scene import OURS, print_head, print_row, prompt

ROUNDS = 7
_QUIET_SECONDS = 1.0
_LONGEST_SECONDS = 60.0
_HEADS = (
    "",
    "start to connected: median",
    "start to first acknowledgment: least, median",
    "first start",
    "acknowledgment alone: median",
    "RSS idle",
    "after a command",
    "after a video",
)
_BARE = Path(__file__).parent / "bare_discord.py"


@dataclass(slots=True)
class Row:
    """One program, and what each of its starts took."""

    name: str
    command: tuple[str, ...]
    connected: list[float] = field(default_factory=list[float])
    seconds: list[float] = field(default_factory=list[float])
    waits: list[float] = field(default_factory=list[float])
    megabytes: list[float] = field(default_factory=list[float])


async def start(scene: DiscordScene, row: Row) -> None:
    """Start it, and give a command as soon as it is connected: sooner nobody would be heard."""
    discord, before = scene.discord, scene.discord.gateway.identified
    channel = scene.guild.create_text_channel("start")
    who = scene.person("early")
    began = time.monotonic()
    async with scene.bot(*row.command):
        await scene.until_connected(before)
        row.connected.append(time.monotonic() - began)
        asked = scene.command(who, channel, "help")
        await discord.until(lambda: discord.called(f"POST /interactions/{asked}/*"))
        (waited,) = scene.waits([asked])
        row.waits.append(waited)
        row.seconds.append(discord.asked[asked] + waited - began)
        await quiet(scene)


async def weigh(scene: DiscordScene, row: Row) -> None:
    """Start it with nothing to do; weigh it then, after one command and after one video."""
    before = scene.discord.gateway.identified
    channel, who = scene.guild.create_text_channel("scales"), scene.person("weigher")
    async with scene.bot(*row.command) as process:
        await scene.until_connected(before)
        await quiet(scene)
        row.megabytes.append(megabytes(process))
        scene.command(who, channel, "help")
        await quiet(scene)
        row.megabytes.append(megabytes(process))
        if row.command == OURS:
            scene.command(who, channel, "video", prompt("clip1", 10))
            await scene.until_taken(["clip1"], _LONGEST_SECONDS)
            await quiet(scene)
            row.megabytes.append(megabytes(process))


async def quiet(scene: DiscordScene) -> None:
    """Wait until the bot has done what it does."""
    seen = -1
    while seen != len(scene.discord.calls):
        seen = len(scene.discord.calls)
        await asyncio.sleep(_QUIET_SECONDS)


def megabytes(process: psutil.Process) -> float:
    """What of it lies in memory."""
    return process.memory_info().rss / 1e6


def describe(row: Row) -> None:
    """Print the row."""
    weights = [f"{weight:.0f} MB" for weight in row.megabytes]
    print_row(
        row.name,
        f"{median(row.connected):.2f} s",
        f"{min(row.seconds[1:]):.2f} s, {median(row.seconds[1:]):.2f} s",
        f"{row.seconds[0]:.2f} s",
        f"{median(row.waits) * 1000:.0f} ms",
        *weights,
        *[""] * (3 - len(weights)),
    )


async def main() -> None:
    """Measure in turns and print the table."""
    async with open_scene(1.0) as scene:
        discord = scene.discord
        bare = (str(_BARE), discord.token, discord.api, discord.gateway.url)
        rows = [Row("bare discord.py", bare), Row("`cliprelay run`", OURS)]
        for _ in range(ROUNDS):
            for row in rows:
                await start(scene, row)
        for row in rows:
            await weigh(scene, row)
    print_head(*_HEADS)
    for row in rows:
        describe(row)


if __name__ == "__main__":
    asyncio.run(main())
