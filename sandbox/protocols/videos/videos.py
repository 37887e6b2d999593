"""/v1/videos: OpenAI's video format, with the links that gateways add to it."""

from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.media.cache import Clip, Studio
from sandbox.media.cdn import Film
from sandbox.media.faults import Fetch, spoil
from sandbox.orders.intake import Desk, check_key
from sandbox.orders.links import Links
from sandbox.orders.order import Kind, Order
from sandbox.orders.refusals import RefusalError, task_error
from sandbox.protocols.bodies import Asked
from sandbox.protocols.tasks import Poll, poll_of
from sandbox.protocols.videos.bodies import read_change, read_creation
from sandbox.protocols.videos.states import (
    CONTENTS,
    VIDEO_POLLS,
    state,
    unfinished,
    unknown_task,
    unknown_video,
)

PATH = "/v1/videos"


class VideoDoor:
    """The door for orders in OpenAI's format."""

    def __init__(self, desk: Desk, studio: Studio) -> None:
        self._desk = desk
        self._studio = studio
        self.routes = [
            Route(PATH, self.create, methods=["POST"]),
            Route(PATH + "/{task_id}", self.query, methods=["GET"]),
            Route(PATH + "/{task_id}/remix", self.remix, methods=["POST"]),
            Route(PATH + "/{task_id}/content", self.content, methods=["GET"]),
        ]

    async def create(self, request: Request) -> Response:
        """Take an order and answer with its video, which is still to be made."""
        read = partial(read_creation, request.headers.get("content-type", ""))
        return await self._desk.take(request, read, self._created)

    async def remix(self, request: Request) -> Response:
        """Take an order for a change of what has been made."""
        try:
            check_key(request)
        except RefusalError as refusal:
            return refusal.response
        source = self._desk.ledger.find_task(request.path_params["task_id"])
        if source is None:
            return unknown_task()
        if poll_of(self._desk, request, source).fraction < 1:
            return task_error(400, "invalid_request", "the video is not completed yet")
        return await self._desk.take(request, partial(read_change, source), self._created)

    def _created(self, asked: Asked, links: Links) -> Response:
        poll = Poll(order=asked.order, links=links, fraction=0.0, seconds=0.0, nth=0)
        return JSONResponse(state(poll))

    async def query(self, request: Request) -> Response:
        """Tell how a video is."""
        try:
            order = self._find(request)
        except RefusalError as refusal:
            return refusal.response
        poll = poll_of(self._desk, request, order)
        for word, tell in VIDEO_POLLS.items():
            if word in order.words and (response := tell(poll)):
                return response
        return JSONResponse(state(poll))

    async def content(self, request: Request) -> Response:
        """The bytes, for who has the key."""
        try:
            order = self._find(request)
        except RefusalError as refusal:
            return refusal.response
        poll = poll_of(self._desk, request, order)
        if poll.fraction < 1 or "nolink" in order.words:
            return unfinished() if poll.fraction < 1 else unknown_video()
        nth = self._desk.nth_time("download", order)
        for word, tell in CONTENTS.items():
            if word in order.words and (response := tell(poll.links.watch(), nth)):
                return response
        fetch = Fetch(film=partial(self._studio.film, Clip(order=order, nth=1)), nth=nth)
        return spoil(fetch, order.words) or Film(fetch, attachment=False)

    def _find(self, request: Request) -> Order:
        check_key(request)
        order = self._desk.ledger.find_task(request.path_params["task_id"])
        if order is None or order.kind is not Kind.VIDEOS:
            raise RefusalError(unknown_task())
        return order
