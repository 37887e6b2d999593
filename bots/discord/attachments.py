"""Pictures and videos at Discord, lent as files as long as they are looked at."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from bots.attachments import check_promise, fetch_to, insist
from bots.discord.carried import DiscordFile
from core.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordAttachment:
    """See `core.invocation.Attachment`.

    Attributes:
        videos: whether it may be a video.
    """

    http: httpx.AsyncClient
    picture: DiscordFile
    videos: bool = False
    pause_seconds: float = 1.0

    @property
    def name(self) -> str:
        return self.picture.name

    @asynccontextmanager
    async def file(self) -> AsyncGenerator[Path]:
        """Fetch it; what cannot be used is refused before."""
        picture = self.picture
        check_promise(picture.name, picture.mime, picture.size_bytes, videos=self.videos)
        with TemporaryDirectory(prefix="cliprelay-") as folder:
            path = Path(folder) / self.name
            await insist(
                partial(fetch_to, path, self.picture.url, self.http),
                self.name,
                or_else="picture-not-fetched",
                pause_seconds=self.pause_seconds,
            )
            yield path


def attachments(
    http: httpx.AsyncClient, files: Iterable[DiscordFile], command: Command[Any] | None
) -> tuple[DiscordAttachment, ...]:
    """What is lent to a command."""
    videos = command is not None and command.videos
    return tuple(DiscordAttachment(http=http, picture=file, videos=videos) for file in files)
