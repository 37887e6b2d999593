"""POST /v1/videos/generations as xAI has it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from sandbox.orders.links import Links
from sandbox.orders.models import Models
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import xai_error
from sandbox.protocols.bodies import ParsedRequest, PictureLink, parse_body
from sandbox.protocols.live.asked import AskedOptions, read_asked
from sandbox.protocols.live.routes import LiveProtocol
from sandbox.protocols.polls import STARTS_AT, Poll

PENDING = 202
TICKS_PER_SECOND = 300_000_000
LONGEST_PROMPT = 4096


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    model: str
    prompt: Annotated[str, Field(max_length=LONGEST_PROMPT)] = ""
    duration: Annotated[int, Field(ge=1, le=15)] | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    image: PictureLink | None = None
    reference_images: Annotated[list[PictureLink], Field(max_length=7)] = []
    generate_audio: bool | None = None


def read(models: Models, raw: bytes) -> ParsedRequest:
    """Understand the body of a creation."""
    body = parse_body(_Body, raw, Kind.XAI)
    first = [body.image] if body.image else []
    asked = AskedOptions(
        model=body.model,
        prompt=body.prompt,
        ratio=body.aspect_ratio,
        seconds=body.duration,
        resolution=body.resolution,
        sound=body.generate_audio,
        pictures=tuple(picture.url for picture in (*first, *body.reference_images)),
        roles=("first_frame",) * len(first) + ("reference",) * len(body.reference_images),
    )
    return read_asked(Kind.XAI, asked, models)


def created(order: PaidOrder, _: Links) -> dict[str, object]:
    """The answer to a creation."""
    return {"request_id": order.task_id}


def unknown() -> Response:
    """Nobody knows the id."""
    return xai_error(404, "The requested resource was not found", "No such request")


def _honest(poll: Poll) -> Response:
    if poll.fraction < STARTS_AT:
        return Response(status_code=PENDING)
    if poll.fraction < 1:
        return JSONResponse(_state(poll, "pending"), PENDING)
    return JSONResponse(_done(poll))


def _state(poll: Poll, status: str | None) -> dict[str, object]:
    return {"status": status, "progress": int(100 * poll.fraction)}


def _done(poll: Poll) -> dict[str, object]:
    return _ended(poll, poll.links.watch())


def _ended(poll: Poll, url: str, *, respected: bool = True) -> dict[str, object]:
    video = {"url": url, "duration": poll.order.seconds, "respect_moderation": respected}
    usage = {"cost_in_usd_ticks": poll.order.seconds * TICKS_PER_SECOND}
    return {**_state(poll, "done"), "model": poll.order.model, "video": video, "usage": usage}


XAI = LiveProtocol(
    kind=Kind.XAI,
    create="/v1/videos/generations",
    look="/v1/videos/{task_id}",
    read=read,
    created=created,
    state=_state,
    queued="pending",
    running="pending",
    done=_done,
    moderated=lambda poll: _ended(poll, "", respected=False),
    linkless=lambda poll: _ended(poll, ""),
    words={"task-expired": lambda poll: JSONResponse(_state(poll, "expired"))},
    honest=_honest,
    unknown=unknown,
)
