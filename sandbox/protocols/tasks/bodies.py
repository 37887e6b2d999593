"""The body of a task: fields are strict, and a number for a length is refused."""

from functools import partial

from pydantic import ConfigDict

from sandbox.orders.models import Models, WireModel
from sandbox.orders.order import Kind, PaidOrder
from sandbox.protocols.bodies import (
    ParsedRequest,
    ShapedBody,
    check_switches,
    find_models,
    first_fit,
    parse_body,
    read_pictures,
    shaped_order,
)


class _Body(ShapedBody):
    model_config = ConfigDict(strict=True, extra="forbid")

    prompt: str
    images: tuple[str, ...] = ()
    seed: int | None = None
    notify_hook: str | None = None
    watermark: bool = False
    private: bool = False


def read_task(models: Models, raw: bytes) -> ParsedRequest:
    """Understand the body of POST /v2/videos/generations."""
    named = find_models(models, raw, Kind.V2)
    body = parse_body(_Body, raw, Kind.V2)
    _, order = first_fit(named, partial(_order, body))
    return ParsedRequest(order=order, pictures=read_pictures(body.images, Kind.V2))


def _order(body: _Body, model: WireModel) -> PaidOrder:
    check_switches(
        model,
        seed=(body.seed is not None, model.seed),
        watermark=(body.watermark, model.watermark),
    )
    order = shaped_order(model, body, body.prompt, len(body.images))
    return order.model_copy(update={"hook": body.notify_hook or "", "private": body.private})
