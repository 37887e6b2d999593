"""The #words that spoil a download: each answers in place of the CDN."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.responses import RedirectResponse, Response

from sandbox.orders.refusals import CONSOLE_PAGE
from sandbox.slow_response import ClientConnection, SlowResponse

METADATA_SERVICE = "http://169.254.169.254/latest/meta-data/"
XML = "application/xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One download of a file. `nth` counts those of the order, from 1."""

    render: Callable[[], Awaitable[Path]]
    nth: int


def spoil(download: Download, words: dict[str, int | None]) -> Response | None:
    """What the prompt wants to be sent instead of the file, if anything."""
    for word, answer in DOWNLOADS.items():
        if word in words and (response := answer(download)):
            return response
    return None


def cdn_error(status: int, code: str, message: str) -> Response:
    """An error as object stores tell it."""
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Response(body, status, media_type=XML)


def _expired(_: Download) -> Response:
    return cdn_error(403, "AccessDenied", "Request has expired")


def _not_video(_: Download) -> Response:
    return Response(CONSOLE_PAGE, media_type="video/mp4")


def _redirect_private(_: Download) -> Response:
    return RedirectResponse(METADATA_SERVICE, 302)


def _truncated(download: Download) -> Response:
    return SlowResponse(partial(_send_half, download))


def _truncated_once(download: Download) -> Response | None:
    return _truncated(download) if download.nth == 1 else None


async def _send_half(download: Download, connection: ClientConnection) -> None:
    content = (await download.render()).read_bytes()
    await connection.open(200, {"content-type": "video/mp4", "content-length": str(len(content))})
    await connection.write(content[: len(content) // 2])
    await connection.hang_up()


DOWNLOADS: dict[str, Callable[[Download], Response | None]] = {
    "expired": _expired,
    "not-video": _not_video,
    "redirect-private": _redirect_private,
    "truncated": _truncated,
    "truncated-once": _truncated_once,
}
