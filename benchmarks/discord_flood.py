"""Five jobs in one channel under its limit: writes, refusals, gaps, how late the videos are."""

import asyncio
from dataclasses import dataclass
from io import BytesIO
from statistics import median

import discord
import httpx
from bare import listen, open_http
from discord_scene import DiscordScene, open_scene
from scene import print_head, print_row, prompt, refused, verdict
from simcord.builders import ChannelHandle

from tests.fakes.discord.server import pointed_at

JOBS = 5
EVENTS = 60
STREAM_SECONDS = 30.0
_LONGEST_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Five streams at once in a channel of their own."""

    name: str
    channel: ChannelHandle
    streams: tuple[str, ...]


def cast(scene: DiscordScene) -> tuple[Row, Row]:
    """The baseline and ours, so that both can play at the same time."""

    def row(name: str, numbers: range) -> Row:
        streams = tuple(f"clip{number}" for number in numbers)
        return Row(name=name, channel=scene.guild.create_text_channel(name), streams=streams)

    return row("bare", range(JOBS)), row("cliprelay", range(JOBS, 2 * JOBS))


async def relay(
    scene: DiscordScene,
    http: httpx.AsyncClient,
    channel: discord.PartialMessageable,
    stream: str,
) -> None:
    """What most bots do: edit for every event, one after the other; the library waits for room."""
    status = await channel.send(stream)
    heard: asyncio.Queue[float] = asyncio.Queue()
    wanted = prompt(stream, EVENTS)
    listening = asyncio.create_task(listen(http, scene.root, wanted, heard.put_nowait))
    for number in range(EVENTS):
        await heard.get()
        await status.edit(content=f"{stream}: {number}")
    await listening
    await channel.send(stream, file=discord.File(BytesIO(b"a film"), "film.mp4"))


async def play(scene: DiscordScene, bare: Row, ours: Row) -> None:
    """Run all streams at the same time, until each video is there."""
    before = scene.discord.gateway.identified
    client = discord.Client(intents=discord.Intents.none())
    async with open_http() as http, scene.bot(), client, asyncio.TaskGroup() as group:
        await client.login(scene.discord.token)
        channel = client.get_partial_messageable(bare.channel.id)
        await scene.until_connected(before)
        for stream in bare.streams:
            group.create_task(relay(scene, http, channel, stream))
        for stream in ours.streams:
            scene.command(scene.person(stream), ours.channel, "video", prompt(stream, EVENTS))
        await scene.until_taken((*bare.streams, *ours.streams), _LONGEST_SECONDS)


def describe(scene: DiscordScene, row: Row, *, is_ours: bool) -> None:
    """Print what came of it."""
    writes, gaps = scene.writes(row.channel), scene.gaps(row.channel)
    late = [scene.late(stream) for stream in row.streams]
    too_many = refused(call.status for call in writes)
    met = verdict(is_met=too_many == 0) if is_ours else ""
    print_row(
        row.name,
        str(len(writes) - too_many),
        str(too_many),
        met,
        f"{median(gaps):.1f} s, {max(gaps):.1f} s",
        f"{median(late):.1f} s, {max(late):.1f} s",
    )


async def main() -> None:
    """Measure and print the table."""
    async with open_scene(STREAM_SECONDS) as scene:
        bare, ours = cast(scene)
        with pointed_at(scene.discord):
            await play(scene, bare, ours)
        gap, video = "between edits of a message: median, most", "video after its stream"
        print_head("five jobs", "writes taken", "429s", "aim 0", gap, f"{video}: median, most")
        describe(scene, bare, is_ours=False)
        describe(scene, ours, is_ours=True)


if __name__ == "__main__":
    asyncio.run(main())
