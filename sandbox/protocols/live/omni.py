"""POST /v1beta/interactions as Gemini Omni has it; the video wants the key."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from sandbox.orders.links import Links
from sandbox.orders.models import Models
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import google_error
from sandbox.protocols.bodies import ParsedRequest, parse_body
from sandbox.protocols.live.asked import AskedOptions, read_asked
from sandbox.protocols.live.routes import LiveProtocol, Withdrawal
from sandbox.protocols.polls import Poll

CREATE = "/v1beta/interactions"
FRAMES = ("first_frame", "last_frame")
DURATION = re.compile(r"\d+s")


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Text(_Strict):
    type: Literal["text"]
    text: str


class _Picture(_Strict):
    type: Literal["image"]
    data: str
    mime_type: str


class _Format(_Strict):
    type: Literal["video"]
    delivery: Literal["uri"]
    aspect_ratio: Literal["16:9", "9:16"] | None = None
    resolution: str | None = None
    duration: Annotated[str, Field(pattern=DURATION.pattern)] | None = None


class _Task(_Strict):
    task: Literal["text_to_video", "image_to_video", "reference_to_video"]


class _Config(_Strict):
    video_config: _Task
    seed: int | None = None


class _Body(_Strict):
    model: str
    input: list[Annotated[_Text | _Picture, Field(discriminator="type")]]
    background: Literal[True]
    store: bool = True
    response_format: _Format
    generation_config: _Config


def read(models: Models, raw: bytes) -> ParsedRequest:
    """Understand the body of a creation."""
    body = parse_body(_Body, raw, Kind.OMNI)
    wanted, config = body.response_format, body.generation_config
    pictures = [part for part in body.input if isinstance(part, _Picture)]
    is_reference = config.video_config.task == "reference_to_video"
    asked = AskedOptions(
        model=body.model,
        prompt=" ".join(part.text for part in body.input if isinstance(part, _Text)),
        ratio=wanted.aspect_ratio,
        seconds=int(wanted.duration.removesuffix("s")) if wanted.duration else None,
        resolution=wanted.resolution,
        seed=config.seed,
        pictures=tuple(f"data:{part.mime_type};base64,{part.data}" for part in pictures),
        roles=("reference",) * len(pictures) if is_reference else FRAMES[: len(pictures)],
    )
    return read_asked(Kind.OMNI, asked, models)


def created(order: PaidOrder, _: Links) -> dict[str, object]:
    """The answer to a creation."""
    return {"id": order.task_id, "status": "in_progress", "model": order.model}


def unknown() -> Response:
    """Nobody knows the id."""
    return google_error(400, "INVALID_ARGUMENT", "Invalid interaction name")


def _made(poll: Poll) -> dict[str, object]:
    uri = f"{poll.links.root}/v1/videos/{poll.order.task_id}/content"
    return _done(poll, {"type": "video", "uri": uri})


def _state(poll: Poll, status: str | None) -> dict[str, object]:
    return {"id": poll.order.task_id, "status": status, "model": poll.order.model, "steps": []}


def _done(poll: Poll, *content: dict[str, object]) -> dict[str, object]:
    said = {"type": "model_output", "content": list(content)}
    return {**_state(poll, "completed"), "steps": [{"type": "thought"}, said]}


def _refused(poll: Poll) -> dict[str, object]:
    return _done(poll, {"type": "text", "text": "The video was blocked due to safety."})


OMNI = LiveProtocol(
    kind=Kind.OMNI,
    create=CREATE,
    look=CREATE + "/{task_id}",
    read=read,
    created=created,
    state=_state,
    queued="queued",
    running="in_progress",
    done=_made,
    moderated=_refused,
    linkless=_done,
    unknown=unknown,
    cancelled="cancelled",
    cancel=Withdrawal(
        method="POST",
        path=CREATE + "/{task_id}/cancel",
        done=lambda poll: JSONResponse(_state(poll, "cancelled")),
        refused=lambda _: google_error(400, "FAILED_PRECONDITION", "It has ended."),
        running=True,
    ),
)
