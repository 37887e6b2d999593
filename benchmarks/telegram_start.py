"""`cliprelay run` as a process: memory when idle, and time from its start to the first answer."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil
from scene import OURS, print_head, print_row, prompt, verdict
from telegram_scene import TelegramScene, open_scene

ROUNDS = 7
AIM_MEGABYTES = 110
AIM_SECONDS = 2.0
_QUIET_SECONDS = 1.0
_LONGEST_SECONDS = 60.0
_HEADS = (
    "",
    "start to first answer: least, median",
    "first start",
    "RSS idle",
    "after a command",
    "after a video",
    "on its first start",
)
_BARE = Path(__file__).parent / "bare_bot.py"


@dataclass(slots=True)
class Row:
    """One program, and what each of its starts took."""

    name: str
    command: tuple[str, ...]
    seconds: list[float] = field(default_factory=list[float])
    megabytes: list[float] = field(default_factory=list[float])
    idle: float = 0.0
    after_command: float = 0.0
    after_video: float = 0.0


async def start(scene: TelegramScene, row: Row) -> None:
    """Start it while a command waits for it; count until its answer comes in."""
    telegram = scene.telegram
    person = telegram.user(1000 + len(telegram.world.chats))  # in whose chat there is room
    telegram.say(telegram.private(person), person, "/help")
    telegram.calls.clear()
    began = time.monotonic()
    async with scene.bot(*row.command) as process:
        await telegram.until(lambda: telegram.called("sendMessage"))
        row.seconds.append(telegram.called("sendMessage")[0].at - began)
        await quiet(scene)
        row.megabytes.append(megabytes(process))


async def weigh(scene: TelegramScene, row: Row) -> None:
    """Start it with nothing to do; weigh it then, after one command and after one video."""
    telegram = scene.telegram
    person = telegram.user(1000 + len(telegram.world.chats))
    chat = telegram.private(person)
    telegram.calls.clear()
    async with scene.bot(*row.command) as process:
        await telegram.until(lambda: telegram.called("getUpdates"))
        await quiet(scene)
        row.idle = megabytes(process)
        telegram.say(chat, person, "/help")
        await telegram.until(lambda: telegram.called("sendMessage"))
        await quiet(scene)
        row.after_command = megabytes(process)
        if row.command != OURS:
            return
        telegram.say(chat, person, f"/video {prompt('clip1', 10)}")
        await scene.until_taken(["clip1"], _LONGEST_SECONDS)
        await quiet(scene)
        row.after_video = megabytes(process)


async def quiet(scene: TelegramScene) -> None:
    """Wait until the bot has done what it does at its start."""
    seen = -1
    while seen != len(scene.telegram.calls):
        seen = len(scene.telegram.calls)
        await asyncio.sleep(_QUIET_SECONDS)


def megabytes(process: psutil.Process) -> float:
    """What of it lies in memory."""
    return process.memory_info().rss / 1e6


def describe(row: Row) -> None:
    """Print the row."""
    first, *others = row.seconds
    weights = (row.idle, row.after_command, row.after_video, row.megabytes[0])
    print_row(
        row.name,
        f"{min(others):.2f} s, {median(others):.2f} s",
        f"{first:.2f} s",
        *(f"{weight:.0f} MB" if weight else "" for weight in weights),
    )


async def main() -> None:
    """Measure in turns and print the table."""
    async with open_scene(1.0) as scene:
        bare = (str(_BARE), scene.telegram.token, scene.telegram.url)
        rows = [Row("bare python-telegram-bot", bare), Row("`cliprelay run`", OURS)]
        for _ in range(ROUNDS):
            for row in rows:
                await start(scene, row)
        for row in rows:
            await weigh(scene, row)
    print_head(*_HEADS)
    for row in rows:
        describe(row)
    ours = rows[1]
    soon = verdict(is_met=median(ours.seconds[1:]) <= AIM_SECONDS)
    lean = verdict(is_met=max(ours.idle, ours.after_command) <= AIM_MEGABYTES)
    print_row(
        "aim", f"<= {AIM_SECONDS:g} s, {soon}", "", f"<= {AIM_MEGABYTES} MB, {lean}", "", "", ""
    )


if __name__ == "__main__":
    asyncio.run(main())
