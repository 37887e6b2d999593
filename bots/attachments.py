"""Fetches pictures from a platform to our disk, piece by piece, unless they are too large."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

import httpx

from core.bodies import DecodedTooLargeError, body_of
from core.errors import UserError
from core.files.disk import disk_errors
from core.files.pictures import LIMIT_BYTES, check_size, too_large

log = logging.getLogger(__name__)
T = TypeVar("T")

_PIECE_BYTES = 262_144
_TRIES = 3
_TIMEOUT_SECONDS = 20.0
_WHOLE_SECONDS = 300.0


class NotFetchedError(Exception):
    """A file could not be fetched; the text names no address, since addresses are secrets."""


def check_promise(name: str, mime: str, size_bytes: int) -> None:
    """Raise UserError for what cannot be used, as far as the platform tells before a byte came."""
    if mime.startswith("video/"):
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
