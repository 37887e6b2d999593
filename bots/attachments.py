"""What comes along from a platform: on our disk already, or fetched to it piece by piece."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

import httpx

from core.bodies import DecodedTooLargeError, body_of
from core.errors import UserError
from core.files.disk import disk_errors
from core.files.pictures import LIMIT_BYTES, check_size, too_large
from core.media import Asset

log = logging.getLogger(__name__)
T = TypeVar("T")

_PIECE_BYTES = 262_144
_TRIES = 3
_TIMEOUT_SECONDS = 20.0
_WHOLE_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFile:
    """A file on this machine. See `core.invocation.Attachment`."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def file(self) -> AbstractAsyncContextManager[Path]:
        return nullcontext(self.path)


async def kept_of(assets: Iterable[Asset]) -> tuple[LocalFile, ...]:
    """Those that are still on our disk."""
    return await asyncio.to_thread(_kept, tuple(assets))


def _kept(assets: Iterable[Asset]) -> tuple[LocalFile, ...]:
    return tuple(LocalFile(path=asset.path) for asset in assets if asset.path.is_file())


class NotFetchedError(Exception):
    """A file could not be fetched; the text names no address, since addresses are secrets."""


def check_promise(name: str, mime: str, size_bytes: int, *, videos: bool) -> None:
    """Raise UserError for what cannot be used, as far as the platform tells before a byte came."""
    if mime.startswith("video/") and not videos:
        raise UserError("picture-video", name=name)
    check_size(name, size_bytes)


async def fetch_to(path: Path, url: str, http: httpx.AsyncClient) -> None:
    """Write a body to disk piece by piece: both platforms' libraries take it whole into memory.

    Raises:
        NotFetchedError: it did not come, or not whole.
        UserError: it is too large.
        StorageError: it cannot be written.
    """
    try:
        async with (
            asyncio.timeout(_WHOLE_SECONDS),
            http.stream("GET", url, timeout=_TIMEOUT_SECONDS) as answer,
        ):
            if answer.status_code != HTTPStatus.OK:
                raise NotFetchedError(f"HTTP {answer.status_code}")
            with disk_errors(ordered=False), path.open("wb") as file:
                async for piece in body_of(answer, LIMIT_BYTES, least_bytes=_PIECE_BYTES):
                    # A slow disk must not hold up everybody's progress.
                    await asyncio.to_thread(file.write, piece)
    except DecodedTooLargeError:
        raise too_large(path.name, LIMIT_BYTES + 1) from None
    except (httpx.HTTPError, TimeoutError) as error:
        # from None: the chained error has the address in it, which opens the file.
        raise NotFetchedError(type(error).__name__) from None


async def insist(
    fetch: Callable[[], Awaitable[T]], name: str, *, or_else: str, pause_seconds: float
) -> T:
    """Fetch, retrying for a while; then raise the UserError `or_else`."""
    for attempt in range(1, _TRIES + 1):
        try:
            return await fetch()
        except NotFetchedError as error:
            log.warning("%s was not fetched: %s", name, error)
            if attempt < _TRIES:
                await asyncio.sleep(pause_seconds)
    raise UserError(or_else, name=name)
