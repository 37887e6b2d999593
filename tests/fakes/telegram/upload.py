"""A process that uploads: `python -m tests.fakes.telegram.upload URL TOKEN CHAT FILE...`.

After each file it says how much memory it has used at most, in bytes.
"""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bots.telegram.connection import TelegramAccount, connect
from bots.telegram.conversation import NAME, TelegramPlatform
from core.media import Asset, MediaKind
from core.platform import ConversationRef, MediaPost, View
from tests.fakes.cli import ROOT, environment

# The process that uploads has no use for the stand-in.
if TYPE_CHECKING:
    from tests.fakes.telegram.server import TelegramServer


async def peak_memory(telegram: "TelegramServer", chat: int, *files: Path) -> list[int]:
    """Upload the files in a process of their own; gives the bytes that it had after each."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.telegram.upload"),
        *(telegram.url, telegram.token, str(chat), *map(str, files)),
        cwd=ROOT,
        env=environment({}),
        stdout=PIPE,
    )
    out, _ = await process.communicate()
    return [int(line) for line in out.split()]


async def main(url: str, token: str, chat: str, *files: str) -> None:
    """Upload one after the other."""
    async with connect(TelegramAccount(token=SecretStr(token), api_url=url)) as bot:
        platform = TelegramPlatform(bot=bot)
        conversation = platform.conversation(ConversationRef(platform=NAME, chat=chat))
        for file in map(Path, files):
            await conversation.deliver(_post(file), replacing=None)
            sys.stdout.write(f"{_peak_bytes()}\n")


def _post(file: Path) -> MediaPost:
    asset = Asset(
        kind=MediaKind.VIDEO,
        path=file,
        mime="video/mp4",
        size_bytes=file.stat().st_size,
        width=64,
        height=64,
    )
    return MediaPost(key=file.name, assets=(asset,), view=View(text=file.name))


def _peak_bytes() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    assert found
    return int(found[1]) * 1024


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
