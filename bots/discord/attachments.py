"""Pictures at Discord, lent as files as long as they are looked at."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bots.attachments import check_promise, fetch_to, insist
from bots.discord.carried import DiscordFile


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordAttachment:
    """See `core.platform.Attachment`."""

    http: httpx.AsyncClient
    picture: DiscordFile
    pause_seconds: float = 1.0

    @property
    def name(self) -> str:
        return self.picture.name

    @asynccontextmanager
    async def file(self) -> AsyncGenerator[Path]:
        """Fetch it; what cannot be used is refused before."""
        check_promise(self.name, self.picture.mime, self.picture.size_bytes)
        with TemporaryDirectory(prefix="cliprelay-") as folder:
            path = Path(folder) / self.name
            await insist(
                partial(fetch_to, path, self.picture.url, self.http),
                self.name,
                or_else="picture-not-fetched",
                pause_seconds=self.pause_seconds,
            )
            yield path
