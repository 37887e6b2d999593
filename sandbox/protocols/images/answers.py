"""The answers that hold pictures, honest or as the #words want them."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from sandbox.orders.links import Links
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import openai_error
from sandbox.protocols.chat.answer import MODERATED

NO = "I can't create images of real people. Would you like something else?"
# What these do stands in the functions below, or where the picture is drawn.
CENTS_PER_PICTURE = 4
PICTURE_WORDS = ("as-link", "draft", "inline", "jpeg", "says-no")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPictures:
    """An order whose pictures are ready, the bytes of each."""

    order: PaidOrder
    links: Links
    pictures: Sequence[bytes]


def answer(drawn: DrawnPictures) -> Response:
    """The result of an order, or what its prompt wants instead."""
    honest, ends = _ANSWERS.get(drawn.order.kind, (_images, IMAGE_ENDS))
    for word, respond in ends.items():
        if word in drawn.order.words:
            return respond(drawn)
    return honest(drawn)


def _images(drawn: DrawnPictures) -> Response:
    order = drawn.order
    if order.inline or "inline" in order.words:
        data = [{"b64_json": _base64(picture)} for picture in drawn.pictures]
    else:
        data = [{"url": drawn.links.watch(nth + 1)} for nth in range(len(drawn.pictures))]
    kept = data[:-1] if "partial" in order.words else data
    return _listed(drawn, kept)


def _listed(drawn: DrawnPictures, data: Sequence[object]) -> Response:
    usage = {"total_tokens": 100, "input_tokens": 50, "output_tokens": 50}
    created = int(drawn.order.accepted_at)
    return JSONResponse({"created": created, "data": list(data), "usage": usage})


def _gemini(drawn: DrawnPictures) -> Response:
    parts = [_inline(picture) for picture in drawn.pictures]
    if "draft" in drawn.order.words:
        parts = [{"thought": True, **_inline(drawn.pictures[0])}, *parts]
    if "as-link" in drawn.order.words:
        parts = [{"text": f"![image]({drawn.links.watch()})"}]
    return _candidate(drawn, "STOP", parts)


def _inline(picture: bytes) -> dict[str, object]:
    return {"inlineData": {"mimeType": "image/png", "data": _base64(picture)}}


def _candidate(drawn: DrawnPictures, end: str, parts: Sequence[object] | None) -> Response:
    candidate: dict[str, object] = {"finishReason": end, "index": 0}
    if parts is not None:
        candidate["content"] = {"role": "model", "parts": parts}
    body = {
        "candidates": [candidate],
        "usageMetadata": {"promptTokenCount": 12, "candidatesTokenCount": 1290},
        "modelVersion": drawn.order.model,
        "responseId": drawn.order.id,
    }
    return JSONResponse(body)


def _over_chat(drawn: DrawnPictures) -> Response:
    urls = [f"data:image/png;base64,{_base64(picture)}" for picture in drawn.pictures]
    if "as-link" in drawn.order.words:
        urls = [drawn.links.watch()]
    return _message(drawn, "", urls)


def _message(
    drawn: DrawnPictures,
    said: str,
    urls: Sequence[str] = (),
    ends: tuple[str, str] = ("stop", "STOP"),
    **more: object,
) -> Response:
    images = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    choice = {
        "index": 0,
        "finish_reason": ends[0],
        "native_finish_reason": ends[1],
        "message": {"role": "assistant", "content": said, "images": images},
        **more,
    }
    usage = {"prompt_tokens": 12, "completion_tokens": 1290, "cost": CENTS_PER_PICTURE / 100}
    body = {"id": drawn.order.id, "object": "chat.completion", "choices": [choice], "usage": usage}
    return JSONResponse(body)


def _base64(picture: bytes) -> str:
    return base64.b64encode(picture).decode()


def _moderated(_: DrawnPictures) -> Response:
    return openai_error(400, MODERATED, kind="upstream_error", code="moderation_blocked")


IMAGE_ENDS: dict[str, Callable[[DrawnPictures], Response]] = {
    "fail-moderation": _moderated,
    "nolink": lambda drawn: _listed(drawn, []),
    "no-url": lambda drawn: _listed(drawn, [{"url": "", "b64_json": ""}]),
    "says-no": lambda drawn: JSONResponse({"data": None, "message": NO, "id": drawn.order.id}),
}
OPENROUTER_ENDS: dict[str, Callable[[DrawnPictures], Response]] = {
    "fail-moderation": lambda drawn: _message(drawn, "", ends=("content_filter", "IMAGE_SAFETY")),
    "nolink": lambda drawn: _message(drawn, ""),
    "no-url": lambda drawn: _message(drawn, "", [""]),
    "says-no": lambda drawn: _message(drawn, NO),
    "fail-choice": lambda drawn: _message(
        drawn, "", ends=("error", "ERROR"), error={"code": 502, "message": "Provider is down"}
    ),
}
GEMINI_ENDS: dict[str, Callable[[DrawnPictures], Response]] = {
    "fail-moderation": lambda drawn: _candidate(drawn, "IMAGE_SAFETY", None),
    "nolink": lambda drawn: _candidate(drawn, "NO_IMAGE", None),
    "no-url": lambda drawn: _candidate(drawn, "STOP", []),
    "says-no": lambda drawn: _candidate(drawn, "STOP", [{"text": NO}]),
}
_ANSWERS = {
    Kind.GEMINI: (_gemini, GEMINI_ENDS),
    Kind.OPENROUTER_IMAGES: (_over_chat, OPENROUTER_ENDS),
}
