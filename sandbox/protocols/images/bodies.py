"""What orders a picture: the bodies of the images API, of Gemini's own format, of OpenRouter's."""

import base64
import re
from collections.abc import Collection, Mapping
from math import gcd
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.orders.forms import MultipartPart, is_form, read_form
from sandbox.orders.models import Models, WireModel
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import compact, invalid
from sandbox.protocols.bodies import (
    ParsedRequest,
    PictureLink,
    check_switches,
    find_models,
    first_fit,
    parse_body,
    read_picture,
    read_pictures,
)

SIZE = re.compile(r"([1-9]\d{1,3})x([1-9]\d{1,3})")
SCALES = {"1K": 1, "2K": 2, "4K": 4}


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Asked(_Strict):
    model: str
    prompt: str
    aspect_ratio: str | None = None
    size: str | None = None
    image_size: str | None = None
    quality: str | None = None
    response_format: str | None = None
    n: int = 1


class _Body(_Asked):
    image: list[str] = []


class _Data(_Strict):
    data: str
    mime: str = Field(alias="mimeType", pattern=r"^image/")


class _GeminiPart(_Strict):
    text: str = ""
    inline: _Data | None = Field(default=None, alias="inlineData")


class _Content(_Strict):
    role: str = "user"
    parts: list[_GeminiPart]


class _ImageConfig(_Strict):
    ratio: str | None = Field(default=None, alias="aspectRatio")
    size: str | None = Field(default=None, alias="imageSize")


class _Config(_Strict):
    seed: int | None = None
    image: _ImageConfig = Field(default=_ImageConfig(), alias="imageConfig")
    modalities: list[str] = Field(default=[], alias="responseModalities")


class _GeminiBody(_Strict):
    contents: list[_Content]
    config: _Config = Field(default=_Config(), alias="generationConfig")


class _TypedLink(_Strict):
    type: Literal["image_url"]
    url: str


class _JsonEdit(_Asked):
    image: _TypedLink


class _Part(_Strict):
    type: Literal["text", "image_url"]
    text: str = ""
    image_url: PictureLink | None = None


class _Message(_Strict):
    role: str
    content: list[_Part]


class _Shape(_Strict):
    aspect_ratio: str | None = None
    image_size: str | None = None


class _ChatBody(_Strict):
    model: str
    messages: list[_Message]
    modalities: list[str]
    image_config: _Shape = _Shape()
    seed: int | None = None


def read_generation(models: Models, raw: bytes) -> ParsedRequest:
    """Understand the body of POST /v1/images/generations."""
    named = find_models(models, raw, Kind.IMAGES)
    body = parse_body(_Body, raw, Kind.IMAGES)
    pictures = read_pictures(body.image, Kind.IMAGES)

    def order(model: WireModel) -> PaidOrder:
        if pictures and not model.in_json:
            raise invalid(model.kind, f"{body.model} takes pictures only at /v1/images/edits")
        return _order(body, len(pictures), model)

    return ParsedRequest(order=first_fit(named, order)[1], pictures=pictures)


def read_edit(content_type: str, models: Models, raw: bytes) -> ParsedRequest:
    """Understand the form, or the JSON, of POST /v1/images/edits."""
    if not is_form(content_type):
        return _read_json_edit(models, raw)
    parts = read_form(content_type, raw)
    texts: dict[str, object] = {part.name: part.text for part in parts if not part.filename}
    if str(texts.get("n", "")).isdecimal():
        texts["n"] = int(str(texts["n"]))
    named = models.find(Kind.IMAGES, str(texts.get("model")))
    body = parse_body(_Body, compact(texts), Kind.IMAGES)
    files = [part for part in parts if part.filename]
    masks = [part for part in files if part.name == "mask"]
    pictures = [part for part in files if part.name != "mask"]

    def order(model: WireModel) -> PaidOrder:
        if not pictures or any(part.name not in model.files for part in pictures):
            raise invalid(model.kind, "image is required, and mask the only other file")
        if len(masks) > int(model.mask):
            raise invalid(model.kind, f"{body.model} takes no mask, or only one")
        made = _order(body, len(pictures), model)
        return made.model_copy(update={"mask": bool(masks)})

    _, made = first_fit(named, order)
    return ParsedRequest(order=made, pictures=tuple(map(_checked, (*pictures, *masks))))


