"""Pictures at Telegram, lent as files as long as they are looked at."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bots.telegram.incoming import Picture
from core.download import disk_errors
from core.errors import UserError

log = logging.getLogger(__name__)

# What core.pictures takes, and about what the cloud gives; an own server would give more.
_LIMIT_MB = 20
_LIMIT_BYTES = _LIMIT_MB * 1_000_000
_PIECE_BYTES = 262_144
_TRIES = 3
_TIMEOUT_SECONDS = 20.0


class _NotFetchedError(Exception):
    """The file did not come; the text has no address in it, for an address holds the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramPicture:
    """See `core.chat.Attachment`.

    Attributes:
        own_server: whether files may be named by their place on a disk that is ours too.
    """

    bot: Bot
    http: httpx.AsyncClient
    picture: Picture
    own_server: bool = False
    pause_seconds: float = 1.0

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
            yield await self._fetched(Path(folder) / self.name)

    async def _fetched(self, path: Path) -> Path:
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._fetch(path)
            except (TelegramError, _NotFetchedError) as error:
                log.warning("%s was not fetched: %s", self.name, error)
                if attempt < _TRIES:
                    await asyncio.sleep(self.pause_seconds)
        raise UserError("picture-not-fetched", name=self.name)

    async def _fetch(self, path: Path) -> Path:
        place = await self._place()
        if self.own_server and await asyncio.to_thread(_is_file, place):
            return Path(place)
        if not place.startswith(("https://", "http://")):
            place = f"{self.bot.base_file_url}/{place.lstrip('/')}"
        await self._stream(place, path)
        return path

    async def _place(self) -> str:
        try:
            file = await self.bot.get_file(self.picture.file_id)
        except BadRequest as error:
            if "too big" in error.message:
                raise self._too_large(self.picture.size_bytes) from error
            raise UserError("picture-not-fetched", name=self.name) from error
        return file.file_path or ""

    async def _stream(self, url: str, path: Path) -> None:
        """Write the body to disk piece by piece; the library would take it whole into memory."""
        size_bytes = 0
        try:
            async with self.http.stream("GET", url, timeout=_TIMEOUT_SECONDS) as answer:
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
            raise self._too_large(size_bytes)

    def _too_large(self, size_bytes: int) -> UserError:
        size_mb = max(-(-size_bytes // 1_000_000), _LIMIT_MB + 1)
        return UserError("picture-too-large", name=self.name, size_mb=size_mb, limit_mb=_LIMIT_MB)


def _is_file(place: str) -> bool:
    """Whether an own server has named a file by its place on a disk that we see too."""
    path = Path(place)
    return path.is_absolute() and path.is_file()
