"""/v1/videos: OpenAI's video format, with the links that gateways add to it."""

from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.media.cache import Clip, MediaCache
from sandbox.media.cdn import RenderedFile
from sandbox.media.faults import Download, spoil
from sandbox.orders.intake import Intake, check_key
from sandbox.orders.links import Links
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import RefusalError, task_error
from sandbox.protocols.bodies import ParsedRequest
from sandbox.protocols.polls import Poll, first_answer, poll_of
from sandbox.protocols.tasks.states import unknown_task
from sandbox.protocols.videos.bodies import read_change, read_creation
from sandbox.protocols.videos.states import (
    CONTENTS,
    VIDEO_POLLS,
    state,
    unfinished,
    unknown_video,
)

PATH = "/v1/videos"
# Others that hand out the bytes for the key do so at the same address.
_KINDS = frozenset({Kind.OMNI, Kind.OPENROUTER, Kind.VIDEOS})


class VideoRoutes:
    """Orders in OpenAI's format."""

    def __init__(self, intake: Intake, cache: MediaCache) -> None:
        self._intake = intake
        self._cache = cache
        self.routes = [
            Route(PATH, self.create, methods=["POST"]),
            Route(PATH + "/{task_id}", self.query, methods=["GET"]),
            Route(PATH + "/{task_id}/remix", self.remix, methods=["POST"]),
            Route(PATH + "/{task_id}/content", self.content, methods=["GET"]),
        ]

    async def create(self, request: Request) -> Response:
        """Take an order and answer with its video, which is still to be made."""
        read = partial(read_creation, request.headers.get("content-type", ""))
        return await self._intake.take(request, read, self._created)

    async def remix(self, request: Request) -> Response:
        """Take an order for a change of what has been made."""
        try:
            check_key(request)
        except RefusalError as refusal:
            return refusal.response
        source = self._intake.ledger.find_task(request.path_params["task_id"])
        if source is None:
            return unknown_task()
        if poll_of(self._intake, request, source).fraction < 1:
            return task_error(400, "invalid_request", "the video is not completed yet")
        return await self._intake.take(request, partial(read_change, source), self._created)

    def _created(self, parsed: ParsedRequest, links: Links) -> Response:
        poll = Poll(order=parsed.order, links=links, fraction=0.0, seconds=0.0, nth=0)
        return JSONResponse(state(poll))

    async def query(self, request: Request) -> Response:
        """Respond how a video is."""
        try:
            order = self._find(request)
        except RefusalError as refusal:
            return refusal.response
        poll = poll_of(self._intake, request, order)
        return first_answer(VIDEO_POLLS, poll) or JSONResponse(state(poll))

    async def content(self, request: Request) -> Response:
        """The bytes, for who has the key."""
        try:
            order = self._find(request)
        except RefusalError as refusal:
            return refusal.response
        poll = poll_of(self._intake, request, order)
        if poll.fraction < 1 or "nolink" in order.words:
            return unfinished() if poll.fraction < 1 else unknown_video()
        nth = self._intake.nth_time("download", order)
        for word, respond in CONTENTS.items():
            if word in order.words and (response := respond(poll.links.watch(), nth)):
                return response
        download = Download(render=partial(self._cache.video, Clip(order=order, nth=1)), nth=nth)
        return spoil(download, order.words) or RenderedFile(download, attachment=False)

    def _find(self, request: Request) -> PaidOrder:
        check_key(request)
        order = self._intake.ledger.find_task(request.path_params["task_id"])
        if order is None or order.kind not in _KINDS:
            raise RefusalError(unknown_task())
        return order