def _read_json_edit(models: Models, raw: bytes) -> ParsedRequest:
    named = find_models(models, raw, Kind.IMAGES)
    body = parse_body(_JsonEdit, raw, Kind.IMAGES)

    def order(model: WireModel) -> PaidOrder:
        if "json" not in model.files:
            raise invalid(model.kind, f"{body.model} takes pictures as a form")
        if body.aspect_ratio:
            raise invalid(model.kind, "an edit has the shape of its picture")
        return _order(body, 1, model)

    pictures = read_pictures([body.image.url], Kind.IMAGES)
    return ParsedRequest(order=first_fit(named, order)[1], pictures=pictures)


def read_over_chat(models: Models, raw: bytes) -> ParsedRequest:
    """Understand the body of POST /v1/chat/completions with `modalities`."""
    kind = Kind.OPENROUTER_IMAGES
    named = find_models(models, raw, kind)
    body = parse_body(_ChatBody, raw, kind)
    parts = [part for message in body.messages for part in message.content]
    known = _Asked(
        model=body.model,
        prompt="\n".join(part.text for part in parts if part.text),
        aspect_ratio=body.image_config.aspect_ratio,
        image_size=body.image_config.image_size,
    )
    pictures = read_pictures([part.image_url.url for part in parts if part.image_url], kind)

    def order(model: WireModel) -> PaidOrder:
        if tuple(body.modalities) != dict(model.constants).get("modalities"):
            raise invalid(kind, f"{body.model} does not make {', '.join(body.modalities)}")
        check_switches(model, seed=(body.seed is not None, model.seed))
        return _order(known, len(pictures), model)

    return ParsedRequest(order=first_fit(named, order)[1], pictures=pictures)


def read_gemini(name: str, models: Models, raw: bytes) -> ParsedRequest:
    """Understand the body of POST /v1beta/models/{model}:generateContent."""
    named = models.find(Kind.GEMINI, name)
    body = parse_body(_GeminiBody, raw, Kind.GEMINI)
    parts = [part for content in body.contents for part in content.parts]
    shape = body.config.image
    known = _Asked(
        model=name,
        prompt="\n".join(part.text for part in parts if part.text),
        aspect_ratio=shape.ratio,
        image_size=shape.size,
    )
    uris = [f"data:{p.inline.mime};base64,{p.inline.data}" for p in parts if p.inline]
    pictures = read_pictures(uris, Kind.GEMINI)

    def order(model: WireModel) -> PaidOrder:
        check_switches(model, seed=(body.config.seed is not None, model.seed))
        return _order(known, len(pictures), model)

    return ParsedRequest(order=first_fit(named, order)[1], pictures=pictures)


def _checked(part: MultipartPart) -> bytes | None:
    return read_picture(base64.b64encode(part.content).decode(), Kind.IMAGES)


def _order(body: _Asked, images: int, model: WireModel) -> PaidOrder:
    least, most = model.images
    if not body.prompt.strip():
        raise invalid(model.kind, "prompt is required")
    if not least <= images <= most:
        raise invalid(model.kind, f"{body.model} takes {least} to {most} images")
    if not 1 <= body.n <= model.count:
        raise invalid(model.kind, f"n must be between 1 and {model.count}")
    _check_words(model, body)
    # Who cannot be told how to answer, and Gemini, answers with the picture itself.
    inline = model.kind is Kind.GEMINI or not model.formats
    return PaidOrder(
        kind=model.kind,
        model=body.model,
        prompt=body.prompt,
        ratio=_ratio(model, body),
        seconds=0,
        count=body.n,
        images=images,
        picture=True,
        scale=SCALES.get(body.image_size or "", 1),
        inline=inline or body.response_format == "b64_json",
    )


def _check_words(model: WireModel, body: _Asked) -> None:
    """Refuse a value that the model does not take, and a field that it does not have."""
    allowed: Mapping[str, tuple[str | None, Collection[str] | None]] = {
        "aspect_ratio": (body.aspect_ratio, model.ratios),
        "size": (body.size, model.sizes),
        "quality": (body.quality, model.qualities),
        "image_size": (body.image_size, model.resolutions),
        "response_format": (body.response_format, model.formats),
    }
    for name, (value, values) in allowed.items():
        if value is None or values is None:
            continue
        if not values:
            raise invalid(model.kind, f"Unknown parameter: '{name}'.")
        if value not in values:
            raise invalid(model.kind, f"{name} {value!r} is not supported")


def _ratio(model: WireModel, body: _Asked) -> str:
    pixels = SIZE.fullmatch(body.size or "")
    if pixels is None:
        return body.aspect_ratio or model.ratio
    width, height = int(pixels[1]), int(pixels[2])
    divisor = gcd(width, height)
    return f"{width // divisor}:{height // divisor}"
