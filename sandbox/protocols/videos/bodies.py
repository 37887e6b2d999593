"""The bodies of OpenAI's video format: a form or JSON, and the change of a finished video."""

import io
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import gcd
from typing import Literal

from PIL import Image
from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.orders.forms import MultipartPart, is_form, read_form
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import RefusalError, invalid, no_channel, task_error
from sandbox.protocols.bodies import ParsedRequest, read_picture

SIZE = re.compile(r"([1-9]\d{1,3})x([1-9]\d{1,3})")
SMALL = ("720x1280", "1280x720")
LARGE = ("1024x1792", "1792x1024")
HD_SIDE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoOffer:
    """One model behind this door.

    Attributes:
        sizes: None takes any; the first is made unless told otherwise.
        lengths: of both groups of keys; empty refuses the field, the first is the default.
    """

    sizes: Collection[str] | None = SMALL
    lengths: Collection[int] = ()


VIDEO_OFFERS = {
    "sora-2": VideoOffer(lengths=(4, 8, 12, 10, 15)),
    "sora-2-pro": VideoOffer(sizes=(*SMALL, *LARGE), lengths=(4, 8, 12, 10, 15, 25)),
    "veo_3_1": VideoOffer(),
    "veo_3_1-fast": VideoOffer(),
    "sandbox-videos": VideoOffer(sizes=None, lengths=range(1, 61)),
}


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    model: str
    prompt: str
    size: str = SMALL[0]
    seconds: str | None = None
    watermark: bool | Literal["true", "false"] = False
    input_reference: str | None = None


class _Change(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    prompt: str


def read_creation(content_type: str, raw: bytes) -> ParsedRequest:
    """Understand the body of POST /v1/videos."""
    fields, files = _split(content_type, raw)
    offer = VIDEO_OFFERS.get(str(fields.get("model")))
    if offer is None:
        raise RefusalError(no_channel(str(fields.get("model"))))
    body = _parse(_Body, fields)
    if not body.prompt.strip():
        raise invalid(Kind.VIDEOS, "prompt is required")
    width, height = _size(offer, body)
    pictures = _references(files, body)
    for picture in pictures:
        _check_picture(picture, (width, height))
    divisor = gcd(width, height)
    order = PaidOrder(
        kind=Kind.VIDEOS,
        model=body.model,
        prompt=body.prompt,
        ratio=f"{width // divisor}:{height // divisor}",
        seconds=_seconds(offer, body.seconds),
        hd=min(width, height) > HD_SIDE,
        images=len(pictures),
    )
    return ParsedRequest(order=order, pictures=pictures)


def read_change(source: PaidOrder, raw: bytes) -> ParsedRequest:
    """Understand the body of POST /v1/videos/{id}/remix; all but the prompt is as it was."""
    if source.private:
        raise invalid(Kind.VIDEOS, "a private video cannot be remixed")
    try:
        body = _Change.model_validate_json(raw)
    except ValidationError as error:
        raise invalid(Kind.VIDEOS, str(error.errors()[0]["msg"])) from None
    order = PaidOrder(
        kind=Kind.VIDEOS,
        model=source.model,
        prompt=body.prompt,
        ratio=source.ratio,
        seconds=source.seconds,
        hd=source.hd,
        source=source.task_id,
    )
    return ParsedRequest(order=order, pictures=())


def _split(content_type: str, raw: bytes) -> tuple[Mapping[str, object], list[MultipartPart]]:
    if is_form(content_type):
        parts = read_form(content_type, raw)
        texts = {part.name: part.text for part in parts if not part.filename}
        return texts, [part for part in parts if part.filename]
    try:
        fields: object = json.loads(raw)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise RefusalError(task_error(400, "invalid_json", "the body is neither a form nor JSON"))
    return {str(name): value for name, value in fields.items()}, []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] JSON


def _parse(schema: type[_Body], fields: Mapping[str, object]) -> _Body:
    try:
        return schema.model_validate(dict(fields))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise invalid(Kind.VIDEOS, f"{place}: {first['msg']}") from None


def _size(offer: VideoOffer, body: _Body) -> tuple[int, int]:
    found = SIZE.fullmatch(body.size)
    if found is None or (offer.sizes is not None and body.size not in offer.sizes):
        refusal = task_error(400, "invalid_size", f"{body.model} size is invalid")
        raise RefusalError(refusal)
    return int(found[1]), int(found[2])


def _seconds(offer: VideoOffer, text: str | None) -> int:
    lengths = [str(length) for length in offer.lengths]
    if text is None:
        return next(iter(offer.lengths), 8)
    if text not in lengths:
        allowed = ", ".join(f"'{length}'" for length in lengths) or "none"
        raise invalid(Kind.VIDEOS, f"Invalid value: '{text}'. Supported values are: {allowed}.")
    return int(text)


def _references(files: list[MultipartPart], body: _Body) -> tuple[bytes | None, ...]:
    if len(files) > 1 or any(part.name != "input_reference" for part in files):
        raise invalid(Kind.VIDEOS, "input_reference is the only file, and there is one")
    if body.input_reference is not None:
        return (read_picture(body.input_reference, Kind.VIDEOS),)
    return tuple(part.content for part in files)


def _check_picture(picture: bytes | None, size: tuple[int, int]) -> None:
    if picture is None:
        return
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            found = opened.size
    except (ValueError, OSError, Image.DecompressionBombError):
        raise invalid(Kind.VIDEOS, "input_reference is no picture") from None
    if found != size:
        message = "Inpaint image must match the requested width and height"
        raise invalid(Kind.VIDEOS, message)
