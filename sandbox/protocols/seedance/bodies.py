"""The body of a Seedance creation: fields are strict, flags in the text are not."""

import re
from collections.abc import Collection, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.orders.models import Offer
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import invalid
from sandbox.protocols.bodies import (
    NamedModel,
    ParsedRequest,
    PictureLink,
    find_offer,
    parse_body,
    read_picture,
)

FLAG = re.compile(r"\s*--(\w+)\s+(\S+)")
RESOLUTIONS = ("480p", "720p", "1080p")
ADAPTIVE = ("adaptive", "keep_ratio")
LONGEST_SEED = 2**32 - 1


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Text(_Part):
    type: Literal["text"]
    text: str


class _Picture(_Part):
    type: Literal["image_url"]
    image_url: PictureLink
    role: Literal["first_frame", "last_frame", "reference_image"] | None = None


class _Body(NamedModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    content: list[Annotated[_Text | _Picture, Field(discriminator="type")]]
    resolution: str | None = None
    ratio: str | None = None
    duration: int | None = None
    seed: Annotated[int, Field(ge=-1, le=LONGEST_SEED)] | None = None
    watermark: bool | None = None
    camera_fixed: bool | None = None
    generate_audio: bool | None = None
    return_last_frame: bool | None = None
    callback_url: str | None = None


def read_seedance(raw: bytes) -> ParsedRequest:
    """Understand the body of POST …/contents/generations/tasks."""
    offer = find_offer(raw, Kind.SEEDANCE)
    body = parse_body(_Body, raw, Kind.SEEDANCE)
    texts = [part.text for part in body.content if isinstance(part, _Text)]
    pictures = [part for part in body.content if isinstance(part, _Picture)]
    if not body.content:
        raise invalid(Kind.SEEDANCE, "content is required")
    _check_roles(offer, [part.role for part in pictures])
    order = _order(offer, body, "\n".join(texts), len(pictures))
    data = tuple(read_picture(part.image_url.url, Kind.SEEDANCE) for part in pictures)
    return ParsedRequest(order=order, pictures=data)


def _check_roles(offer: Offer, roles: Sequence[str | None]) -> None:
    least, most = offer.images
    if not least <= len(roles) <= max(most, offer.references):
        raise invalid(Kind.SEEDANCE, f"the model does not take {len(roles)} images")
    references = roles.count("reference_image")
    if references:
        fits = references == len(roles) <= offer.references
    else:
        fits = sorted(role or "first_frame" for role in roles) in (
            [],
            ["first_frame"],
            ["first_frame", "last_frame"],
        )
    if not fits:
        message = "first frame, first and last frame and reference images exclude one another"
        raise invalid(Kind.SEEDANCE, message)


def _order(offer: Offer, body: _Body, text: str, images: int) -> PaidOrder:
    prompt = FLAG.sub("", text).strip()
    if not prompt and not images:
        raise invalid(Kind.SEEDANCE, "text is required")
    _check_fields(offer, body)
    flags = {name.lower(): value for name, value in FLAG.findall(text)}
    ratio = body.ratio or _flag(flags, ("rt", "ratio"), offer.ratios or ())
    lengths = [str(length) for length in offer.lengths]
    duration = body.duration or _flag(flags, ("dur", "duration"), lengths)
    resolution = body.resolution or _flag(flags, ("rs", "resolution"), RESOLUTIONS)
    return PaidOrder(
        kind=Kind.SEEDANCE,
        model=body.model,
        prompt=prompt or "(a picture)",
        ratio=offer.ratio if ratio is None or ratio in ADAPTIVE else ratio,
        seconds=int(duration or offer.seconds),
        hd=resolution == "1080p",
        images=images,
        hook=body.callback_url or "",
    )


def _check_fields(offer: Offer, body: _Body) -> None:
    known: tuple[tuple[str, object, Sequence[object]], ...] = (
        ("resolution", body.resolution, RESOLUTIONS),
        ("ratio", body.ratio, (*(offer.ratios or ()), *ADAPTIVE)),
        ("duration", body.duration, tuple(offer.lengths)),
    )
    for name, value, values in known:
        if value is not None and value not in values:
            message = (
                f"the parameter {name} specified in the request is not valid for {body.model}"
            )
            raise invalid(Kind.SEEDANCE, message)


def _flag(flags: dict[str, str], names: Sequence[str], values: Collection[str]) -> str | None:
    """The value of a flag; one that the model does not know counts for nothing."""
    return next((flags[name] for name in names if flags.get(name) in values), None)
