"""The page of a result: it plays there, and only who has its address finds it."""

import asyncio
import logging
from dataclasses import dataclass

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bots.web.files import Seats, sent
from bots.web.languages import language_of
from bots.web.rendering import day, render
from bots.web.result import heading, media_of, prompt, served_of, title
from bots.web.safety import STILL, Safely
from core.delivery.page import shown_paths
from core.errors import JobError, StorageError
from core.files.elsewhere import here_of
from core.i18n import Locale
from core.jobs import Job
from core.services import Services
from core.shares import ResultShare

log = logging.getLogger(__name__)

_NOWHERE = 404
_LATER = 503
_ABOUT_CHARS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    share: ResultShare
    job: Job


class ResultPages:
    """Pages of results, for whoever has the address of one.

    Args:
        locale: the language of who reads none of ours.
        seats: how many may be sent a file at once.
    """

    def __init__(self, services: Services, locale: Locale, seats: Seats) -> None:
        self._services = services
        self._locale = locale
        self._seats = seats
        # The address is the key, so no other place is told it.
        safely = [Middleware(Safely, policy=STILL, referrer="no-referrer")]
        self.routes: list[BaseRoute] = [
            Route("/v/{secret}", self.page, middleware=safely),
            Route("/v/{secret}/{name}", self.file, middleware=safely),
        ]

    async def page(self, request: Request) -> Response:
        """Show a result, or say that there is none at this address (any more)."""
        accepted = request.headers.get("accept-language", "")
        try:
            found = await self._found(request)
        except StorageError as error:
            log.warning("a page cannot be shown: %s", error)
            return _ended(language_of(accepted, self._locale), "page-later", _LATER)
        if found is None:
            return _ended(language_of(accepted, self._locale), "page-ended", _NOWHERE)
        locale = language_of(accepted, Locale(found.job.locale))
        there = await asyncio.to_thread(here_of, shown_paths(found.job))
        media = media_of(found.job, locale, there)
        if not media:
            return _ended(locale, "page-lost", _NOWHERE)
        job, secret, words = found.job, request.path_params["secret"], prompt(found.job)
        about = " ".join(words.split())[:_ABOUT_CHARS]
        text = render(
            "media.html",
            locale,
            title=title(job, locale),
            heading=heading(job, locale),
            about=about,
            prompt=words,
            model=job.model_name,
            media=media,
            address=f"{self._services.shares.public_url}/v/{secret}",
            folder=secret,
            until=day(found.share.until),
        )
        return _page(text)

    async def file(self, request: Request) -> Response:
        """Send a file of a result: from anywhere on, as who plays it needs it."""
        try:
            found = await self._found(request)
        except StorageError as error:
            log.warning("a file cannot be sent: %s", error)
            return PlainTextResponse("later", status_code=_LATER)
        name = request.path_params["name"]
        served = served_of(found.job).get(name) if found else None
        if found is None or served is None:
            return _nothing()
        # A name of ours: what people have typed stands in no header.
        save_as = f"{found.job.id[:8]}-{name}" if "download" in request.query_params else ""
        return await sent(request, served, self._seats, save_as=save_as) or _nothing()

    async def _found(self, request: Request) -> _Found | None:
        """The result at an address, with its files where they can be had.

        Raises:
            StorageError: nobody can tell now.
        """
        share = await self._services.shares.find(request.path_params["secret"])
        job = await self._services.store.get(share.job) if share else None
        if share is None or job is None:
            return None
        try:
            await self._services.files.fetch(shown_paths(job))
        except JobError as error:
            log.warning("files of job %s cannot be brought here: %s", job.id, error)
        return _Found(share=share, job=job)


def _page(text: str, status: int = 200) -> Response:
    headers = {"Cache-Control": "private, no-cache", "Vary": "Accept-Language"}
    return HTMLResponse(text, status_code=status, headers=headers)


def _ended(locale: Locale, why: str, status: int) -> Response:
    return _page(render("ended.html", locale, why=why), status)


def _nothing() -> Response:
    return PlainTextResponse("not found", status_code=_NOWHERE)
