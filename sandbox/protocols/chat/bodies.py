"""The body of a chat completion: the prompt and pictures of the user's last message."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

from pydantic import BaseModel

from sandbox.orders.models import Models, WireModel
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import invalid
from sandbox.protocols.bodies import (
    ParsedRequest,
    PictureLink,
    ShapedBody,
    find_models,
    first_fit,
    parse_body,
    read_pictures,
    shaped_order,
)


class _Part(BaseModel):
    type: Literal["text", "image_url"]
    text: str = ""
    image_url: PictureLink | None = None


class _Message(BaseModel):
    role: str
    content: str | list[_Part]


class _Body(ShapedBody):
    messages: list[_Message]
    stream: bool = False
    n: int = 1


def read_chat(models: Models, raw: bytes) -> ParsedRequest:
    """Understand the body of POST /v1/chat/completions."""
    named = find_models(models, raw, Kind.CHAT)
    body = parse_body(_Body, raw, Kind.CHAT)
    prompt, links = _last_words(body.messages)
    order_of = partial(_order, body, prompt, len(links))
    model, order = first_fit(_chosen_by_words(named, prompt), order_of)
    pictures = read_pictures(links, Kind.CHAT)
    return ParsedRequest(order=order, pictures=pictures, stream=body.stream, style=model.style)


def _order(body: _Body, prompt: str, images: int, model: WireModel) -> PaidOrder:
    if not 1 <= body.n <= model.count:
        raise invalid(Kind.CHAT, f"n must be between 1 and {model.count}")
    return shaped_order(model, body, prompt, images).model_copy(update={"count": body.n})


def _chosen_by_words(models: Sequence[WireModel], prompt: str) -> Sequence[WireModel]:
    """Those whose words stand before the prompt, and then those that need none.

    Words that nobody knows are a part of the prompt: then all of them may be meant.
    """
    chosen = [model for model in models if model.prefix and prompt.startswith(f"{model.prefix} ")]
    plain = [model for model in models if not model.prefix]
    return sorted(chosen, key=lambda model: -len(model.prefix)) + plain or models


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
