"""Inputs that each model has to itself: from its own names and forms to what was asked for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from json import loads
from typing import cast

from sandbox.orders.models import Models, WireField, WireModel
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import invalid
from sandbox.protocols.bodies import ParsedRequest, first_fit, read_pictures
from sandbox.protocols.live.asked import AskedOptions, order_for

PICTURES = ("first_frame", "last_frame", "references")
TYPES: Mapping[str, type] = {"seconds": int, "frames": int, "seed": int, "sound": bool}
MORE_TYPES: Mapping[str, type] = {"width": int, "height": int, "count": int, "watermark": bool}


def read_input(kind: Kind, models: Models, name: str, raw: bytes, hook: str = "") -> ParsedRequest:
    """An order for the first model of that name that takes such an input.

    `hook` is who is called when it is over.

    Raises:
        RefusalError: none does.
    """
    try:
        body: object = loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise invalid(kind, "Input should be a valid dictionary")
    said = dict(_leaves(cast("dict[str, object]", body)))
    model, order = first_fit(models.find(kind, name), partial(_order, kind, name, said))
    pictures = read_pictures(_asked(name, model, said).pictures, kind)
    return ParsedRequest(order=order.model_copy(update={"hook": hook}), pictures=pictures)


def _leaves(body: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in body.items():
        if isinstance(value, dict):
            yield from _leaves(cast("dict[str, object]", value), f"{above}{name}.")
        else:
            yield above + name, value


def _order(kind: Kind, name: str, said: Mapping[str, object], model: WireModel) -> PaidOrder:
    constants = dict(model.constants)
    for place in said.keys() - {field.name for field in model.fields} - constants.keys():
        raise invalid(kind, f"{place}: Extra inputs are not permitted")
    for place, constant in constants.items():
        if said.get(place) != (list(constant) if isinstance(constant, tuple) else constant):
            raise invalid(kind, f"{place} has to be {constant!r}")
    try:
        asked = _asked(name, model, said)
    except ValueError as error:
        raise invalid(kind, str(error)) from None
    return order_for(kind, asked, model)


def _asked(name: str, model: WireModel, said: Mapping[str, object]) -> AskedOptions:
    """What such an input means.

    Raises:
        ValueError: something is not said as this model wants it.
    """
    meant = {f.option: _meant(f, said[f.name]) for f in model.fields if f.name in said}
    pictures = {role: _links(meant.pop(role)) for role in PICTURES if role in meant}
    width, height = meant.pop("width", None), meant.pop("height", None)
    if isinstance(width, int) and isinstance(height, int):
        meant["ratio"] = _shape(model, width / height)
    if isinstance(frames := meant.pop("frames", None), int):
        fps = next(field.fps for field in model.fields if field.option == "frames")
        meant["seconds"] = round(frames / fps)
    if isinstance(resolution := meant.get("resolution"), str):
        meant["resolution"] = resolution.lower()
    meant.pop("watermark", None)
    asked = AskedOptions(
        model=name,
        pictures=tuple(link for links in pictures.values() for link in links),
        roles=tuple(role.removesuffix("s") for role, links in pictures.items() for _ in links),
    )
    return replace(asked, **meant)


def _meant(field: WireField, value: object) -> object:
    """The value in the sandbox's own words."""
    for word, told in field.values:
        if told == value and type(told) is type(value):
            return _typed(field, word)
    if field.form:
        before, after = (re.escape(part) for part in field.form.split("{}"))
        found = re.fullmatch(f"{before}(.+){after}", value) if isinstance(value, str) else None
        if found is None:
            raise ValueError(f"{field.name}: Input should look like {field.form!r}")
        return _typed(field, found[1])
    if field.option == "references" and isinstance(value, list):
        return cast("list[object]", value)
    wanted = _type_of(field)
    if type(value) is not wanted:
        raise ValueError(f"{field.name}: Input should be a valid {wanted.__name__}")
    if isinstance(value, int) and (value - field.plus) % field.step:
        raise ValueError(f"{field.name}: Input should be a multiple of {field.step}")
    return value


def _type_of(field: WireField) -> type:
    return TYPES.get(field.option) or MORE_TYPES.get(field.option, str)


def _typed(field: WireField, word: str) -> object:
    wanted = _type_of(field)
    return word == "true" if wanted is bool else wanted(word)


def _links(value: object) -> list[str]:
    listed = cast("list[object]", value) if isinstance(value, list) else [value]
    if not all(isinstance(link, str) for link in listed):
        raise ValueError("a picture: Input should be a valid string")
    return cast("list[str]", listed)


def _shape(model: WireModel, ratio: float) -> str:
    def distance(shape: str) -> float:
        across, down = (int(side) for side in shape.split(":"))
        return abs(across / down - ratio)

    return min(model.ratios or (model.ratio,), key=distance)
