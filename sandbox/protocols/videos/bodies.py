"""The bodies of OpenAI's video format: a form or JSON, and the change of a finished video."""

import io
import json
import re
from collections.abc import Mapping, Sequence
from functools import partial
from math import gcd
from typing import Literal

from PIL import Image
from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.orders.forms import MultipartPart, is_form, read_form
from sandbox.orders.models import Models, WireModel
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import RefusalError, invalid, task_error
from sandbox.protocols.bodies import (
    ParsedRequest,
    check_switches,
    first_fit,
    parse_body,
    read_picture,
)

SIZE = re.compile(r"([1-9]\d{1,3})x([1-9]\d{1,3})")
HD_SIDE = 1000


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    model: str
    prompt: str
    size: str | None = None
    seconds: str | None = None
    watermark: bool | Literal["true", "false"] = False
    input_reference: str | None = None


class _Change(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    prompt: str


def read_creation(content_type: str, models: Models, raw: bytes) -> ParsedRequest:
    """Understand the body of POST /v1/videos."""
    fields, files = _split(content_type, raw)
    named = models.find(Kind.VIDEOS, str(fields.get("model")))
    body = _parse(_Body, fields)
    if not body.prompt.strip():
        raise invalid(Kind.VIDEOS, "prompt is required")
    pictures = _references(files, body)
    _, order = first_fit(named, partial(_order, body, pictures))
    return ParsedRequest(order=order, pictures=pictures)


def _order(body: _Body, pictures: Sequence[bytes | None], model: WireModel) -> PaidOrder:
    check_switches(model, watermark=(body.watermark in {True, "true"}, model.watermark))
    size = _size(model, body.size)
    if not model.images[0] <= len(pictures) <= model.images[1]:
        raise invalid(Kind.VIDEOS, f"{body.model} takes at most {model.images[1]} images")
    for picture in pictures:
        _check_picture(picture, size)
    ratio, hd = model.ratio, model.hd[0]
    if size is not None:
        divisor = gcd(*size)
        ratio, hd = f"{size[0] // divisor}:{size[1] // divisor}", min(size) > HD_SIDE
    return PaidOrder(
        kind=Kind.VIDEOS,
        model=body.model,
        prompt=body.prompt,
        ratio=ratio,
        seconds=_seconds(model, body.seconds),
        hd=hd,
        images=len(pictures),
    )


def read_change(source: PaidOrder, models: Models, raw: bytes) -> ParsedRequest:
    """Understand the body of POST /v1/videos/{id}/remix; all but the prompt is as it was."""
    if source.private:
        raise invalid(Kind.VIDEOS, "a private video cannot be remixed")
    if not any(model.remix for model in models.find(source.kind, source.model)):
        raise invalid(Kind.VIDEOS, f"{source.model} cannot be remixed")
    body = parse_body(_Change, raw, Kind.VIDEOS)
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


def _size(model: WireModel, asked: str | None) -> tuple[int, int] | None:
    """The size in pixels, where a word says one; a word of another kind says only a shape."""
    word = asked or next(iter(model.sizes or ()), None)
    if word is None:
        return None
    if model.sizes is not None and word not in model.sizes:
        raise RefusalError(task_error(400, "invalid_size", f"{model.name} size is invalid"))
    found = SIZE.fullmatch(word)
    return (int(found[1]), int(found[2])) if found else None


def _seconds(model: WireModel, text: str | None) -> int:
    lengths = [str(length) for length in model.lengths]
    if text is None:
        return model.seconds
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


def _check_picture(picture: bytes | None, size: tuple[int, int] | None) -> None:
    if picture is None:
        return
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            found = opened.size
    except (ValueError, OSError, Image.DecompressionBombError):
        raise invalid(Kind.VIDEOS, "input_reference is no picture") from None
    if size is not None and found != size:
        message = "Inpaint image must match the requested width and height"
        raise invalid(Kind.VIDEOS, message)
