"""The page, what changes on it while it is open, its files, and what is sent with its forms."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from secrets import token_hex

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Mount, Route

from bots.playground.adapter import PlaygroundAdapter, Submission
from bots.playground.form import CommandForm, forms
from bots.playground.guard import OwnPages, WithKey, remember
from bots.playground.latch import Latch
from bots.playground.looks import shown
from bots.playground.submitted import SubmittedForm, submitted
from bots.web.files import Seats, ServedFile, send_asset, sent
from bots.web.languages import language_of
from bots.web.rendering import render
from bots.web.safety import Safely
from core.commands.command import PROMPT
from core.errors import UserError
from core.i18n import Locale, explain, translate
from core.media import Asset
from core.options.options import describe

# Only our own script runs, and it talks to nobody else.
_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "media-src 'self'; style-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_NOWHERE = 404
_REFUSED = 403
_SEE_OTHER = 303
_SEATS = 20
# Python itself refuses to read numbers of thousands of digits.
_NUMBER = re.compile(r"[0-9]{1,18}")
_UNKEPT = {"Cache-Control": "no-store"}
_Deed = Callable[[SubmittedForm, Submission], Awaitable[None]]


class PlaygroundPages:
    """Everything that the server of the page answers to.

    Args:
        locale: the language of whose browser speaks none of ours.
    """

    def __init__(self, adapter: PlaygroundAdapter, latch: Latch, locale: Locale) -> None:
        self._adapter = adapter
        self._board = adapter.platform.board
        self._latch = latch
        self._locale = locale
        self._seats = Seats(_SEATS)
        # "same-origin", or browsers would not say of a form where it comes from.
        around = [
            Middleware(Safely, policy=_POLICY, referrer="same-origin"),
            Middleware(OwnPages),
        ]
        locked = Middleware(WithKey, latch=latch, refusal=translate(locale, "play-key"))
        inside = [
            Route("/", self.page),
            Route("/events", self.events),
            Route("/files/{note}/{number}", self.file),
            Route("/files/{note}/{number}/poster", self.poster),
            Route("/say", self.say, methods=["POST"]),
            Route("/order/{command}", self.order, methods=["POST"]),
            Route("/press/{note}", self.press, methods=["POST"]),
            Route("/answer/{note}", self.answer, methods=["POST"]),
        ]
        self.routes: list[BaseRoute] = [
            Route("/", self.enter, middleware=around),
            Route("/assets/{name}", send_asset, middleware=around),
            Mount(f"/{latch.room}", routes=inside, middleware=[*around, locked]),
        ]

    async def enter(self, request: Request) -> Response:
        """Let a browser in that knows the key."""
        if not self._latch.is_opened_by(request.query_params.get("key", "")):
            text = translate(self._language(request), "play-key")
            return PlainTextResponse(text, status_code=_REFUSED, headers=_UNKEPT)
        # No redirect: who comes by a link on some other page would come without the cookie.
        headers = {**_UNKEPT, "Refresh": f"0; url=/{self._latch.room}/"}
        text = render("play-enter.html", self._language(request), room=self._latch.room, root="")
        answer = HTMLResponse(text, headers=headers)
        remember(self._latch, answer)
        return answer

    async def page(self, request: Request) -> Response:
        """Show the form of a command, and all messages."""
        locale, services = self._language(request), self._adapter.engine.services
        all_ = forms(services.catalog, self._adapter.commands, locale)
        text = render(
            "play.html",
            locale,
            forms=all_,
            form=_chosen(all_, request.query_params.get("command")),
            notes=[shown(self._board, note, locale) for note in reversed(self._board.notes)],
            revision=self._board.revision,
            event=token_hex(16),
            sandboxed=services.sandboxed,
        )
        return HTMLResponse(text, headers=_UNKEPT)

    async def events(self, request: Request) -> Response:
        """Tell what changes, from where the page was or the line broke."""
        since = request.headers.get("last-event-id") or request.query_params.get("since", "")
        changes = self._changes(_number(since), self._language(request))
        return StreamingResponse(changes, media_type="text/event-stream", headers=_UNKEPT)

    async def _changes(self, revision: int, locale: Locale) -> AsyncGenerator[str]:
        # Who reads slowly misses what was in between, and has the latest of each message.
        while await self._board.has_news(revision):
            for note in self._board.after(revision):
                revision = note.changed
                lines = "".join(
                    f"data: {line}\n" for line in shown(self._board, note, locale).splitlines()
                )
                yield f"id: {revision}\n{lines}\n"

    async def file(self, request: Request) -> Response:
        """Send a file of a message: only what stands there has a number."""
        asset, path = self._asset(request), request.path_params
        if asset is None:
            return _nothing()
        is_saved = "download" in request.query_params or not asset.mime.startswith(
            ("video/", "image/")
        )
        name = f"{path['note']}-{path['number']}{asset.path.suffix}" if is_saved else ""
        served = ServedFile(path=asset.path, mime=asset.mime)
        return await sent(request, served, self._seats, save_as=name) or _nothing()

    async def poster(self, request: Request) -> Response:
        """Send a picture of a video."""
        asset = self._asset(request)
        if asset is None or asset.thumbnail is None:
            return _nothing()
        served = ServedFile(path=asset.thumbnail, mime="image/jpeg")
        return await sent(request, served, self._seats) or _nothing()

    async def say(self, request: Request) -> Response:
        """Take a line as somebody types it in a chat."""

        async def do(form: SubmittedForm, sent: Submission) -> None:
            await self._adapter.say(form.values.get(PROMPT, ""), sent)

        return await self._taken(request, do)

    async def order(self, request: Request) -> Response:
        """Take the form of a command."""
        name = request.path_params["command"]
        command = self._adapter.commands.get(name)
        names = {option.name for option in describe(command.options)} if command else set[str]()

        async def do(form: SubmittedForm, sent: Submission) -> None:
            said = {each: value for each, value in form.values.items() if value}
            given = {each: said[each] for each in names - {PROMPT} if each in said}
            await self._adapter.order(name, said.get(PROMPT, ""), given, sent)

        return await self._taken(request, do)

    async def press(self, request: Request) -> Response:
        """Take a press of a button."""

        async def do(form: SubmittedForm, sent: Submission) -> None:
            await self._adapter.press(
                request.path_params["note"], form.values.get("data", ""), sent
            )

        return await self._taken(request, do)

    async def answer(self, request: Request) -> Response:
        """Take the answer to a question."""

        async def do(form: SubmittedForm, sent: Submission) -> None:
            note = request.path_params["note"]
            await self._adapter.answer(note, form.values.get("words", ""), sent)

        return await self._taken(request, do)

    async def _taken(self, request: Request, do: _Deed) -> Response:
        """Do what a form asks for. The page says what comes of it, now or when it is opened."""
        locale = self._language(request)
        try:
            async with submitted(request) as form:
                await do(form, Submission(event=form.event, locale=locale, files=form.files))
        except UserError as error:
            self._adapter.refuse(explain(locale, error))
        if "text/html" in request.headers.get("accept", ""):
            # A browser without the script sees the page again, with the form that it has sent.
            command = request.path_params.get("command", "")
            query = f"?command={command}" if command in self._adapter.commands else ""
            return RedirectResponse(f"/{self._latch.room}/{query}", status_code=_SEE_OTHER)
        # What is sent next with the same form is something else.
        return PlainTextResponse(token_hex(16), headers=_UNKEPT)

    def _asset(self, request: Request) -> Asset | None:
        note = self._board.note(request.path_params["note"])
        number = _number(request.path_params["number"])
        return note.assets[number - 1] if note and 1 <= number <= len(note.assets) else None

    def _language(self, request: Request) -> Locale:
        return language_of(request.headers.get("accept-language", ""), self._locale)


def _chosen(all_: list[CommandForm], name: str | None) -> CommandForm | None:
    """The form that is asked for, else the first; None for plain words."""
    if name == "":
        return None
    return next((form for form in all_ if form.command == name), all_[0] if all_ else None)


def _number(said: str) -> int:
    return int(said) if _NUMBER.fullmatch(said) else 0


def _nothing() -> Response:
    return PlainTextResponse("not found", status_code=_NOWHERE)
