"""POST /v1/videos as OpenRouter has it; its root ends with /api."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from sandbox.orders.links import Links
from sandbox.orders.models import Models
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import openrouter_error
from sandbox.protocols.bodies import ParsedRequest, PictureLink, parse_body
from sandbox.protocols.live.asked import AskedOptions, read_asked
from sandbox.protocols.live.routes import LiveProtocol
from sandbox.protocols.polls import Poll

CENTS_PER_SECOND = 5


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    type: Literal["image_url"]
    image_url: PictureLink


class _Frame(_Part):
    frame_type: Literal["first_frame", "last_frame"]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    model: str
    prompt: str = ""
    duration: Annotated[int, Field(ge=1)] | None = None
    resolution: Literal["480p", "720p", "768p", "1080p", "1K", "2K", "4K"] | None = None
    aspect_ratio: str | None = None
    generate_audio: bool | None = None
    seed: int | None = None
    frame_images: tuple[_Frame, ...] = Field(default=(), strict=False)
    input_references: tuple[_Part, ...] = Field(default=(), strict=False)
    callback_url: str | None = None


def read(models: Models, raw: bytes) -> ParsedRequest:
    """Understand the body of a creation."""
    body = parse_body(_Body, raw, Kind.OPENROUTER)
    # Where there are frames, references count for nothing.
    pictures = body.frame_images or body.input_references
    asked = AskedOptions(
        model=body.model,
        prompt=body.prompt,
        ratio=body.aspect_ratio,
        seconds=body.duration,
        resolution=body.resolution and body.resolution.lower(),
        seed=body.seed,
        sound=body.generate_audio,
        pictures=tuple(picture.image_url.url for picture in pictures),
        roles=tuple(p.frame_type if isinstance(p, _Frame) else "reference" for p in pictures),
        hook=body.callback_url or "",
    )
    return read_asked(Kind.OPENROUTER, asked, models)


def created(order: PaidOrder, _: Links) -> dict[str, object]:
    """The answer to a creation."""
    polled = f"/api/v1/videos/{order.task_id}"
    return {"id": order.task_id, "polling_url": polled, "status": "pending"}


def unknown() -> Response:
    """Nobody knows the id."""
    return openrouter_error(404, "Video generation job not found")


def _state(poll: Poll, status: str | None, error: str | None = None) -> dict[str, object]:
    order = poll.order
    said: dict[str, object] = {
        "id": order.task_id,
        "model": order.model,
        "status": status,
        "error": error,
    }
    if status != "completed":
        return said
    content = f"{poll.links.root}/v1/videos/{order.task_id}/content?index=0"
    usage = {"cost": order.seconds * CENTS_PER_SECOND / 100, "is_byok": False}
    return {**said, "unsigned_urls": [content], "usage": usage}


OPENROUTER = LiveProtocol(
    kind=Kind.OPENROUTER,
    create="/v1/videos",
    look="/v1/videos/{task_id}",
    read=read,
    created=created,
    state=_state,
    queued="pending",
    running="in_progress",
    done=lambda poll: _state(poll, "completed"),
    moderated=lambda poll: _state(poll, "failed", "The output was blocked by content moderation."),
    linkless=lambda poll: {**_state(poll, "completed"), "unsigned_urls": []},
    words={
        "task-expired": lambda poll: JSONResponse(_state(poll, "expired")),
        "task-cancelled": lambda poll: JSONResponse(_state(poll, "cancelled")),
    },
    unknown=unknown,
    status=202,
)
