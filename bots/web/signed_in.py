"""Pages of an area for who has signed in to it; what is posted there has to come from them."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import parse_qsl, urlencode

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bots.web.languages import language_of
from bots.web.outcomes import FormOutcome, forget_outcome, note_outcome, outcome_of
from bots.web.posted import EVENT, MOST_FIELDS, posted
from bots.web.rendering import render, way_up
from bots.web.safety import LIVELY, Safely
from bots.web.sent_forms import SentForms
from bots.web.sign_in import UNKEPT, said
from bots.web.turns import Turns
from bots.web.visitors import ForgedFormError, Visitor, check_form, forget, secret_of, visitor_of
from core.commands.dispatch import dispatch
from core.commands.perform import Answer
from core.engine.engine import Engine
from core.errors import StorageError, UserError
from core.i18n import Locale, locale_of, translate
from core.invocation import IdFormat, Invocation
from core.people.sessions import Area, Sessions, WebSession
from core.platform import ConversationRef, View

log = logging.getLogger(__name__)

_OK = 200
_REFUSED = 403
_NOT_SIGNED_IN = 401
_NOWHERE = 404
_TOO_MUCH = 413
_LATER = 503
# Of one session, in work at once; a page has many files, which browsers ask for together.
_PAGES = 5
_FILES = 24
_SEE_OTHER = 303
_ADDRESS_CHARS = 2000
# No dots, no colon, and no slash but within: none of these leads anywhere else.
_PAGE = re.compile(r"(?:[a-z]{1,20}(?:/[0-9a-f]{32})?)?")
BACK = "back"
"""The field of a form that says on which page of its area it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of somebody who has signed in.

    Attributes:
        form: what was posted, from a page of ours; empty where nothing was.
    """

    request: Request
    visitor: Visitor
    locale: Locale
    form: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def session(self) -> WebSession:
        """Who it is."""
        return self.visitor.session


Handler = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Makes the routes of an area: only who may see it gets any further.

    Attributes:
        default: the language of who reads none of ours.
        turns: those of all areas.
        sent: the forms of this one.
    """

    engine: Engine
    area: Area
    default: Locale
    turns: Turns
    sent: SentForms

    def shows(self, path: str, show: Handler) -> Route:
        """A page below the area's folder, such as "/" or "/jobs/{job}"."""
        return self._route(path, show, "GET")

    def sends(self, path: str, send: Handler) -> Route:
        """The files that pages are made with."""
        return self._route(path, send, "GET", _FILES)

    def takes(self, path: str, take: Handler) -> Route:
        """Where forms are posted to; those that no page of ours has made are refused."""
        return self._route(path, take, "POST")

    def page(self, visit: Visit, template: str, **values: object) -> Response:
        """A page in the visitor's language, with what its forms need."""
        url = self.engine.services.sessions.url(self.area)
        outcome = outcome_of(visit.request, url, self.area)
        text = render(
            template,
            visit.locale,
            area=self.area,
            form_key=visit.visitor.form_key,
            event=token_urlsafe(16),
            outcome=outcome,
            **{"came_from": _address(visit.request, self.area), **values},
        )
        answer = HTMLResponse(text, headers=UNKEPT)
        if outcome:
            forget_outcome(answer, url, self.area)
        return answer

    def back(self, visit: Visit, outcome: FormOutcome, to: str | None = None) -> Response:
        """Let a form lead back to the page that it was on, or `to` another, which tells."""
        page = came_from(visit.form) if to is None else to
        # Relative: only a proxy before us knows where we are. No page is outside of the area.
        address = f"{way_up(visit.request)}{self.area}/{page}"
        answer = RedirectResponse(address, status_code=_SEE_OTHER, headers=UNKEPT)
        url = self.engine.services.sessions.url(self.area)
        note_outcome(answer, visit.request, url, self.area, outcome)
        return answer

    def says(self, visit: Visit, why: str, status: int) -> Response:
        """A page of the area that says why there is no other, with a way back."""
        root = way_up(visit.request)
        answer = self.page(visit, "said-inside.html", root=root, why=why, came_from="")
        answer.status_code = status
        return answer

    @property
    def others(self) -> Sequence[Route]:
        """What stands behind all of its routes: for who has mistyped an address, or forgot a /."""
        safely = [Middleware(Safely, policy=LIVELY, referrer="same-origin")]
        return [
            Route(f"/{self.area}", self._to_start, methods=["GET"], middleware=safely),
            self.shows("/{rest:path}", self._nowhere),
        ]

    async def _to_start(self, _: Request) -> Response:
        # Relative: only a proxy before us knows where we are.
        return RedirectResponse(f"{self.area}/", headers=UNKEPT)

    async def _nowhere(self, visit: Visit) -> Response:
        return self.says(visit, "area-nowhere", _NOWHERE)

    async def may_still(self, visit: Visit) -> bool:
        """Whether who has come may go on looking, by now. Raises StorageError."""
        visitor = await visitor_of(visit.request, self.engine.services.sessions, self.area)
        return visitor is not None and self._may_see(visitor.session)

    async def do(
        self,
        visit: Visit,
        command: str,
        given: Mapping[str, str],
        place: ConversationRef | None = None,
    ) -> Answer:
        """Do what a form asks for, as the same command in a chat does it.

        Args:
            visit: whoever wants it.
            command: its name.
            given: its options, by name.
            place: where it counts and what it makes is shown; else where the session was asked
                for. The answer is for the page alone.
        """
        where = place or visit.session.place
        invocation = Invocation(
            command=command,
            text="",
            given=given,
            user=visit.session.user,
            conversation=where,
            event=_event(visit, command, given),
            ids=self.engine.services.ids.get(where.platform, IdFormat()),
            place_objection=UserError("pages-no-places"),
            is_private=bool(place and place.person),
            is_alone=place is None,
            is_elsewhere=place is not None,
            reads=visit.locale,
        )
        answer = await dispatch(self.engine, invocation, visit.locale)
        if answer.repeated:
            return replace(answer, view=View(text=translate(visit.locale, "page-sent-before")))
        return answer

    def _route(self, path: str, do: Handler, method: str, most: int = _PAGES) -> Route:
        async def answer(request: Request) -> Response:
            secret = secret_of(request, self.engine.services.sessions.url(self.area), self.area)
            # Taken before anything is looked up: a guess may be slow as well.
            whose = sha256(f"{most} {secret}".encode(errors="surrogateescape")).hexdigest()
            try:
                with self.turns.taken(whose, most) as may_go_on:
                    if may_go_on:
                        return await self._answer(request, do)
            except StorageError as error:
                log.warning("a page cannot be shown: %s", error)
                return self._outside(request, "page-later", _LATER)
            return self._busy(request)

        safely = [Middleware(Safely, policy=LIVELY, referrer="same-origin")]
        return Route(f"/{self.area}{path}", answer, methods=[method], middleware=safely)

    async def _answer(self, request: Request, do: Handler) -> Response:
        services = self.engine.services
        visitor = await visitor_of(request, services.sessions, self.area)
        if visitor is None or not self._may_see(visitor.session):
            return self._outside(request, "signed-out", _NOT_SIGNED_IN)
        locale = self._language(request, visitor.session.user.locale)
        visit = Visit(request=request, visitor=visitor, locale=locale)
        if request.method == "POST":
            try:
                form = await posted(request)
                check_form(request, form, visitor, services.sessions.url(self.area))
            except HTTPException:
                return self.says(visit, "sign-in-refused", _TOO_MUCH)
            except ForgedFormError:
                return self.says(visit, "sign-in-refused", _REFUSED)
            visit = replace(visit, form=form)
            about = visit.session.digest, request.url.path
            return await self.sent.once(form, partial(do, visit), *about)
        return await do(visit)

    def _outside(self, request: Request, why: str, status: int) -> Response:
        """What is said to who has not signed in, or may not have."""
        title = "sign-in-title" if status == _NOT_SIGNED_IN else f"area-{self.area}"
        locale = self._language(request, "")
        return said(locale, why, status, title=title, root=way_up(request), area=self.area)

    def _busy(self, request: Request) -> Response:
        answer = self._outside(request, "page-busy", _LATER)
        answer.headers.update({"Retry-After": "10", "Connection": "close"})
        return answer

    def _may_see(self, session: WebSession) -> bool:
        access = self.engine.services.access
        if access.bans(session.user, session.place):
            return False
        return self.area is not Area.DASHBOARD or access.is_admin(session.user)

    def _language(self, request: Request, told: str) -> Locale:
        accepted = request.headers.get("accept-language", "")
        return language_of(accepted, locale_of(told, self.default))


