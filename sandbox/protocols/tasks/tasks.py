"""POST and GET /v2/videos/generations: create a task, then ask for it."""

from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.orders.intake import Intake, check_key
from sandbox.orders.links import Links
from sandbox.orders.refusals import RefusalError
from sandbox.protocols.bodies import ParsedRequest
from sandbox.protocols.polls import last_poll, poll_of
from sandbox.protocols.tasks.bodies import read_task
from sandbox.protocols.tasks.states import answer, unknown_task


class TaskRoutes:
    """Orders as tasks."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self.routes = [
            Route("/v2/videos/generations", self.create, methods=["POST"]),
            Route("/v2/videos/generations/{task_id}", self.query, methods=["GET"]),
        ]

    async def create(self, request: Request) -> Response:
        """Take an order and answer with its task."""
        return await self._intake.take(request, read_task, self._created)

    async def query(self, request: Request) -> Response:
        """Say how a task is."""
        try:
            check_key(request)
        except RefusalError as refusal:
            return refusal.response
        order = self._intake.ledger.find_task(request.path_params["task_id"])
        if order is None:
            return unknown_task()
        return answer(poll_of(self._intake, request, order))

    def _created(self, parsed: ParsedRequest, links: Links) -> Response:
        ended = partial(answer, last_poll(self._intake, links))
        self._intake.callbacks.schedule(parsed.order, ended)
        return JSONResponse({"task_id": parsed.order.task_id})
