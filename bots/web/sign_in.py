"""The way in: a link from the chat, a button, a cookie.

Chats fetch the links in their messages to show what is behind them. So it is the button that
opens a link, and not the first look at it.
"""

import logging

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bots.web.languages import language_of
from bots.web.rendering import render
from bots.web.safety import LIVELY, Safely
from bots.web.visitors import is_from_us, remember
from core.errors import StorageError
from core.i18n import Locale
from core.people.sessions import SESSION_SECONDS, Area, Sessions

log = logging.getLogger(__name__)

_SEE_OTHER = 303
_REFUSED = 403
_GONE = 410
_LATER = 503
_HOURS = int(SESSION_SECONDS // 3600)
UNKEPT = {"Cache-Control": "no-store", "Vary": "Accept-Language"}
"""For pages that are for one person alone, or at an address that is a key."""


class SignIn:
    """The pages of signing in.

    Args:
        locale: the language of who reads none of ours.
    """

    def __init__(self, sessions: Sessions, locale: Locale) -> None:
        self._sessions = sessions
        self._locale = locale
        safely = [Middleware(Safely, policy=LIVELY, referrer="same-origin")]
        self.routes: list[BaseRoute] = [
            Route("/in/{secret}", self.look, methods=["GET"], middleware=safely),
            Route("/in/{secret}", self.open, methods=["POST"], middleware=safely),
        ]

    async def look(self, request: Request) -> Response:
        """Show the button that opens a link, if it still does, and nothing of what it opens."""
        locale = self._language(request)
        try:
            would_open = await self._sessions.would_open(request.path_params["secret"])
        except StorageError as error:
            log.warning("nobody can sign in: %s", error)
            return said(locale, "page-later", _LATER)
        if not would_open:
            return said(locale, "sign-in-ended", _GONE)
        text = render("sign-in.html", locale, hours=_HOURS)
        return HTMLResponse(text, headers=UNKEPT)

    async def open(self, request: Request) -> Response:
        """Let a link become a session, for once, and show its pages."""
        locale = self._language(request)
        # Nobody is signed in as somebody else by a page of theirs.
        if not is_from_us(request, self._sessions.url(Area.DASHBOARD)):
            return said(locale, "sign-in-refused", _REFUSED)
        try:
            opened = await self._sessions.open(request.path_params["secret"])
        except StorageError as error:
            log.warning("nobody can sign in: %s", error)
            return said(locale, "page-later", _LATER)
        if opened is None:
            return said(locale, "sign-in-ended", _GONE)
        secret, session = opened
        answer = RedirectResponse(f"../{session.area}/", status_code=_SEE_OTHER, headers=UNKEPT)
        remember(answer, self._sessions.url(session.area), session.area, secret)
        return answer

    def _language(self, request: Request) -> Locale:
        return language_of(request.headers.get("accept-language", ""), self._locale)


def said(
    locale: Locale,
    why: str,
    status: int,
    *,
    title: str = "sign-in-title",
    root: str = "../",
    **values: str,
) -> Response:
    """A page that says one thing; `root` leads from its address to where all pages are."""
    text = render("said.html", locale, why=why, title=title, root=root, values=values)
    return HTMLResponse(text, status_code=status, headers=UNKEPT)
