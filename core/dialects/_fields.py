"""The input of a model that has names of its own for our options, as its catalog stanza says.

Source: docs/gateways.md, "Inputs that differ by model".
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from core.catalog import Model
from core.catalog.fields import OptionName, sides_of
from core.dialects._json import Json
from core.errors import Fault, FaultKind, JobError
from core.media import ImageRole, MediaRequest


def filled(model: Model, request: MediaRequest, pictures: Sequence[str]) -> Json:
    """The input: its constants, then all that was asked for and that the model has a field for.

    `pictures` are the pictures of the request, as addresses that the gateway can read.

    Raises:
        JobError: it has no fields. Some models make something of nothing, and bill it.
    """
    if not model.fields:
        detail = f"the stanza of {model.key} has no [model.fields]"
        raise JobError(Fault(kind=FaultKind.MISCONFIGURED, detail=detail))
    body: dict[str, object] = {}
    for name, value in model.constants.items():
        _put(body, name, value)
    for option, value in said_of(model, request, pictures).items():
        if rule := model.fields.get(option):
            for name in rule.places:
                _put(body, name, rule.said(value))
    return body


def said_of(
    model: Model, request: MediaRequest, pictures: Sequence[str]
) -> Mapping[OptionName, object]:
    """What a completed request says, each under our own name for it."""
    return {name: value for name, value in _said(model, request, pictures) if value is not None}


def _said(
    model: Model, request: MediaRequest, pictures: Sequence[str]
) -> Iterator[tuple[OptionName, object]]:
    resolution = model.resolution_for(request) or None
    yield "prompt", request.prompt or None
    yield "ratio", request.ratio
    yield "seconds", request.seconds
    yield "resolution", resolution
    yield "seed", request.seed
    yield "sound", request.sound if model.tells_sound else None
    yield "watermark", request.watermark if model.watermark else None
    yield "count", request.count if model.count > 1 else None
    if request.ratio:
        width, height = sides_of(request.ratio, resolution or model.native or "")
        yield "width", width
        yield "height", height
    if request.seconds and (rule := model.fields.get("frames")):
        yield "frames", request.seconds * rule.fps
        yield "fps", rule.fps
    yield from _pictured(model, pictures)


def _pictured(model: Model, pictures: Sequence[str]) -> Iterator[tuple[OptionName, object]]:
    references: list[str] = []
    for index, picture in enumerate(pictures):
        match model.images.role(index):
            case ImageRole.FIRST_FRAME:
                yield "first_frame", picture
            case ImageRole.LAST_FRAME:
                yield "last_frame", picture
            case ImageRole.REFERENCE:
                references.append(picture)
    yield "references", references or None


def _put(body: dict[str, object], name: str, value: object) -> None:
    *path, last = name.split(".")
    for key in path:
        body = cast("dict[str, object]", body.setdefault(key, {}))
    body[last] = value
