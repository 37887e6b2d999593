"""The way in: a link from the chat, a button, a cookie.

Chats fetch the links in their messages to show what is behind them. So it is the button that
opens a link, and not the first look at it.
"""

import logging
from functools import partial
from secrets import token_urlsafe

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bots.web.languages import language_of
from bots.web.posted import posted
from bots.web.rendering import render
from bots.web.safety import LIVELY, Safely
from bots.web.sent_forms import SentForms
from bots.web.visitors import is_from_us, remember
from core.errors import StorageError
from core.i18n import Locale
from core.people.sessions import SESSION_SECONDS, Area, Sessions

log = logging.getLogger(__name__)

_SEE_OTHER = 303
_REFUSED = 403
_GONE = 410
_TOO_MUCH = 413
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
        self._sent = SentForms(sessions.now)
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
            return self._ended(locale)
        text = render("sign-in.html", locale, hours=_HOURS, event=token_urlsafe(16))
        return HTMLResponse(text, headers=UNKEPT)

    async def open(self, request: Request) -> Response:
        """Let a link become a session, for once, and show its pages."""
        locale = self._language(request)
        # Nobody is signed in as somebody else by a page of theirs.
        if not is_from_us(request, self._sessions.url(Area.DASHBOARD)):
            return said(locale, "sign-in-refused", _REFUSED)
        try:
            form = await posted(request)
        except HTTPException:
            return said(locale, "sign-in-refused", _TOO_MUCH)
        secret = request.path_params["secret"]
        # Who presses twice has one link. Whoever else has it was not given the event of this page.
        return await self._sent.once(form, partial(self._open, secret, locale), secret)

    async def _open(self, secret: str, locale: Locale) -> Response:
        try:
            opened = await self._sessions.open(secret)
        except StorageError as error:
            log.warning("nobody can sign in: %s", error)
            return said(locale, "page-later", _LATER)
        if opened is None:
            return self._ended(locale)
        given, session = opened
        answer = RedirectResponse(f"../{session.area}/", status_code=_SEE_OTHER, headers=UNKEPT)
        remember(answer, self._sessions.url(session.area), session.area, given)
        return answer

    def _ended(self, locale: Locale) -> Response:
        """What leads on who is signed in by now, and has opened the same link again."""
        areas = [area for area in Area if area in self._sessions.areas]
        text = render("sign-in-ended.html", locale, areas=areas)
        return HTMLResponse(text, status_code=_GONE, headers=UNKEPT)

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
