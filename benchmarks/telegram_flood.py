"""A group under its write limit: writes, refusals, and how late the video is after its stream."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import httpx
from bare import listen, open_http
from scene import print_head, print_row, prompt, refused, verdict
from telegram import Bot
from telegram.error import RetryAfter
from telegram_scene import TelegramScene, open_scene

from tests.fakes.telegram.chat import TelegramChat

EVENTS = 120
STREAM_SECONDS = 30.0
AIM_SECONDS = 2.0
_LONGEST_SECONDS = 240.0
_GROUP = -1001234567890


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Some streams at once in a group of their own."""

    name: str
    chat: TelegramChat
    streams: tuple[str, ...]
    is_ours: bool


def cast(scene: TelegramScene) -> list[Row]:
    """Everybody in a group of their own, so that all can play at the same time."""

    def row(name: str, numbers: range, *, is_ours: bool) -> Row:
        chat = scene.telegram.group(_GROUP - numbers.start)
        streams = tuple(f"clip{number}" for number in numbers)
        return Row(name=name, chat=chat, streams=streams, is_ours=is_ours)

    return [
        row("bare, an edit for every event", range(1), is_ours=False),
        row("cliprelay", range(1, 2), is_ours=True),
        row("bare, three at once", range(2, 5), is_ours=False),
        row("cliprelay, three at once", range(5, 8), is_ours=True),
    ]


def order(scene: TelegramScene, row: Row) -> None:
    """Let a person for each stream write the command."""
    for stream in row.streams:
        person = scene.telegram.user(1000 + int(stream.removeprefix("clip")), stream)
        scene.telegram.say(row.chat, person, f"/video {prompt(stream, EVENTS)}")


async def relay(
    scene: TelegramScene, http: httpx.AsyncClient, bot: Bot, chat: TelegramChat, stream: str
) -> None:
    """What most bots do: edit for every event, and wait for room only when it matters."""
    status = await bot.send_message(chat.id, stream)
    heard: asyncio.Queue[float] = asyncio.Queue()
    wanted = prompt(stream, EVENTS)
    listening = asyncio.create_task(listen(http, scene.root, wanted, heard.put_nowait))
    for number in range(EVENTS):
        await heard.get()
        with suppress(RetryAfter):
            await bot.edit_message_text(f"{stream}: {number}", chat.id, status.message_id)
    await listening
    while True:
        try:
            await bot.send_video(chat.id, b"a film", caption=stream)
        except RetryAfter as error:
            pause = error.retry_after
            await asyncio.sleep(pause if isinstance(pause, int) else pause.total_seconds())
        else:
            return


async def play(scene: TelegramScene, rows: list[Row]) -> None:
    """Run all streams at the same time, until each video is there."""
    telegram = scene.telegram
    bot = Bot(telegram.token, base_url=f"{telegram.url}/bot")
    async with open_http() as http, scene.bot(), bot, asyncio.TaskGroup() as group:
        await telegram.until(lambda: telegram.called("getUpdates"))
        for row in rows:
            if row.is_ours:
                order(scene, row)
                continue
            for stream in row.streams:
                group.create_task(relay(scene, http, bot, row.chat, stream))
        streams = [stream for row in rows for stream in row.streams]
        await scene.until_taken(streams, _LONGEST_SECONDS)


def describe(scene: TelegramScene, row: Row) -> None:
    """Print what came of it."""
    writes = scene.writes(row.chat)
    late = max(scene.late(stream) for stream in row.streams)
    too_many = refused(call.status for call in writes)
    told = verdict(is_met=too_many == 0 and late <= AIM_SECONDS) if row.is_ours else ""
    print_row(row.name, str(len(writes) - too_many), str(too_many), f"{late:.1f} s", told)


async def main() -> None:
    """Measure and print the table."""
    async with open_scene(STREAM_SECONDS) as scene:
        rows = cast(scene)
        await play(scene, rows)
        video = "video after the stream"
        print_head("", "writes taken", "429s", video, f"aim 0 and <= {AIM_SECONDS:g} s")
        for row in rows:
            describe(scene, row)


if __name__ == "__main__":
    asyncio.run(main())
