"""POST /{endpoint} as fal's queue has it, then a status and a result, each at its own address."""

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.orders.intake import Intake, check_key
from sandbox.orders.links import NOBODY_LISTENS, Links
from sandbox.orders.models import Models
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import FLAGGED, VALIDATION, RefusalError, fal_error
from sandbox.protocols.bodies import ParsedRequest
from sandbox.protocols.live.inputs import read_input
from sandbox.protocols.polls import (
    STARTS_AT,
    Poll,
    PollAnswer,
    TaskFormat,
    first_answer,
    last_poll,
    poll_of,
)

REQUEST = "/{app:path}/requests/{task_id}"
LONGER = ("workflows", "comfy")
PENDING = 202
BUSY_RESULTS = 2


class FalRoutes:
    """Orders of fal."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._cancelled: set[str] = set()
        self.routes = [
            Route(f"{REQUEST}/status", self.status, methods=["GET"]),
            Route(f"{REQUEST}/cancel", self.cancel, methods=["PUT"]),
            Route(REQUEST, self.result, methods=["GET"]),
            # Behind all others: any address may be an endpoint.
            Route("/{model:path}", self.create, methods=["POST"]),
        ]

    async def create(self, request: Request) -> Response:
        """Take an order and answer with the addresses of its app."""
        name: str = request.path_params["model"]
        if name not in {m.name for m in self._intake.models if m.kind is Kind.FAL}:
            raise HTTPException(404)
        if refusal := _refused(request):
            return refusal
        hook = request.query_params.get("fal_webhook", "")

        def read(models: Models, raw: bytes) -> ParsedRequest:
            return read_input(Kind.FAL, models, name, raw, hook=hook)

        return await self._intake.take(request, read, self._created)

    def _created(self, parsed: ParsedRequest, links: Links) -> Response:
        def ended() -> Response:
            poll = last_poll(self._intake, links)
            payload = {"request_id": poll.order.task_id, "status": "OK", "payload": _made(poll)}
            return JSONResponse(payload)

        order = parsed.order
        self._intake.callbacks.schedule(order, ended)
        root = NOBODY_LISTENS if "foreign-status" in order.words else links.root
        url = f"{root}/{_app(order)}/requests/{order.task_id}"
        return JSONResponse(
            {
                "status": "IN_QUEUE",
                "request_id": order.task_id,
                "response_url": url,
                "status_url": f"{url}/status",
                "cancel_url": f"{url}/cancel",
                "queue_position": 0,
            }
        )

    async def status(self, request: Request) -> Response:
        """Say how a request is: 202 until it is completed, well or not."""
        found = self._find(request, "poll")
        if isinstance(found, Response):
            return found
        if found.order.id in self._cancelled:
            return JSONResponse(_completed(found, "Request was cancelled", "cancelled"))
        return first_answer(FAL_POLLS, found) or _honest(
            found, logs="logs" in request.query_params
        )

    async def result(self, request: Request) -> Response:
        """Give what was made, or say why it was not."""
        found = self._find(request, "result")
        if isinstance(found, Response):
            return found
        if found.fraction < 1 or ("late-result" in found.order.words and found.nth == 1):
            return JSONResponse({"detail": "Request is still in progress"}, 400)
        if "result-busy" in found.order.words and found.nth <= BUSY_RESULTS:
            return fal_error(503, "runner_disconnected", "Service unavailable")
        if "result-refused" in found.order.words:
            return fal_error(VALIDATION, "content_policy_violation", FLAGGED)
        headers = {"X-Fal-Billable-Units": str(found.order.seconds)}
        return JSONResponse(_made(found), headers=headers)

    async def cancel(self, request: Request) -> Response:
        """Take back what is queued; what runs may go on."""
        found = self._find(request, "cancel")
        if isinstance(found, Response):
            return found
        if found.fraction >= 1:
            return JSONResponse({"status": "ALREADY_COMPLETED"}, 400)
        if found.fraction < STARTS_AT:
            self._cancelled.add(found.order.id)
        return JSONResponse({"status": "CANCELLATION_REQUESTED"}, PENDING)

    def _find(self, request: Request, what: str) -> Poll | Response:
        if refusal := _refused(request):
            return refusal
        order = self._intake.ledger.find_task(request.path_params["task_id"])
        # The whole endpoint in place of its app is a wrong address.
        if order is None or request.path_params["app"] != _app(order):
            return unknown()
        return poll_of(self._intake, request, order, what)


def _refused(request: Request) -> Response | None:
    """What somebody is told who has not said `Key` before his key."""
    try:
        check_key(request)
    except RefusalError as refusal:
        return refusal.response
    scheme, _, key = request.headers["authorization"].partition(" ")
    if scheme != "Key" or key == "wrong":
        return fal_error(401, "unauthorized", "No user found for Key ID and Secret")
    return None


def _app(order: PaidOrder) -> str:
    parts = order.model.split("/")
    return "/".join(parts[: 3 if parts[0] in LONGER else 2])


def _honest(poll: Poll, *, logs: bool) -> Response:
    said: dict[str, object] = {"request_id": poll.order.task_id}
    if poll.fraction < STARTS_AT:
        return JSONResponse({**said, "status": "IN_QUEUE", "queue_position": 1}, PENDING)
    if poll.fraction < 1:
        lines = _bar(poll) if logs else None
        return JSONResponse({**said, "status": "IN_PROGRESS", "logs": lines}, PENDING)
    return JSONResponse(_completed(poll))


def _bar(poll: Poll) -> list[dict[str, object]]:
    done = int(28 * poll.fraction)
    lines = ("Loading weights", f" {100 * done // 28:3}%|####    | {done}/28 [00:03<00:04]")
    return [
        {"message": line, "level": "INFO", "source": "USER", "timestamp": "2026-11-25T10:00:00Z"}
        for line in lines
    ]


def _completed(poll: Poll, error: str = "", kind: str = "") -> dict[str, object]:
    failure = {"error": error, "error_type": kind} if error else {}
    metrics = {"inference_time": poll.seconds}
    return {
        "status": "COMPLETED",
        "request_id": poll.order.task_id,
        "logs": None,
        "metrics": metrics,
        **failure,
    }


def _made(poll: Poll) -> dict[str, object]:
    if poll.order.words.keys() & {"no-url", "nolink"}:
        return {"seed": 7}
    links = [poll.links.watch(nth) for nth in range(1, poll.order.count + 1)]
    if poll.order.picture:
        return {"images": [{"url": url, "content_type": "image/png"} for url in links], "seed": 7}
    video = {"url": links[0], "content_type": "video/mp4", "file_name": "output.mp4"}
    return {"video": video, "seed": 7}


def unknown() -> Response:
    """Nobody knows the request."""
    return fal_error(404, "not_found", "Request not found")


def _error(kind: str, words: str) -> PollAnswer:
    def answer(poll: Poll) -> Response | None:
        return JSONResponse(_completed(poll, words, kind)) if poll.fraction >= 1 else None

    return answer


def _running(status: str | None, _: Poll) -> dict[str, object]:
    return {"status": status, "logs": None}


_FORMAT = TaskFormat(
    unknown=unknown,
    strange=lambda poll, status: _running(status, poll),
    stuck=partial(_running, "IN_PROGRESS"),
    moderated=lambda poll: _completed(poll, FLAGGED, "content_policy_violation"),
    linkless=_completed,
)
FAL_POLLS: dict[str, PollAnswer] = {
    **_FORMAT.odd_answers(),
    "fail-completed": _error("downstream_service_error", "Downstream service error"),
}
FAL_WORDS = (*FAL_POLLS, "foreign-status", "late-result", "result-busy", "result-refused")
