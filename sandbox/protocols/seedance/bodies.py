"""The body of a Seedance creation: fields are strict, flags in the text are not."""

import re
from collections.abc import Collection, Sequence
from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.orders.models import Models, WireModel
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import invalid
from sandbox.protocols.bodies import (
    NamedModel,
    ParsedRequest,
    PictureLink,
    find_models,
    first_fit,
    parse_body,
    read_pictures,
)

FLAG = re.compile(r"\s*--(\w+)\s+(\S+)")
FINE = frozenset({"1080p", "2k", "4k"})
ROLES = {
    "first_frame": "first_frame",
    "last_frame": "last_frame",
    "reference": "reference_image",
}
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


def read_seedance(models: Models, raw: bytes) -> ParsedRequest:
    """Understand the body of POST …/contents/generations/tasks."""
    named = find_models(models, raw, Kind.SEEDANCE)
    body = parse_body(_Body, raw, Kind.SEEDANCE)
    if not body.content:
        raise invalid(Kind.SEEDANCE, "content is required")
    text = "\n".join(part.text for part in body.content if isinstance(part, _Text))
    pictures = [part for part in body.content if isinstance(part, _Picture)]
    roles = [part.role for part in pictures]
    _, order = first_fit(named, partial(_order, body, text, roles))
    links = [part.image_url.url for part in pictures]
    return ParsedRequest(order=order, pictures=read_pictures(links, Kind.SEEDANCE))


def _order(body: _Body, text: str, roles: Sequence[str | None], model: WireModel) -> PaidOrder:
    prompt = FLAG.sub("", text).strip()
    if not prompt and not roles:
        raise invalid(Kind.SEEDANCE, "text is required")
    _check_roles(model, roles)
    _check_fields(model, body)
    flags = {name.lower(): value for name, value in FLAG.findall(text)}
    ratio = body.ratio or _flag(flags, ("rt", "ratio"), model.ratios or ())
    lengths = [str(length) for length in model.lengths]
    duration = body.duration or _flag(flags, ("dur", "duration"), lengths)
    resolution = body.resolution or _flag(flags, ("rs", "resolution"), model.resolutions)
    return PaidOrder(
        kind=Kind.SEEDANCE,
        model=body.model,
        prompt=prompt or "(a picture)",
        ratio=model.ratio if ratio is None or ratio in ADAPTIVE else ratio,
        seconds=int(duration or model.seconds),
        hd=resolution in FINE,
        images=len(roles),
        hook=body.callback_url or "",
    )


def _check_roles(model: WireModel, roles: Sequence[str | None]) -> None:
    """Refuse pictures for other ends than the model's, in whatever order they come."""
    least, most = model.images
    if not least <= len(roles) <= most:
        raise invalid(Kind.SEEDANCE, f"the model does not take {len(roles)} images")
    taken = [ROLES[model.roles[min(nth, len(model.roles) - 1)]] for nth in range(len(roles))]
    if sorted(role or "first_frame" for role in roles) != sorted(taken):
        message = "first frame, first and last frame and reference images exclude one another"
        raise invalid(Kind.SEEDANCE, message)


def _check_fields(model: WireModel, body: _Body) -> None:
    ratios = (*(model.ratios or ()), *ADAPTIVE)
    known: tuple[tuple[str, object, Collection[object]], ...] = (
        ("resolution", body.resolution, model.resolutions),
        ("ratio", body.ratio, (body.ratio,) if model.ratios is None else ratios),
        ("duration", body.duration, model.lengths),
        ("seed", body.seed, (body.seed,) if model.seed else ()),
        ("watermark", body.watermark, (False, True) if model.watermark else ()),
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
