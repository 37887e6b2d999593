"""A page that a platform opens inside itself, where it tells who looks: that becomes a session.

It is told behind the # of the address, which browsers send to nobody. So a script of the page
brings it to us, by a form, and takes it out of the address.
"""

import logging
from collections.abc import Mapping
from functools import partial
from secrets import token_urlsafe

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bots.way_in import WayIn
from bots.web.languages import language_of
from bots.web.posted import posted
from bots.web.rendering import render
from bots.web.safety import LIVELY, Safely, framed
from bots.web.sent_forms import SentForms
from bots.web.sign_in import UNKEPT, said
from bots.web.visitors import is_from_us, remember
from core.engine.engine import Engine
from core.errors import StorageError
from core.i18n import Locale
from core.people.sessions import SESSION_SECONDS, Area

log = logging.getLogger(__name__)

_SEE_OTHER = 303
_REFUSED = 403
_TOO_MUCH = 413
_LATER = 503
# Opened by a person or an app. A page of somebody else's could open ours as who they are.
_OWN_WILL = frozenset({"none", "same-origin"})
_FIELD = "said"


class InsidePages:
    """The page for one platform.

    Args:
        way: how that platform tells who somebody is.
        engine: whose results they see.
        default: the language of who reads none of ours.
    """

    def __init__(self, way: WayIn, engine: Engine, default: Locale) -> None:
        self._way, self._services, self._default = way, engine.services, default
        self._sent = SentForms(engine.services.sessions.now)
        path, policy = f"/in/{way.name}", framed(LIVELY, way.frames)
        shown = [Middleware(Safely, policy=policy, referrer="same-origin")]
        taken = [Middleware(Safely, policy=LIVELY, referrer="same-origin")]
        self.routes: list[BaseRoute] = [
            Route(path, self.look, methods=["GET"], middleware=shown),
            Route(path, self.enter, methods=["POST"], middleware=taken),
        ]

    async def look(self, request: Request) -> Response:
        """Bring to us what the platform has told, or say how to come in without."""
        locale = self._language(request)
        if request.headers.get("sec-fetch-dest") in {"iframe", "frame"}:
            return said(locale, "inside-framed", 200)
        text = render(
            "inside.html",
            locale,
            hours=int(SESSION_SECONDS // 3600),
            action=self._way.name,
            event=token_urlsafe(16),
            at_once=request.headers.get("sec-fetch-site") in _OWN_WILL,
        )
        return HTMLResponse(text, headers=UNKEPT)

    async def enter(self, request: Request) -> Response:
        """Begin a session for whom the platform vouches for, once."""
        locale = self._language(request)
        if not is_from_us(request, self._services.sessions.url(Area.GALLERY)):
            return said(locale, "sign-in-refused", _REFUSED)
        try:
            form = await posted(request)
            return await self._sent.once(form, partial(self._enter, form, locale))
        except HTTPException:
            return said(locale, "sign-in-refused", _TOO_MUCH)
        except StorageError as error:
            log.warning("nobody can sign in: %s", error)
            return said(locale, "page-later", _LATER)

    async def _enter(self, form: Mapping[str, str], locale: Locale) -> Response:
        services, area = self._services, Area.GALLERY
        sessions, told = services.sessions, form.get(_FIELD, "")
        # Judged before anything is looked up: whoever guesses costs the database nothing.
        known = self._way.introduced(told, sessions.now())
        if known is None or services.access.bans(known.user, known.place):
            return said(locale, "inside-refused", _REFUSED)
        if not await services.events.take(known.event):
            return said(locale, "inside-refused", _REFUSED)
        secret, _ = await sessions.begin(area, known.user, known.place)
        answer = RedirectResponse(f"../{area}/", status_code=_SEE_OTHER, headers=UNKEPT)
        remember(answer, sessions.url(area), area, secret)
        return answer

    def _language(self, request: Request) -> Locale:
        return language_of(request.headers.get("accept-language", ""), self._default)