def came_from(form: Mapping[str, str]) -> str:
    """The page of the area that a form was on; its first one where that is none of ours."""
    path, _, query = form.get(BACK, "").partition("?")
    if not _PAGE.fullmatch(path):
        return ""
    asked = urlencode(parse_qsl(query, keep_blank_values=True)[:MOST_FIELDS])
    # Written in our way it may be three times as long.
    return f"{path}?{asked}" if asked and len(asked) <= _ADDRESS_CHARS else path


def _address(request: Request, area: Area) -> str:
    """Where a page is in its area, as its forms say it."""
    if request.method == "POST":
        return ""
    path = request.url.path.removeprefix(f"/{area}/")
    query = request.url.query
    address = f"{path}?{query}" if query else path
    return address if len(address) <= _ADDRESS_CHARS else ""


def _event(visit: Visit, command: str, given: Mapping[str, str]) -> str:
    """The same for a form that is sent twice, and no other: not of a chat, nor of anybody else."""
    if not visit.form.get(EVENT):
        return ""
    asked = (visit.session.digest, visit.form[EVENT], command, *sorted(given.items()))
    return f"page {sha256(repr(asked).encode()).hexdigest()}"


async def sign_out(sessions: Sessions, visit: Visit) -> Response:
    """Let a session end."""
    area = visit.session.area
    url = sessions.url(area)
    await sessions.end(secret_of(visit.request, url, area))
    answer = said(visit.locale, "sign-out-done", _OK, title=f"area-{area}")
    forget(answer, url, area)
    return answer
