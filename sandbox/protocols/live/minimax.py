"""POST /v2/video_generation as MiniMax has it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from sandbox.orders.links import Links
from sandbox.orders.models import Models
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import minimax_error
from sandbox.protocols.bodies import ParsedRequest, PictureLink, parse_body
from sandbox.protocols.live.asked import AskedOptions, read_asked
from sandbox.protocols.live.routes import LiveProtocol, Withdrawal
from sandbox.protocols.polls import Poll

CREATE = "/v2/video_generation"
ROLES = {
    "first_frame": "first_frame",
    "last_frame": "last_frame",
    "reference_image": "reference",
}


class _Text(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    type: Literal["text"]
    text: Annotated[str, Field(min_length=1)]


class _Picture(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    type: Literal["image_url"]
    image_url: PictureLink
    role: Literal["first_frame", "last_frame", "reference_image"]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    model: str
    content: list[Annotated[_Text | _Picture, Field(discriminator="type")]]
    resolution: Literal["2K", "768P"]
    duration: Annotated[int, Field(ge=5, le=15)]
    ratio: str | None = None
    seed: int | None = None


def read(models: Models, raw: bytes) -> ParsedRequest:
    """Understand the body of a creation."""
    body = parse_body(_Body, raw, Kind.MINIMAX)
    pictures = [part for part in body.content if isinstance(part, _Picture)]
    asked = AskedOptions(
        model=body.model,
        prompt=" ".join(part.text for part in body.content if isinstance(part, _Text)),
        ratio=None if body.ratio == "adaptive" else body.ratio,
        seconds=body.duration,
        resolution=body.resolution.lower(),
        seed=body.seed,
        pictures=tuple(picture.image_url.url for picture in pictures),
        roles=tuple(ROLES[picture.role] for picture in pictures),
    )
    return read_asked(Kind.MINIMAX, asked, models)


def created(order: PaidOrder, _: Links) -> dict[str, object]:
    """The answer to a creation."""
    return {"task_id": order.task_id}


def unknown() -> Response:
    """Nobody knows the id."""
    return minimax_error(400, "bad_request_error", "invalid params, task not exist (2013)")


def _state(
    poll: Poll, status: str | None, url: str = "", error: tuple[str, str] | None = None
) -> dict[str, object]:
    order = poll.order
    task: dict[str, object] = {"id": order.task_id, "status": status, "duration": order.seconds}
    if status == "succeeded":
        task |= {"content": {"url": url}, "usage": {"total_seconds": order.seconds}}
    if error:
        task["error"] = {"code": error[0], "message": error[1]}
    return {"task": task}


def _moderated(poll: Poll) -> dict[str, object]:
    return _state(poll, "failed", error=("1027", "output contains sensitive content (1027)"))


MINIMAX = LiveProtocol(
    kind=Kind.MINIMAX,
    create=CREATE,
    look="/v2/query/video_generation/{task_id}",
    read=read,
    created=created,
    state=_state,
    queued="queued",
    running="running",
    done=lambda poll: _state(poll, "succeeded", poll.links.watch()),
    moderated=_moderated,
    linkless=lambda poll: _state(poll, "succeeded"),
    words={"task-expired": lambda poll: JSONResponse(_state(poll, "expired"))},
    unknown=unknown,
    cancelled="cancelled",
    cancel=Withdrawal(
        method="DELETE",
        path=CREATE + "/{task_id}",
        done=lambda _: JSONResponse({}),
        refused=lambda _: minimax_error(400, "bad_request_error", "task is running (2013)"),
    ),
)
