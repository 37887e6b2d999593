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
from sandbox.protocols.polls import STARTS_AT, Poll, PollAnswer, TaskFormat, first_answer

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


def answer(poll: Poll) -> Response:
    """How a request is, or what its prompt wants to be said instead."""
    return first_answer(XAI_POLLS, poll) or _honest(poll)


def unknown() -> Response:
    """Nobody knows the id."""
    return xai_error(404, "The requested resource was not found", "No such request")


def _honest(poll: Poll) -> Response:
    if poll.fraction < STARTS_AT:
        return Response(status_code=PENDING)
    if poll.fraction < 1:
        return JSONResponse(_state("pending", int(100 * poll.fraction)), PENDING)
    return JSONResponse(_done(poll, poll.links.watch()))


def _state(status: str | None, progress: int) -> dict[str, object]:
    return {"status": status, "progress": progress}


def _done(poll: Poll, url: str, *, respected: bool = True) -> dict[str, object]:
    video = {"url": url, "duration": poll.order.seconds, "respect_moderation": respected}
    usage = {"cost_in_usd_ticks": poll.order.seconds * TICKS_PER_SECOND}
    return {**_state("done", 100), "model": poll.order.model, "video": video, "usage": usage}


_FORMAT = TaskFormat(
    unknown=unknown,
    strange=lambda poll, status: _state(status, int(100 * poll.fraction)),
    stuck=lambda _: _state("pending", 9),
    moderated=lambda poll: _done(poll, "", respected=False),
    linkless=lambda poll: _done(poll, ""),
)
XAI_POLLS: dict[str, PollAnswer] = {
    **_FORMAT.odd_answers(),
    "task-expired": lambda _: JSONResponse(_state("expired", 0)),
}
XAI = LiveProtocol(
    kind=Kind.XAI,
    create="/v1/videos/generations",
    look="/v1/videos/{task_id}",
    read=read,
    created=created,
    answer=answer,
    unknown=unknown,
)
