"""OpenRouter's pictures over chat: the very body, and the ways in which there is one or none."""

import base64
import json
from pathlib import Path

import pytest

from core.catalog import Model
from core.dialects import openrouter_images
from core.dialects._json import Json
from core.errors import FaultKind
from core.media import (
    Accepted,
    Asset,
    Charged,
    Cost,
    MediaKind,
    MediaRequest,
    RemoteAsset,
    Rendering,
)
from tests.core.dialects.http_answers import as_json
from tests.core.dialects.scripted_gateway import CALM, DialectRun, talk
from tests.core.dialects.scripts import MODELS

K = FaultKind
GEMINI = MODELS["openrouter/gemini-3.1-flash-image"]
FLUX = MODELS["openrouter/flux.2-pro"]
PNG, JPEG = b"\x89PNG\r\n\x1a\nx", b"\xff\xd8\xffx"
LINK = "https://h/a.png"


def uri(data: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


def image(url: str) -> Json:
    return {"type": "image_url", "image_url": {"url": url}, "index": 0}


def said(*urls: str, content: object = "", end: str = "stop", **more: object) -> dict[str, object]:
    message = {"role": "assistant", "content": content, "images": [image(url) for url in urls]}
    choice = {"index": 0, "message": message, "finish_reason": end, **more}
    return {"id": "gen-1", "object": "chat.completion", "choices": [choice]}


async def asked(
    reply: object, *, model: Model = GEMINI, images: tuple[Asset, ...] = ()
) -> DialectRun:
    request = model.complete(MediaRequest(prompt="hi", kind=MediaKind.IMAGE, images=images))
    answer = reply if isinstance(reply, bytes) else as_json(reply)
    return await talk(
        "openrouter_images", creation=[answer], request=request, model=model, pace=CALM
    )


@pytest.mark.parametrize(
    ("model", "options", "body"),
    [
        (
            GEMINI,
            {"ratio": "16:9", "resolution": "2k"},
            {
                "model": "google/gemini-3.1-flash-image",
                "modalities": ("image", "text"),
                "image_config": {"aspect_ratio": "16:9", "image_size": "2K"},
            },
        ),
        (
            FLUX,
            {},
            {
                "model": "black-forest-labs/flux.2-pro",
                "modalities": ("image",),
                "image_config": {"aspect_ratio": "1:1"},
            },
        ),
        (
            FLUX.model_copy(update={"ratios": (), "seed": True}),
            {"seed": 0},
            {"model": "black-forest-labs/flux.2-pro", "modalities": ("image",), "seed": 0},
        ),
    ],
    ids=["words", "pictures alone", "nothing to choose"],
)
def test_a_creation_says_what_was_asked_for(
    model: Model, options: dict[str, str], body: Json
) -> None:
    request = model.complete(MediaRequest(prompt="hi", kind=MediaKind.IMAGE, **options))  # type: ignore[arg-type]

    content = [{"type": "text", "text": "hi"}]
    assert openrouter_images.payload(model, request, []) == {
        "messages": [{"role": "user", "content": content}],
        **body,
    }


async def test_pictures_stand_behind_the_words_in_their_order(tmp_path: Path) -> None:
    given = tuple(_saved(tmp_path, name, data) for name, data in (("1", PNG), ("2", JPEG)))

    told = await asked(said(LINK), images=given)

    body = json.loads(told.requests[0].partition(b"\r\n\r\n")[2])
    assert told.lines == ["POST /v1/chat/completions HTTP/1.1"]
    assert body["modalities"] == ["image", "text"]
    assert "stream" not in body
    parts = body["messages"][0]["content"]
    assert [part.get("image_url") for part in parts] == [
        None,
        {"url": uri(PNG)},
        {"url": uri(JPEG)},
    ]


def _saved(folder: Path, name: str, data: bytes) -> Asset:
    path = folder / name
    path.write_bytes(data)
    return Asset(
        kind=MediaKind.IMAGE, path=path, mime="image/png", size_bytes=4, width=6, height=4
    )


@pytest.mark.parametrize(
    ("reply", "urls", "data"),
    [
        (said(uri(PNG), content="Here it is."), (), PNG),
        (said(uri(PNG), content=None), (), PNG),
        (said(LINK), (LINK,), None),
        (said("", uri(PNG)), (), PNG),
        (said(uri(PNG), end="length"), (), PNG),
        (said(uri(JPEG), uri(PNG)), (), PNG),
    ],
    ids=["beside words", "no words", "link", "one empty", "cut short", "two"],
)
async def test_the_picture_is_found(
    reply: object, urls: tuple[str, ...], data: bytes | None
) -> None:
    told = await asked(reply)

    assert told.assets == (RemoteAsset(urls=urls, data=data, kind=MediaKind.IMAGE),)


@pytest.mark.parametrize(
    ("reply", "kind", "reason"),
    [
        (said(content="I cannot draw that."), K.NO_MEDIA, "I cannot draw that."),
        (said(content="That would violate our policy."), K.MODERATION_PROMPT, None),
        (said(end="content_filter"), K.MODERATION_OUTPUT, None),
        (said(native_finish_reason="IMAGE_SAFETY"), K.MODERATION_OUTPUT, "IMAGE_SAFETY"),
        (said("data:image/png;base64,???"), K.NO_MEDIA, None),
        (said(""), K.NO_MEDIA, None),
        ({"choices": []}, K.NO_MEDIA, None),
        ({"choices": None, "id": "x"}, K.NO_MEDIA, None),
        ({"choices": [{"message": {"content": None, "images": "x"}}]}, K.NO_MEDIA, None),
        (
            {"choices": [{"message": {"refusal": "Not of real people."}}]},
            K.NO_MEDIA,
            "Not of real people.",
        ),
        (
            said(end="error", error={"code": 502, "message": "Provider is down"}),
            K.UPSTREAM,
            "Provider is down",
        ),
        (
            said(end="error", error={"code": 403, "message": "flagged by moderation"}),
            K.MODERATION_PROMPT,
            None,
        ),
    ],
)
async def test_no_picture_under_200_is_told_in_the_models_words_and_may_be_billed(
    reply: object, kind: FaultKind, reason: str | None
) -> None:
    told = await asked(reply)

    assert told.fault is not None
    assert told.fault.kind is kind
    assert reason in {None, told.fault.reason}
    assert told.posts == 1


async def test_a_refusal_behind_a_good_status_may_have_been_billed() -> None:
    told = await asked(said(end="error", error={"code": 502, "message": "down"}))

    assert told.fault
    assert told.fault.maybe_billed


@pytest.mark.parametrize("url", [uri(PNG), ""], ids=["made", "refused"])
async def test_what_it_has_cost_is_told_whatever_came_of_it(url: str) -> None:
    told = await asked({**said(url), "usage": {"cost": 0.067, "completion_tokens": 1290}})

    assert told.events == [Rendering(), Accepted(), Charged(cost=Cost(amount=0.067))]
