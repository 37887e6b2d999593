"""POST and GET /v2/videos/generations: create a task, then ask for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sandbox.orders.intake import Intake, check_key, links_of
from sandbox.orders.links import Links
from sandbox.orders.order import PaidOrder, fraction_done, wait_seconds
from sandbox.orders.refusals import BAD_GATEWAY_PAGE, RefusalError, task_error
from sandbox.protocols.bodies import ParsedRequest, read_v2
from sandbox.protocols.chat.answer import MODERATED

STARTS_AT = 0.05
KNOWN_FROM = 0.15
REVIEWED_AT = 0.93
BAD_POLLS = 3
MANY = 1000
STRANGE_STATUSES = ("UNKNOWN", "", None, "queueing", "submitted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One question after a task. `nth` counts from 1."""

    order: PaidOrder
    links: Links
    fraction: float
    seconds: float
    nth: int


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
        return await self._intake.take(request, read_v2, self._created)

    async def query(self, request: Request) -> Response:
        """Respond how a task is."""
        try:
            check_key(request)
        except RefusalError as refusal:
            return refusal.response
        order = self._intake.ledger.find_task(request.path_params["task_id"])
        if order is None:
            return _unknown_task()
        return answer(poll_of(self._intake, request, order))

    def _created(self, parsed: ParsedRequest, links: Links) -> Response:
        order = parsed.order
        seconds = wait_seconds(order, self._intake.options)
        poll = Poll(order=order, links=links, fraction=1.0, seconds=seconds, nth=MANY)
        self._intake.callbacks.schedule(order, partial(answer, poll))
        return JSONResponse({"task_id": order.task_id})


def _unknown_task() -> Response:
    return task_error(400, "task_not_exist", "task_not_exist")


def poll_of(intake: Intake, request: Request, order: PaidOrder) -> Poll:
    """What is true of the order at this moment."""
    return Poll(
        order=order,
        links=links_of(request, order),
        fraction=fraction_done(order, intake.options),
        seconds=wait_seconds(order, intake.options),
        nth=intake.nth_time("poll", order),
    )


def answer(poll: Poll) -> Response:
    """The state of a task, or what its prompt wants to be said instead."""
    for word, respond in POLLS.items():
        if word in poll.order.words and (response := respond(poll)):
            return response
    return JSONResponse(state(poll))


def state(poll: Poll) -> dict[str, object]:
    """The honest answer."""
    if poll.fraction < STARTS_AT:
        return _state(poll, "NOT_START", 0)
    if poll.fraction < 1:
        return _state(poll, "IN_PROGRESS", int(100 * poll.fraction))
    return _state(poll, "SUCCESS", 100, data={"output": poll.links.watch()})


def _state(
    poll: Poll,
    status: str | None,
    percent: int,
    *,
    reason: str = "",
    data: Mapping[str, object] | None = None,
) -> dict[str, object]:
    submitted = poll.order.accepted_at
    started = submitted + STARTS_AT * poll.seconds
    over = status in {"SUCCESS", "FAILURE"}
    is_google = poll.order.model.startswith("veo")
    return {
        "task_id": poll.order.task_id,
        "platform": "google" if is_google else "openai",
        "action": "google-videos" if is_google else "sora-video",
        "status": status,
        "fail_reason": reason,
        "submit_time": int(submitted),
        "start_time": int(started) if percent else 0,
        "finish_time": int(submitted + poll.seconds) if over else 0,
        "progress": f"{percent}%",
        "data": data,
        "search_item": "",
    }


def _late(poll: Poll) -> Response | None:
    return _unknown_task() if poll.fraction < KNOWN_FROM else None


def poll_errors(poll: Poll) -> Response | None:
    """The first polls meet a broken proxy."""
    return HTMLResponse(BAD_GATEWAY_PAGE, 502) if poll.nth <= BAD_POLLS else None


def _unknown_status(poll: Poll) -> Response | None:
    if poll.fraction >= 1:
        return None
    strange = STRANGE_STATUSES[(poll.nth - 1) % len(STRANGE_STATUSES)]
    return JSONResponse(_state(poll, strange, int(100 * poll.fraction)))


def _hang(poll: Poll) -> Response | None:
    return JSONResponse(_state(poll, "IN_PROGRESS", 9))


def _fail_moderation(poll: Poll) -> Response | None:
    if poll.fraction < REVIEWED_AT:
        return None
    return JSONResponse(_state(poll, "FAILURE", 100, reason=MODERATED))


def _no_url(poll: Poll) -> Response | None:
    return JSONResponse(_state(poll, "SUCCESS", 100)) if poll.fraction >= 1 else None


def _odd_url(poll: Poll) -> Response | None:
    if poll.fraction < 1:
        return None
    upstream = {"data": {"data": {"output": poll.links.watch()}}}
    data = {"task_id": poll.order.task_id, "status": "SUCCESS", "progress": "100%"} | upstream
    return JSONResponse({"code": "success", "message": "", "data": data})


def _array_url(poll: Poll) -> Response | None:
    if poll.fraction < 1:
        return None
    odd = {"video_url": f'["{poll.links.watch()}"]'}
    return JSONResponse(_state(poll, "SUCCESS", 100) | odd)


POLLS: dict[str, Callable[[Poll], Response | None]] = {
    "late": _late,
    "poll-errors": poll_errors,
    "unknown-status": _unknown_status,
    "hang": _hang,
    "fail-moderation": _fail_moderation,
    "no-url": _no_url,
    "nolink": _no_url,
    "odd-url": _odd_url,
    "array-url": _array_url,
}
