"""Pictures at Discord, lent as files as long as they are looked at."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bots.discord.incoming import Picture
from bots.pictures import check_promise, fetch_to, insist


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordPicture:
    """See `core.chat.Attachment`."""

    http: httpx.AsyncClient
    picture: Picture
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
                or_else="attachment-not-fetched",
                pause_seconds=self.pause_seconds,
            )
            yield path
