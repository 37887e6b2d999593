"""The page at the root, and the one at every address where there is no other."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Match, Route

from bots.web.languages import language_of
from bots.web.rendering import render, way_up
from bots.web.safety import STILL, Safely
from core.people.sessions import SESSION_SECONDS, Area

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from core.i18n import Locale

_NOWHERE = 404
_HEADERS = {"Cache-Control": "no-cache", "Vary": "Accept-Language"}


class FrontPages:
    """Says to whoever comes by themselves what this is, and how one signs in.

    Args:
        areas: what one can sign in to.
        locale: the language of who reads none of ours.
    """

    def __init__(self, areas: Collection[Area], locale: "Locale") -> None:
        self._areas, self._locale = areas, locale
        safely = [Middleware(Safely, policy=STILL, referrer="no-referrer")]
        self.routes: list[BaseRoute] = [
            Route("/", self.front, middleware=safely),
            _Elsewhere(self.nowhere),
        ]

    async def front(self, request: Request) -> Response:
        """Say what this is."""
        hours = int(SESSION_SECONDS // 3600)
        text = render(
            "front.html", self._language(request), root="", areas=self._areas, hours=hours
        )
        return HTMLResponse(text, headers=_HEADERS)

    def nowhere(self, request: Request) -> Response:
        """Say that there is no page here."""
        text = render("nowhere.html", self._language(request), root=way_up(request))
        return HTMLResponse(text, status_code=_NOWHERE, headers=_HEADERS)

    def _language(self, request: Request) -> "Locale":
        return language_of(request.headers.get("accept-language", ""), self._locale)


class _Elsewhere(BaseRoute):
    """What no other route takes, wherever in the list these are: platforms add theirs later.

    An address that is asked for by a wrong method is told so by its own route.
    """

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer
        self._app = Safely(self._say, policy=STILL, referrer="no-referrer")

    def matches(self, scope: "Scope") -> "tuple[Match, Scope]":
        """Take it only where nobody else does."""
        return (Match.PARTIAL if scope["type"] == "http" else Match.NONE), {}

    async def handle(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer, whatever the method is."""
        await self._app(scope, receive, send)

    async def _say(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        await self._answer(Request(scope))(scope, receive, send)
