"""Pictures and videos at Telegram, lent as files as long as they are looked at."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bots.attachments import NotFetchedError, check_promise, fetch_to, insist
from bots.telegram.incoming import TelegramFile
from core.errors import UserError
from core.files.pictures import too_large


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramAttachment:
    """See `core.invocation.Attachment`.

    Attributes:
        videos: whether it may be a video.
        local: whether files may be named by their place on a disk that is ours too.
    """

    bot: Bot
    http: httpx.AsyncClient
    picture: TelegramFile
    videos: bool = False
    local: bool = False
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
            yield await insist(
                partial(self._fetch, Path(folder) / self.name),
                self.name,
                or_else="picture-not-fetched",
                pause_seconds=self.pause_seconds,
            )

    async def _fetch(self, path: Path) -> Path:
        place = await self._place()
        if self.local and await asyncio.to_thread(_is_file, place):
            return Path(place)
        if not place.startswith(("https://", "http://")):
            place = f"{self.bot.base_file_url}/{place.lstrip('/')}"
        await fetch_to(path, place, self.http)
        return path

    async def _place(self) -> str:
        try:
            file = await self.bot.get_file(self.picture.file_id)
        except BadRequest as error:
            if "too big" in error.message:
                raise too_large(self.name, self.picture.size_bytes) from error
            raise UserError("picture-not-fetched", name=self.name) from error
        except TelegramError as error:
            raise NotFetchedError(error.message) from error
        return file.file_path or ""


def _is_file(place: str) -> bool:
    """Whether an own server has named a file by its place on a disk that we see too."""
    path = Path(place)
    return path.is_absolute() and path.is_file()
