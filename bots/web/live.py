"""The dashboard's first page: what the bot is doing, live where scripts run."""

import asyncio
import re
import socket
import time
from functools import partial

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from bots.door import SEAT
from bots.web.dash_gateways import told_pause
from bots.web.files import Seats
from bots.web.job_page import actions, facts, lines_of, route
from bots.web.live_board import LiveBoard, shown_end
from bots.web.overview import MOST_ROWS, counted, look, subject
from bots.web.signed_in import SignedIn, Visit
from bots.web.viewers import Viewer, Viewers
from core.feed import REMEMBERED
from core.i18n import Locale
from core.records import job_end

_NOWHERE = 404
_BUSY = 503
_AN_ID = re.compile(r"[0-9a-f]{32}")
_HEADERS = {
    "Cache-Control": "no-store",
    # For nginx, which would else collect what is to arrive at once.
    "X-Accel-Buffering": "no",
}


class LivePages:
    """What goes on, as a page and as a stream of what changes in it.

    Args:
        seats: how many may look on at once.
    """

    def __init__(self, signed_in: SignedIn, seats: Seats) -> None:
        self._signed_in = signed_in
        self._engine = signed_in.engine
        self._seats = seats
        self.viewers = Viewers(self._engine)
        self.routes: list[BaseRoute] = [
            signed_in.shows("/", self.page),
            signed_in.shows("/events", self.events),
            signed_in.shows("/jobs/{job}", self.job),
        ]

    async def page(self, visit: Visit) -> Response:
        """Show what goes on at this moment."""
        services = self._engine.services
        machine = socket.gethostname() if services.calls.are_heard else ""
        ours = self._engine.active
        found = await services.store.elsewhere(limit=MOST_ROWS) if machine else ()
        others = [(job, holder) for job, holder in found if job.id not in ours]
        await self._recall()
        board, overview = LiveBoard(visit.locale), look(self._engine, time.time())
        board.draw(overview)
        return self._signed_in.page(
            visit,
            "live.html",
            here="now",
            machine=machine,
            elsewhere=[(each, subject(each, visit.locale), holder) for each, holder in others],
            counts=counted(overview, visit.locale),
            rows=board.rows,
            more=board.more(overview),
            pause=told_pause(services.pauses.current),
            ends=[shown_end(each, visit.locale) for each in overview.ends],
        )

    async def _recall(self) -> None:
        """Know also of those that other processes, or this one before a restart, have ended."""
        services = self._engine.services
        latest = await services.past_jobs.latest(limit=REMEMBERED)
        services.feed.recall(job_end(each) for each in reversed(latest))

    async def job(self, visit: Visit) -> Response:
        """Show all that is known of one job."""
        services, job_id = self._engine.services, visit.request.path_params["job"]
        job = await services.store.get(job_id) if _AN_ID.fullmatch(job_id) else None
        if job is None:
            return self._signed_in.says(visit, "live-job-unknown", _NOWHERE)
        log = await services.job_logs.read(job_id)
        return self._signed_in.page(
            visit,
            "live-job.html",
            here="now",
            root="../../",
            job=job_id,
            model=job.model,
            facts=list(facts(self._engine, job, log, visit.locale)),
            route=route(self._engine, job),
            actions=actions(job),
            is_private=job.request.private,
            is_moving=not job.is_ended,
            lines=lines_of(log, visit.locale),
        )

    async def events(self, visit: Visit) -> Response:
        """Tell all that changes, until whoever looks leaves or may look no more."""
        session = visit.session
        is_full = self._seats.are_taken or self.viewers.has_enough(session.digest)
        if is_full or self._engine.services.feed.is_closed:
            headers = {"Retry-After": "10", "Connection": "close"}
            return PlainTextResponse("busy", status_code=_BUSY, headers=headers)
        may_stay = partial(self._signed_in.may_still, visit)
        viewer = Viewer(session.digest, session.until, may_stay)
        return LiveStream(self.viewers, viewer, visit.locale, self._seats)


class LiveStream(Response):
    """What one viewer is sent. Frames are written as they are, the same bytes for everybody."""

    media_type = "text/event-stream"

    def __init__(self, viewers: Viewers, viewer: Viewer, locale: Locale, seats: Seats) -> None:
        super().__init__(headers=_HEADERS)
        del MutableHeaders(raw=self.raw_headers)["content-length"]
        self._viewers = viewers
        self._viewer = viewer
        self._locale = locale
        self._seats = seats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until it is over."""
        begin = {"type": "http.response.start", "status": self.status_code}
        await send({**begin, "headers": self.raw_headers})
        if scope["method"] != "HEAD":
            leaving = asyncio.create_task(self._until_left(receive))
            scope[SEAT] = True
            try:
                with (
                    self._seats.taken(),
                    self._viewers.joined(self._viewer, self._locale) as board,
                ):
                    await self._follow(board, send)
            finally:
                del scope[SEAT]
                leaving.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _follow(self, board: LiveBoard, send: Send) -> None:
        viewer, has = self._viewer, -2
        while not viewer.is_over:
            if board.number == has:
                await viewer.woken.wait()
                viewer.woken.clear()
                continue
            data = board.change if board.number == has + 1 else board.whole()
            has = board.number
            await send({"type": "http.response.body", "body": data, "more_body": True})

    async def _until_left(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._viewer.end()
