"""POST …/video-synthesis as DashScope has it, for who asks not to be kept waiting."""

from typing import Literal

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.orders.links import Links
from sandbox.orders.models import Models
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import dashscope_error
from sandbox.protocols.bodies import ParsedRequest, parse_body
from sandbox.protocols.live.asked import AskedOptions, read_asked
from sandbox.protocols.live.routes import LiveProtocol, Withdrawal
from sandbox.protocols.polls import Poll

TASKS = "/api/v1/tasks/{task_id}"
ROLES = {
    "first_frame": "first_frame",
    "last_frame": "last_frame",
    "reference_image": "reference",
}
FILTERED = ("DataInspectionFailed", "Output data may contain inappropriate content.")


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Medium(_Strict):
    type: Literal["first_frame", "last_frame", "reference_image"]
    url: str


class _Input(_Strict):
    prompt: str = ""
    media: list[_Medium] = []


class _Parameters(_Strict):
    duration: int | None = None
    resolution: Literal["480P", "720P", "1080P"] | None = None
    ratio: str | None = None
    seed: int | None = None
    watermark: bool | None = None


class _Body(_Strict):
    model: str
    input: _Input
    parameters: _Parameters


def read(models: Models, raw: bytes) -> ParsedRequest:
    """Understand the body of a creation."""
    body = parse_body(_Body, raw, Kind.DASHSCOPE)
    asked, media = body.parameters, body.input.media
    options = AskedOptions(
        model=body.model,
        prompt=body.input.prompt,
        ratio=None if asked.ratio == "adaptive" else asked.ratio,
        seconds=asked.duration,
        resolution=asked.resolution and asked.resolution.lower(),
        seed=asked.seed,
        pictures=tuple(medium.url for medium in media),
        roles=tuple(ROLES[medium.type] for medium in media),
    )
    return read_asked(Kind.DASHSCOPE, options, models)


def created(order: PaidOrder, _: Links) -> dict[str, object]:
    """The answer to a creation."""
    return {"output": {"task_id": order.task_id, "task_status": "PENDING"}, "request_id": "r-1"}


def unknown() -> Response:
    """Nobody knows the id, or not any more."""
    return JSONResponse({"request_id": "r-1", "output": {"task_status": "UNKNOWN"}})


def _objection(request: Request) -> Response | None:
    if request.headers.get("x-dashscope-async") == "enable":
        return None
    message = "current user api does not support synchronous calls"
    return dashscope_error(403, "AccessDenied", message)


def _state(poll: Poll, status: str | None, **more: str) -> dict[str, object]:
    output = {"task_id": poll.order.task_id, "task_status": status, **more}
    return {"request_id": "r-1", "output": output, "usage": {"duration": poll.order.seconds}}


DASHSCOPE = LiveProtocol(
    kind=Kind.DASHSCOPE,
    create="/api/v1/services/aigc/video-generation/video-synthesis",
    look=TASKS,
    read=read,
    created=created,
    state=_state,
    queued="PENDING",
    running="RUNNING",
    done=lambda poll: _state(poll, "SUCCEEDED", video_url=poll.links.watch()),
    moderated=lambda poll: _state(poll, "FAILED", code=FILTERED[0], message=FILTERED[1]),
    linkless=lambda poll: _state(poll, "SUCCEEDED"),
    unknown=unknown,
    cancelled="CANCELED",
    cancel=Withdrawal(
        method="POST",
        path=TASKS + "/cancel",
        done=lambda _: JSONResponse({"request_id": "r-1"}),
        refused=lambda _: dashscope_error(400, "UnsupportedOperation", "The task is running."),
    ),
    objection=_objection,
)
