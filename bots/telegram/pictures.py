"""Pictures at Telegram, lent as files as long as they are looked at."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bots.telegram.incoming import Picture
from core.errors import UserError

log = logging.getLogger(__name__)

_LIMIT_MB = 20
_TRIES = 3
_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramPicture:
    """See `core.chat.Attachment`."""

    bot: Bot
    picture: Picture

    @property
    def name(self) -> str:
        return self.picture.name

    @asynccontextmanager
    async def file(self) -> AsyncGenerator[Path]:
        """Fetch it; what cannot be used is refused before."""
        self._check()
        with TemporaryDirectory(prefix="cliprelay-") as folder:
            path = Path(folder) / self.name
            await asyncio.to_thread(path.write_bytes, await self._fetch())
            yield path

    def _check(self) -> None:
        if self.picture.mime.startswith("video/"):
            raise UserError("picture-video", name=self.name)
        if self.picture.size_bytes > _LIMIT_MB * 1_000_000:
            raise self._too_large()

    async def _fetch(self) -> bytes:
        for _ in range(_TRIES - 1):
            try:
                return await self._fetch_once()
            except TelegramError as error:
                log.warning("%s was not fetched: %s", self.name, error)
                await asyncio.sleep(_PAUSE_SECONDS)
        try:
            return await self._fetch_once()
        except TelegramError as error:
            raise UserError("picture-not-fetched", name=self.name) from error

    async def _fetch_once(self) -> bytes:
        try:
            file = await self.bot.get_file(self.picture.file_id)
            return bytes(await file.download_as_bytearray())
        except BadRequest as error:
            if "too big" in error.message:
                raise self._too_large() from error
            raise UserError("picture-not-fetched", name=self.name) from error

    def _too_large(self) -> UserError:
        size_mb = max(-(-self.picture.size_bytes // 1_000_000), _LIMIT_MB + 1)
        return UserError("picture-too-large", name=self.name, size_mb=size_mb, limit_mb=_LIMIT_MB)
