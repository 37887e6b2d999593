"""The dashboard's first page: what the bot is doing, live where scripts run."""

import asyncio
import re
import socket
import time
from collections.abc import Callable, Hashable
from contextlib import AbstractAsyncContextManager
from functools import partial

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from bots.door import SEAT
from bots.web.board import SharedBoard
from bots.web.boards import elsewhere_now
from bots.web.dash_gateways import told_pause
from bots.web.files import Seats
from bots.web.job_board import JobBoard
from bots.web.job_page import ACTIONS, actions, facts, lines_of, route, spent_of, state_of
from bots.web.live_board import LiveBoard, looked, shown_answers, shown_elsewhere, shown_ends
from bots.web.overview import counted, look, moment_of, said
from bots.web.signed_in import SignedIn, Visit
from bots.web.viewers import Viewer, Viewers
from core.feed import REMEMBERED
from core.jobs import Job
from core.messages.wording import clock
from core.records import job_end

_NOWHERE = 404
_BUSY = 503
_AN_ID = re.compile(r"[0-9a-f]{32}")
_HEADERS = {
    "Cache-Control": "no-store",
    # For nginx, which would else collect what is to arrive at once.
    "X-Accel-Buffering": "no",
}


Joining = Callable[[], AbstractAsyncContextManager[SharedBoard]]


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
            signed_in.shows("/jobs/{job}/events", self.job_events),
        ]

    async def page(self, visit: Visit) -> Response:
        """Show what goes on at this moment."""
        services, locale = self._engine.services, visit.locale
        machine = socket.gethostname() if services.calls.are_heard else ""
        elsewhere = await elsewhere_now(self._engine)
        await self._recall()
        board, overview = LiveBoard(locale), look(self._engine, time.time(), elsewhere)
        board.draw(overview)
        return self._signed_in.page(
            visit,
            "live.html",
            here="now",
            machine=machine,
            elsewhere=shown_elsewhere(overview, locale),
            looked=looked(elsewhere, locale),
            counts=counted(overview, locale),
            rows=board.rows,
            more=board.more(overview),
            answers=shown_answers(overview),
            pause=told_pause(services.pauses.current),
            ends=shown_ends(overview, locale),
        )

    async def _recall(self) -> None:
        """Know also of those that other processes, or this one before a restart, have ended."""
        services = self._engine.services
        latest = await services.past_jobs.latest(limit=REMEMBERED)
        services.feed.recall(job_end(each) for each in reversed(latest))

    async def job(self, visit: Visit) -> Response:
        """Show all that is known of one job."""
        job = await self._found(visit)
        if job is None:
            return self._signed_in.says(visit, "live-job-unknown", _NOWHERE)
        engine, now = self._engine, time.time()
        log = await engine.services.job_logs.read(job.id)
        # As it is here, where it is: its row is behind.
        active = engine.active.get(job.id)
        job = active.job if active else job
        moment = moment_of(engine, active, now) if active and job.is_open else None
        return self._signed_in.page(
            visit,
            "live-job.html",
            here="now",
            root="../../",
            job=job.id,
            model=job.model,
            doing=said(moment, visit.locale) if moment else state_of(job, visit.locale),
            percent=moment.percent if moment else None,
            elapsed=clock(now - (job.started_at or job.created_at)),
            facts=list(facts(engine, job, spent_of(engine, job, log), visit.locale)),
            route=route(engine, job),
            actions=ACTIONS,
            possible=actions(job),
            is_private=job.request.private,
            is_moving=not job.is_ended,
            lines=lines_of(log, visit.locale),
        )

    async def events(self, visit: Visit) -> Response:
        """Tell all that changes, until whoever looks leaves or may look no more."""
        return self._stream(visit, ("", visit.locale), partial(LiveBoard, visit.locale))

    async def job_events(self, visit: Visit) -> Response:
        """The same of one job."""
        job = await self._found(visit)
        if job is None:
            return PlainTextResponse("gone", status_code=_NOWHERE)
        make = partial(JobBoard, self._engine, job, visit.locale)
        return self._stream(visit, (job.id, visit.locale), make)

    async def _found(self, visit: Visit) -> Job | None:
        job_id = visit.request.path_params["job"]
        found = _AN_ID.fullmatch(job_id)
        return await self._engine.services.store.get(job_id) if found else None

    def _stream(self, visit: Visit, page: Hashable, make: Callable[[], SharedBoard]) -> Response:
        session = visit.session
        is_full = self._seats.are_taken or self.viewers.has_enough(session.digest)
        if is_full or self._engine.services.feed.is_closed:
            headers = {"Retry-After": "10", "Connection": "close"}
            return PlainTextResponse("busy", status_code=_BUSY, headers=headers)
        may_stay = partial(self._signed_in.may_still, visit)
        viewer = Viewer(session.digest, session.until, may_stay)
        return LiveStream(partial(self.viewers.joined, viewer, page, make), viewer, self._seats)


class LiveStream(Response):
    """What one viewer is sent. Frames are written as they are, the same bytes for everybody."""

    media_type = "text/event-stream"

    def __init__(self, join: Joining, viewer: Viewer, seats: Seats) -> None:
        super().__init__(headers=_HEADERS)
        del MutableHeaders(raw=self.raw_headers)["content-length"]
        self._join = join
        self._viewer = viewer
        self._seats = seats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until it is over."""
        begin = {"type": "http.response.start", "status": self.status_code}
        await send({**begin, "headers": self.raw_headers})
        if scope["method"] != "HEAD":
            leaving = asyncio.create_task(self._until_left(receive))
            scope[SEAT] = True
            try:
                with self._seats.taken():
                    async with self._join() as board:
                        await self._follow(board, send)
            finally:
                del scope[SEAT]
                leaving.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _follow(self, board: SharedBoard, send: Send) -> None:
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
