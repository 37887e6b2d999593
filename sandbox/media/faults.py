"""The #words that spoil a download: each answers in place of the CDN."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.responses import RedirectResponse, Response

from sandbox.orders.refusals import CONSOLE_PAGE
from sandbox.slow_response import Performance, Stage

METADATA_SERVICE = "http://169.254.169.254/latest/meta-data/"
XML = "application/xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One download of a video. `nth` counts those of the order, from 1."""

    film: Callable[[], Awaitable[Path]]
    nth: int


def spoil(fetch: Fetch, words: dict[str, int | None]) -> Response | None:
    """What the prompt wants to be sent instead of the file, if anything."""
    for word, answer in DOWNLOADS.items():
        if word in words and (response := answer(fetch)):
            return response
    return None


def cdn_error(status: int, code: str, message: str) -> Response:
    """An error as object stores tell it."""
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Response(body, status, media_type=XML)


def _expired(_: Fetch) -> Response:
    return cdn_error(403, "AccessDenied", "Request has expired")


def _not_video(_: Fetch) -> Response:
    return Response(CONSOLE_PAGE, media_type="video/mp4")


def _redirect_private(_: Fetch) -> Response:
    return RedirectResponse(METADATA_SERVICE, 302)


def _truncated(fetch: Fetch) -> Response:
    return Performance(partial(_send_half, fetch))


def _truncated_once(fetch: Fetch) -> Response | None:
    return _truncated(fetch) if fetch.nth == 1 else None


async def _send_half(fetch: Fetch, stage: Stage) -> None:
    content = (await fetch.film()).read_bytes()
    await stage.open(200, {"content-type": "video/mp4", "content-length": str(len(content))})
    await stage.write(content[: len(content) // 2])
    await stage.hang_up()


DOWNLOADS: dict[str, Callable[[Fetch], Response | None]] = {
    "expired": _expired,
    "not-video": _not_video,
    "redirect-private": _redirect_private,
    "truncated": _truncated,
    "truncated-once": _truncated_once,
}
