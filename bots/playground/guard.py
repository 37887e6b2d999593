"""Who gets at the page: the browser of whoever sees the terminal, and no other page in it.

The server listens to this machine alone, but so do pages of strangers in the same browser, and
other people on the same machine.
"""

import re
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bots.playground.latch import Latch

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_COOKIE = "cliprelay"
_REFUSED = 403
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# A name that a stranger's DNS points here is none of these. Another port may be forwarded to ours.
_HERE = re.compile(r"(?:127\.0\.0\.1|localhost)(?::\d{1,5})?")


def remember(latch: Latch, answer: Response) -> None:
    """Give the key to a browser, for as long as it is open."""
    answer.set_cookie(_COOKIE, latch.key, path=f"/{latch.room}", httponly=True, samesite="strict")


class OwnPages:
    """Lets only requests through that were made for this machine, changes only from our pages."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass it on, or refuse it."""
        request = Request(scope)
        host = request.headers.get("host", "")
        is_ours = _HERE.fullmatch(host) is not None
        if request.method in _CHANGING:
            is_ours = is_ours and request.headers.get("origin") == f"http://{host}"
        await (self._app if is_ours else _refusal())(scope, receive, send)


class WithKey:
    """Lets only those through that have the key of a latch in their cookie."""

    def __init__(self, app: "ASGIApp", *, latch: Latch, refusal: str) -> None:
        self._app = app
        self._latch = latch
        self._said = refusal

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass it on, or say how it is opened."""
        said = Request(scope).cookies.get(_COOKIE, "")
        opened = self._latch.is_opened_by(said)
        await (self._app if opened else _refusal(self._said))(scope, receive, send)


def _refusal(said: str = "forbidden") -> Response:
    return PlainTextResponse(said, status_code=_REFUSED)
