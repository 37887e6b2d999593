"""Pictures at Discord, lent as files as long as they are looked at."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bots.discord.incoming import Picture
from core.download import disk_errors
from core.errors import UserError

log = logging.getLogger(__name__)

# What core.pictures takes.
_LIMIT_MB = 20
_LIMIT_BYTES = _LIMIT_MB * 1_000_000
_PIECE_BYTES = 262_144
_TRIES = 3
_PAUSE_SECONDS = 1.0
_TIMEOUT_SECONDS = 20.0


class _NotFetchedError(Exception):
    """The file did not come; the text has no address in it, for addresses are signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordPicture:
    """See `core.chat.Attachment`."""

    http: httpx.AsyncClient
    picture: Picture

    @property
    def name(self) -> str:
        return self.picture.name

    @asynccontextmanager
    async def file(self) -> AsyncGenerator[Path]:
        """Fetch it; what cannot be used is refused before."""
        if self.picture.mime.startswith("video/"):
            raise UserError("picture-video", name=self.name)
        self._check(self.picture.size_bytes)
        with TemporaryDirectory(prefix="cliprelay-") as folder:
            path = Path(folder) / self.name
            await self._fetch(path)
            yield path

    async def _fetch(self, path: Path) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._stream(path)
            except _NotFetchedError as error:
                log.warning("%s was not fetched: %s", self.name, error)
                if attempt < _TRIES:
                    await asyncio.sleep(_PAUSE_SECONDS)
        raise UserError("attachment-not-fetched", name=self.name)

    async def _stream(self, path: Path) -> None:
        """Write the body to disk piece by piece; the library would take it whole into memory."""
        size_bytes = 0
        try:
            async with self.http.stream(
                "GET", self.picture.url, timeout=_TIMEOUT_SECONDS
            ) as answer:
                if answer.status_code != HTTPStatus.OK:
                    raise _NotFetchedError(f"HTTP {answer.status_code}")
                with disk_errors(), path.open("wb") as file:
                    async for piece in answer.aiter_bytes(_PIECE_BYTES):
                        size_bytes += len(piece)
                        self._check(size_bytes)
                        await asyncio.to_thread(file.write, piece)
        except httpx.HTTPError as error:
            raise _NotFetchedError(type(error).__name__) from None

    def _check(self, size_bytes: int) -> None:
        if size_bytes > _LIMIT_BYTES:
            size_mb = max(-(-size_bytes // 1_000_000), _LIMIT_MB + 1)
            raise UserError(
                "picture-too-large", name=self.name, size_mb=size_mb, limit_mb=_LIMIT_MB
            )
