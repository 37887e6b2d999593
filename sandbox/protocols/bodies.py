"""Request bodies: from JSON to an order that fits its model, or a refusal."""

import base64
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from PIL import Image
from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.orders.models import LANDSCAPE, OFFERS, PORTRAIT, Offer
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import RefusalError, invalid, no_channel

RATIO = re.compile(r"[1-9]\d{0,3}:[1-9]\d{0,3}")
FLATTEST = 10
SPAN = re.compile(r"(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)")
LONGEST_SPAN = 3
Body = TypeVar("Body", bound=BaseModel)
PREFIX = re.compile(r"\(?((?:竖屏|横屏|15s|高清)(?:[,，/](?:竖屏|横屏|15s|高清))*)\)?(?:\s|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRequest:
    """A request that was understood.

    Attributes:
        pictures: the bytes of each picture, None for one that was given as a link.
    """

    order: PaidOrder
    pictures: tuple[bytes | None, ...]
    stream: bool = False
    style: str = ""


class NamedModel(BaseModel):
    """A body that names a model."""

    model_config = ConfigDict(strict=True)

    model: str


class _Shape(NamedModel):
    aspect_ratio: str | None = None
    duration: str | None = None
    hd: bool = False


class PictureLink(BaseModel):
    """Where a picture is: a web address or a `data:` URI."""

    url: str


class _Part(BaseModel):
    type: Literal["text", "image_url"]
    text: str = ""
    image_url: PictureLink | None = None


class _Message(BaseModel):
    role: str
    content: str | list[_Part]


class _ChatBody(_Shape):
    messages: list[_Message]
    stream: bool = False
    n: int = 1


class _V2Body(_Shape):
    model_config = ConfigDict(strict=True, extra="forbid")

    prompt: str
    images: list[str] = []
    notify_hook: str | None = None
    watermark: bool = False
    private: bool = False
    character_url: str | None = None
    character_timestamps: str | None = None


def read_chat(raw: bytes) -> ParsedRequest:
    """Understand the body of POST /v1/chat/completions."""
    offer = find_offer(raw, Kind.CHAT)
    body = parse_body(_ChatBody, raw, Kind.CHAT)
    prompt, links = _last_words(body.messages)
    if not 1 <= body.n <= offer.videos:
        raise invalid(Kind.CHAT, f"n must be between 1 and {offer.videos}")
    return _ask(offer, body, prompt, links, count=body.n, stream=body.stream)


def read_v2(raw: bytes) -> ParsedRequest:
    """Understand the body of POST /v2/videos/generations."""
    offer = find_offer(raw, Kind.V2)
    body = parse_body(_V2Body, raw, Kind.V2)
    _check_cameo(body)
    parsed = _ask(offer, body, body.prompt, body.images)
    more = {"hook": body.notify_hook or "", "private": body.private}
    return replace(parsed, order=parsed.order.model_copy(update=more))


def _check_cameo(body: _V2Body) -> None:
    if (body.character_url is None) != (body.character_timestamps is None):
        raise invalid(Kind.V2, "character_url and character_timestamps belong together")
    if body.character_timestamps is not None:
        check_span(body.character_timestamps, Kind.V2)


def check_span(timestamps: str, kind: Kind) -> None:
    """Refuse what is no "start,end" of one to three seconds."""
    found = SPAN.fullmatch(timestamps)
    if found is None or not 1 <= float(found[2]) - float(found[1]) <= LONGEST_SPAN:
        raise invalid(kind, f"timestamps {timestamps!r}: 1 to {LONGEST_SPAN} seconds")


def find_offer(raw: bytes, kind: Kind) -> Offer:
    """Find the model first: a gateway that cannot route looks at nothing else."""
    model = parse_body(NamedModel, raw, kind).model
    offer = OFFERS.get(model)
    if offer is None or offer.kind is not kind:
        raise RefusalError(no_channel(model))
    return offer


def parse_body(body: type[Body], raw: bytes, kind: Kind) -> Body:
    """Read JSON into a schema, or refuse it with the first thing that is wrong."""
    try:
        return body.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise invalid(kind, f"{place}: {first['msg']}") from None


def _last_words(messages: Sequence[_Message]) -> tuple[str, list[str]]:
    """The prompt and the pictures of the last message of the user."""
    for message in reversed(messages):
        if message.role != "user":
            continue
        content = message.content
        if isinstance(content, str):
            return content, []
        texts = [part.text for part in content if part.type == "text"]
        return "\n".join(texts), [part.image_url.url for part in content if part.image_url]
    return "", []


def _ask(  # noqa: PLR0913 - the fields that both bodies share, each named once
    offer: Offer,
    body: _Shape,
    prompt: str,
    links: Sequence[str],
    *,
    count: int = 1,
    stream: bool = False,
) -> ParsedRequest:
    kind = offer.kind
    if not prompt.strip():
        raise invalid(kind, "prompt is required")
    least, most = offer.images
    if not least <= len(links) <= most:
        raise invalid(kind, f"{body.model} takes {least} to {most} images, not {len(links)}")
    ratio, seconds, hd = _shape(offer, body, prompt)
    order = PaidOrder(
        kind=kind,
        model=body.model,
        prompt=prompt,
        ratio=ratio,
        seconds=seconds,
        hd=hd,
        count=count,
        images=len(links),
        picture=offer.picture,
    )
    pictures = tuple(read_picture(link, kind) for link in links)
    return ParsedRequest(order=order, pictures=pictures, stream=stream, style=offer.style)


def _shape(offer: Offer, body: _Shape, prompt: str) -> tuple[str, int, bool]:
    ratio = offer.ratio if body.aspect_ratio is None else _ratio(offer, body.aspect_ratio)
    seconds = offer.seconds if body.duration is None else _seconds(offer, body.duration)
    if body.hd and not offer.takes_hd:
        raise invalid(offer.kind, f"hd is not supported by {body.model}")
    tokens = PREFIX.match(prompt) if offer.takes_prefix else None
    if tokens is None:
        return ratio, seconds, body.hd or offer.hd
    told = tokens[1]
    ratio = LANDSCAPE if "横屏" in told else PORTRAIT if "竖屏" in told else ratio
    return ratio, 15 if "15s" in told else seconds, "高清" in told


def _ratio(offer: Offer, text: str) -> str:
    if offer.ratios is None and RATIO.fullmatch(text):
        width, height = (int(side) for side in text.split(":"))
        if max(width, height) <= FLATTEST * min(width, height):
            return text
    if offer.ratios and text in offer.ratios:
        return text
    raise invalid(offer.kind, f"aspect_ratio {text!r} is not supported")


def _seconds(offer: Offer, text: str) -> int:
    if text.isascii() and text.isdecimal() and int(text) in offer.lengths:
        return int(text)
    raise invalid(offer.kind, f"duration {text!r} is not supported")


def read_picture(link: str, kind: Kind) -> bytes | None:
    """The bytes of a picture; None for one that lies on the web."""
    if link.startswith(("http://", "https://")):
        return None
    try:
        picture = base64.b64decode(link.rpartition("base64,")[2], validate=True)
        Image.open(io.BytesIO(picture)).close()
    except (ValueError, OSError, Image.DecompressionBombError):
        raise invalid(kind, "invalid image: neither a URL nor base64 of a picture") from None
    return picture
