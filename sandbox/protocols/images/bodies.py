"""What orders a picture: the bodies of the images API and of Gemini's own format."""

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from math import gcd

from pydantic import BaseModel, ConfigDict, Field

from sandbox.orders.forms import MultipartPart, read_form
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import RefusalError, compact, invalid, no_channel
from sandbox.protocols.bodies import NamedModel, ParsedRequest, parse_body, read_picture

RATIOS = ("1:1", "4:3", "3:4", "16:9", "9:16", "2:3", "3:2", "4:5", "5:4", "21:9")
SIZES = ("1024x1024", "1536x1024", "1024x1536")
SCALES = {"1K": 1, "2K": 2, "4K": 4}
FILES = ("image", "image[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageOffer:
    """One model that makes pictures.

    Attributes:
        kind: the only door where it is on sale.
        ratios, sizes, qualities: what it takes; empty refuses the field.
        scales: whether it takes `image_size`.
        images: the most pictures; in_json, edits: how it takes them.
        mask: whether the first picture may have one.
        inline: it answers with the picture itself and refuses `response_format`.
        count: the most pictures in one order.
    """

    kind: Kind = Kind.IMAGES
    ratios: Collection[str] = ()
    sizes: Collection[str] = ()
    qualities: Collection[str] = ()
    scales: bool = False
    images: int = 4
    in_json: bool = False
    edits: bool = True
    mask: bool = False
    inline: bool = False
    count: int = 1


_BANANA = ImageOffer(ratios=RATIOS, images=3, in_json=True)
_GEMINI = ImageOffer(kind=Kind.GEMINI, ratios=RATIOS, images=3, in_json=True, inline=True)
IMAGE_OFFERS = {
    "nano-banana": _BANANA,
    "nano-banana-hd": _BANANA,
    "nano-banana-2": replace(_BANANA, scales=True, images=14),
    "gpt-image-1": ImageOffer(
        sizes=(*SIZES, "auto"),
        qualities=("low", "medium", "high", "auto"),
        images=16,
        mask=True,
        inline=True,
        count=10,
    ),
    "flux-kontext-pro": ImageOffer(),
    "flux-kontext-max": ImageOffer(),
    "gemini-2.5-flash-image": _GEMINI,
    "gemini-3.1-flash-image-preview": replace(_GEMINI, scales=True, images=14),
    "sandbox-image": replace(_BANANA, scales=True, images=16, mask=True, count=10),
}


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    model: str
    prompt: str
    aspect_ratio: str | None = None
    size: str | None = None
    image_size: str | None = None
    quality: str | None = None
    response_format: str | None = None
    n: int = 1
    image: list[str] = []


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


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
    image: _ImageConfig = Field(default=_ImageConfig(), alias="imageConfig")
    modalities: list[str] = Field(default=[], alias="responseModalities")


class _GeminiBody(_Strict):
    contents: list[_Content]
    config: _Config = Field(default=_Config(), alias="generationConfig")


def read_generation(raw: bytes) -> ParsedRequest:
    """Understand the body of POST /v1/images/generations."""
    offer = _offer(parse_body(NamedModel, raw, Kind.IMAGES).model, Kind.IMAGES)
    body = parse_body(_Body, raw, Kind.IMAGES)
    if body.image and not offer.in_json:
        raise invalid(offer.kind, f"{body.model} takes pictures only at /v1/images/edits")
    pictures = tuple(read_picture(link, offer.kind) for link in body.image)
    return _ask(offer, body, pictures)


def read_edit(content_type: str, raw: bytes) -> ParsedRequest:
    """Understand the form of POST /v1/images/edits."""
    parts = read_form(content_type, raw)
    texts: dict[str, object] = {part.name: part.text for part in parts if not part.filename}
    if str(texts.get("n", "")).isdecimal():
        texts["n"] = int(str(texts["n"]))
    offer = _offer(str(texts.get("model")), Kind.IMAGES)
    body = parse_body(_Body, compact(texts), Kind.IMAGES)
    files = [part for part in parts if part.filename]
    pictures = tuple(_checked(part) for part in files if part.name in FILES)
    masks = tuple(_checked(part) for part in files if part.name == "mask")
    if not pictures or len(pictures) + len(masks) < len(files):
        raise invalid(offer.kind, "image is required, and mask the only other file")
    if len(masks) > int(offer.mask):
        raise invalid(offer.kind, f"{body.model} takes no mask, or only one")
    return _ask(offer, body, pictures, masks)


def read_gemini(model: str, raw: bytes) -> ParsedRequest:
    """Understand the body of POST /v1beta/models/{model}:generateContent."""
    offer = _offer(model, Kind.GEMINI)
    body = parse_body(_GeminiBody, raw, Kind.GEMINI)
    parts = [part for content in body.contents for part in content.parts]
    shape = body.config.image
    known = _Body(
        model=model,
        prompt="\n".join(part.text for part in parts if part.text),
        aspect_ratio=shape.ratio,
        image_size=shape.size,
    )
    uris = [f"data:{p.inline.mime};base64,{p.inline.data}" for p in parts if p.inline]
    return _ask(offer, known, tuple(read_picture(uri, offer.kind) for uri in uris))


def _offer(model: str, kind: Kind) -> ImageOffer:
    offer = IMAGE_OFFERS.get(model)
    if offer is None or offer.kind is not kind:
        raise RefusalError(no_channel(model))
    return offer


def _checked(part: MultipartPart) -> bytes | None:
    return read_picture(base64.b64encode(part.content).decode(), Kind.IMAGES)


def _ask(
    offer: ImageOffer,
    body: _Body,
    pictures: tuple[bytes | None, ...],
    masks: tuple[bytes | None, ...] = (),
) -> ParsedRequest:
    if not body.prompt.strip():
        raise invalid(offer.kind, "prompt is required")
    if len(pictures) > offer.images:
        raise invalid(offer.kind, f"{body.model} takes at most {offer.images} images")
    if not 1 <= body.n <= offer.count:
        raise invalid(offer.kind, f"n must be between 1 and {offer.count}")
    _check_words(offer, body)
    order = PaidOrder(
        kind=offer.kind,
        model=body.model,
        prompt=body.prompt,
        ratio=_ratio(body),
        seconds=0,
        count=body.n,
        images=len(pictures),
        mask=bool(masks),
        picture=True,
        scale=SCALES.get(body.image_size or "", 1),
        inline=offer.inline or body.response_format == "b64_json",
    )
    return ParsedRequest(order=order, pictures=(*pictures, *masks))


def _check_words(offer: ImageOffer, body: _Body) -> None:
    """Refuse a value that the model does not take, and a field that it does not have."""
    formats = () if offer.inline else ("url", "b64_json")
    allowed: Mapping[str, tuple[str | None, Collection[str]]] = {
        "aspect_ratio": (body.aspect_ratio, offer.ratios),
        "size": (body.size, offer.sizes),
        "quality": (body.quality, offer.qualities),
        "image_size": (body.image_size, SCALES if offer.scales else ()),
        "response_format": (body.response_format, formats),
    }
    for name, (value, values) in allowed.items():
        if value is not None and not values:
            raise invalid(offer.kind, f"Unknown parameter: '{name}'.")
        if value is not None and value not in values:
            raise invalid(offer.kind, f"{name} {value!r} is not supported")


def _ratio(body: _Body) -> str:
    if body.size is None or "x" not in body.size:
        return body.aspect_ratio or "1:1"
    width, height = (int(side) for side in body.size.split("x"))
    divisor = gcd(width, height)
    return f"{width // divisor}:{height // divisor}"
