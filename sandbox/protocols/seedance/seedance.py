"""…/contents/generations/tasks: Seedance, with whatever a gateway puts before that path."""

import time
from functools import partial
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.orders.intake import Intake, check_key
from sandbox.orders.links import Links
from sandbox.orders.order import PaidOrder
from sandbox.orders.refusals import RefusalError, ark_error
from sandbox.protocols.bodies import ParsedRequest
from sandbox.protocols.polls import (
    STARTS_AT,
    Poll,
    PollAnswer,
    TaskFormat,
    first_answer,
    last_poll,
    poll_of,
)
from sandbox.protocols.seedance.bodies import read_seedance

PATH = "/{prefix:path}/contents/generations/tasks"
SENSITIVE = "The request failed because the output video may contain sensitive information."


class SeedanceRoutes:
    """Seedance orders."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._cancelled: set[str] = set()
        self._deleted: set[str] = set()
        self.routes = [
            Route(PATH, self.create, methods=["POST"]),
            Route(PATH + "/{task_id}", self.query, methods=["GET"]),
            Route(PATH + "/{task_id}", self.delete, methods=["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        """Take an order and answer with its task."""
        return await self._intake.take(request, read_seedance, self._created)

    def _created(self, parsed: ParsedRequest, links: Links) -> Response:
        ended = partial(_answer, last_poll(self._intake, links))
        self._intake.callbacks.schedule(parsed.order, ended)
        return JSONResponse({"id": parsed.order.task_id})

    async def query(self, request: Request) -> Response:
        """Respond how a task is."""
        try:
            order = self._find(request)
        except RefusalError as refusal:
            return refusal.response
        poll = poll_of(self._intake, request, order)
        if order.id in self._cancelled:
            return JSONResponse(_state(poll, "cancelled"))
        return _answer(poll)

    async def delete(self, request: Request) -> Response:
        """Cancel a task that waits, or forget one that is over."""
        try:
            order = self._find(request)
        except RefusalError as refusal:
            return refusal.response
        poll = poll_of(self._intake, request, order)
        if STARTS_AT <= poll.fraction < 1 and order.id not in self._cancelled:
            message = "The task is running and cannot be deleted."
            return ark_error(HTTPStatus.CONFLICT, "InvalidAction.RunningTaskDeletion", message)
        (self._cancelled if poll.fraction < STARTS_AT else self._deleted).add(order.id)
        return JSONResponse({})

    def _find(self, request: Request) -> PaidOrder:
        check_key(request)
        order = self._intake.ledger.find_task(request.path_params["task_id"])
        if order is None or order.id in self._deleted:
            raise RefusalError(_unknown_task())
        return order


def _answer(poll: Poll) -> Response:
    return first_answer(SEEDANCE_POLLS, poll) or JSONResponse(state(poll))


def _unknown_task() -> Response:
    message = "The specified task is not found."
    return ark_error(HTTPStatus.NOT_FOUND, "ResourceNotFound", message)


def state(poll: Poll) -> dict[str, object]:
    """The honest answer."""
    if poll.fraction < STARTS_AT:
        return _state(poll, "queued")
    if poll.fraction < 1:
        return _state(poll, "running")
    tokens = 1280 * 720 * 24 * poll.order.seconds // 1024
    usage = {"completion_tokens": tokens, "total_tokens": tokens}
    video = {"content": {"video_url": poll.links.watch()}, "usage": usage}
    return _state(poll, "succeeded") | video


def _state(
    poll: Poll, status: str | None, error: tuple[str, str] | None = None
) -> dict[str, object]:
    accepted = poll.order.accepted_at
    updated = min(time.time(), accepted + poll.seconds)
    return {
        "id": poll.order.task_id,
        "model": poll.order.model,
        "status": status,
        "error": {"code": error[0], "message": error[1]} if error else None,
        "created_at": int(accepted),
        "updated_at": int(updated),
    }


def _moderated(poll: Poll) -> dict[str, object]:
    return _state(poll, "failed", ("OutputVideoSensitiveContentDetected", SENSITIVE))


_FORMAT = TaskFormat(
    unknown=_unknown_task,
    strange=_state,
    stuck=lambda poll: _state(poll, "running"),
    moderated=_moderated,
    linkless=lambda poll: _state(poll, "succeeded"),
)
SEEDANCE_POLLS: dict[str, PollAnswer] = {
    **_FORMAT.odd_answers(),
    "task-expired": lambda poll: JSONResponse(_state(poll, "expired")),
    "task-cancelled": lambda poll: JSONResponse(_state(poll, "cancelled")),
}
