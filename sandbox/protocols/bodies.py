"""What the request bodies of all protocols share: from JSON to an order that fits its model."""

import base64
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from PIL import Image
from pydantic import BaseModel, ConfigDict, ValidationError

from sandbox.orders.models import Models, WireModel
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import RefusalError, invalid

RATIO = re.compile(r"[1-9]\d{0,3}:[1-9]\d{0,3}")
FLATTEST = 10
Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRequest:
    """A request that was understood; it is an order as soon as it is in the ledger.

    Attributes:
        pictures: the bytes of each picture, None for one that was given as a link.
        style: how it is answered over chat.
    """

    order: PaidOrder
    pictures: tuple[bytes | None, ...]
    stream: bool = False
    style: str = ""


class NamedModel(BaseModel):
    """A body that names a model."""

    model_config = ConfigDict(strict=True)

    model: str


class ShapedBody(NamedModel):
    """A body that may say shape, length and high definition."""

    aspect_ratio: str | None = None
    duration: str | None = None
    hd: bool = False


class PictureLink(BaseModel):
    """Where a picture is: a web address or a `data:` URI."""

    url: str


def model_named(raw: bytes) -> str:
    """The model that a body names; "" where it names none."""
    try:
        return NamedModel.model_validate_json(raw).model
    except ValidationError:
        return ""


def find_models(models: Models, raw: bytes, kind: Kind) -> tuple[WireModel, ...]:
    """Find the model first: a gateway that cannot route looks at nothing else."""
    return models.find(kind, parse_body(NamedModel, raw, kind).model)


def first_fit(
    models: Iterable[WireModel], order: Callable[[WireModel], PaidOrder]
) -> tuple[WireModel, PaidOrder]:
    """Of all models of a name the first that takes the request.

    Raises:
        RefusalError: none does; it is what the first one says.
    """
    refusals: list[RefusalError] = []
    for model in models:
        try:
            return model, order(model)
        except RefusalError as refusal:
            refusals.append(refusal)
    raise refusals[0]


def parse_body(body: type[Body], raw: bytes, kind: Kind) -> Body:
    """Read JSON into a schema, or refuse it with the first thing that is wrong."""
    try:
        return body.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise invalid(kind, f"{place}: {first['msg']}") from None


def check_switches(model: WireModel, **used: tuple[bool, bool]) -> None:
    """Refuse a field that is used although the model does not have it."""
    for name, (is_used, is_known) in used.items():
        if is_used and not is_known:
            raise invalid(model.kind, f"{name} is not supported by {model.name}")


def shaped_order(model: WireModel, body: ShapedBody, prompt: str, images: int) -> PaidOrder:
    """What the model makes of a prompt and of fields for shape, length and high definition."""
    if not prompt.strip():
        raise invalid(model.kind, "prompt is required")
    least, most = model.images
    if not least <= images <= most:
        raise invalid(model.kind, f"{body.model} takes {least} to {most} images, not {images}")
    if body.hd not in model.hd and (body.hd or model.kind is Kind.V2):
        raise invalid(model.kind, f"hd {body.hd} is not supported by {body.model}")
    return PaidOrder(
        kind=model.kind,
        model=body.model,
        prompt=prompt,
        ratio=model.ratio if body.aspect_ratio is None else _ratio(model, body.aspect_ratio),
        seconds=model.seconds if body.duration is None else _seconds(model, body.duration),
        hd=body.hd or model.hd == (True,),
        images=images,
        picture=model.picture,
    )


def _ratio(model: WireModel, text: str) -> str:
    if model.ratios is None and RATIO.fullmatch(text):
        width, height = (int(side) for side in text.split(":"))
        if max(width, height) <= FLATTEST * min(width, height):
            return text
    if model.ratios and text in model.ratios:
        return text
    raise invalid(model.kind, f"aspect_ratio {text!r} is not supported")


def _seconds(model: WireModel, text: str) -> int:
    if text.isascii() and text.isdecimal() and int(text) in model.lengths:
        return int(text)
    raise invalid(model.kind, f"duration {text!r} is not supported")


def read_pictures(links: Sequence[str], kind: Kind) -> tuple[bytes | None, ...]:
    """The bytes of each picture; None for one that lies on the web."""
    return tuple(read_picture(link, kind) for link in links)


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
