"""Media as they are sent to browsers: whole or from somewhere on, to so many at a time."""

import asyncio
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from bots.web.rendering import ASSETS, asset

_NOT_MODIFIED = 304
_NOWHERE = 404
_BUSY = 503
# Whoever has seen it may see it again for so long after it was taken back.
_CACHED = "private, max-age=600, must-revalidate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedFile:
    """A file that may be sent, and what it is.

    Attributes:
        otherwise: what is sent where this one is not there; None for nothing.
    """

    path: Path
    mime: str
    otherwise: "ServedFile | None" = None


class Seats:
    """How many may be sent a file at once, so that they leave room for those who call the bot."""

    def __init__(self, most: int) -> None:
        self._free = most

    @property
    def are_taken(self) -> bool:
        """Whether the next one has to come again later."""
        return self._free <= 0

    @contextmanager
    def taken(self) -> Generator[None]:
        """Have one while the block runs."""
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


class _SentFile(FileResponse):
    """A file on its way. Who asks for several parts at once is sent all of it."""

    max_ranges = 1

    def __init__(
        self, served: ServedFile, status: os.stat_result, seats: Seats, name: str
    ) -> None:
        super().__init__(
            served.path,
            media_type=served.mime,
            stat_result=status,
            filename=name or None,
            content_disposition_type="attachment" if name else "inline",
            headers={"Cache-Control": _CACHED},
        )
        self._seats = seats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        with self._seats.taken():
            await super().__call__(_understood(scope), receive, send)


async def sent(
    request: Request, served: ServedFile, seats: Seats, *, save_as: str = ""
) -> Response | None:
    """The answer to who asks for a file; None where it is not there.

    `save_as` is what a browser calls it that is to keep it and not to show it.
    """
    status = await asyncio.to_thread(_status, served.path)
    if status is None:
        return None
    if seats.are_taken:
        headers = {"Retry-After": "10", "Connection": "close"}
        return PlainTextResponse("busy", status_code=_BUSY, headers=headers)
    file = _SentFile(served, status, seats, save_as)
    if _has(request.headers.get("if-none-match", ""), file.headers["etag"]):
        kept = {name: file.headers[name] for name in ("etag", "cache-control")}
        return Response(status_code=_NOT_MODIFIED, headers=kept)
    return file


async def send_asset(request: Request) -> Response:
    """Send what all pages are made with."""
    name = request.path_params["name"]
    data = asset(name)
    if data is None:
        return PlainTextResponse("not found", status_code=_NOWHERE)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(data, media_type=ASSETS[name], headers=headers)


def _understood(scope: Scope) -> Scope:
    """The same without a range that counts for nothing: with HEAD, or in no bytes."""

    def counts(name: bytes, value: bytes) -> bool:
        is_range = scope["method"] == "GET" and value.lower().startswith(b"bytes=")
        return name != b"range" or is_range

    return {**scope, "headers": [each for each in scope["headers"] if counts(*each)]}


def _has(said: str, etag: str) -> bool:
    """Whether a browser has this already; proxies that pack what they pass on call it weak."""
    return etag in {each.strip().removeprefix("W/") for each in said.split(",")}


def _status(path: Path) -> os.stat_result | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status if S_ISREG(status.st_mode) else None
