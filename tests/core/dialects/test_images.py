"""The images API: the very JSON and forms, and every way in which pictures are answered."""

import base64
import json
from dataclasses import replace
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path

import pytest
from PIL import Image

from core.catalog import Model
from core.dialects import images
from core.errors import FaultKind
from core.files.media_info import look
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
from tests.core.dialects.http_answers import Answer, as_html, as_json, broken
from tests.core.dialects.scripted_gateway import CALM, DialectRun, talk
from tests.core.dialects.scripts import MODELS

CAT = "一只猫"
URL = "https://h/a.png"
BANANA = MODELS["whatai/nano-banana"]
BANANA_2 = MODELS["whatai/nano-banana-2"]
GPT = MODELS["whatai/gpt-image-1"]
FLUX = MODELS["whatai/flux-kontext-pro"]
GROK = MODELS["xai/grok-imagine-image"]
DONE = as_json({"created": 1757, "data": [{"url": URL}]})
BYTES = b"\x89PNG\r\n\x1a\n\xfb\xff\xbe"
STANDARD = base64.b64encode(BYTES).decode()
URL_SAFE = base64.urlsafe_b64encode(BYTES).decode().rstrip("=")

Part = tuple[str, str | None, str, bytes]


async def asked(model: Model, request: MediaRequest, answer: Answer = DONE) -> DialectRun:
    request = model.complete(replace(request, kind=MediaKind.IMAGE))
    return await talk("images", creation=[answer], request=request, model=model, pace=CALM)


async def answered(answer: Answer, *, count: int = 1) -> DialectRun:
    return await asked(GPT, MediaRequest(prompt=CAT, count=count), answer)


def parts_of(request: bytes) -> list[Part]:
    """The parts of a form: name, file name, MIME type, content."""
    head, _, body = request.partition(b"\r\n\r\n")
    kind = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-type"))
    form = BytesParser(policy=HTTP).parsebytes(kind + b"\r\n\r\n" + body)
    return [
        (
            str(part.get_param("name", header="content-disposition")),
            part.get_filename(),
            part.get_content_type(),
            bytes(part.get_payload(decode=True) or b""),
        )
        for part in form.iter_parts()
    ]


def texts_of(request: bytes) -> dict[str, str]:
    parts = parts_of(request)
    return {name: content.decode() for name, file, _, content in parts if file is None}


def picture(folder: Path, name: str, size: tuple[int, int] = (60, 40)) -> Asset:
    path = folder / name
    Image.new("RGBA" if name.endswith("png") else "RGB", size, "red").save(path)
    return look(path)


@pytest.mark.parametrize(
    ("model", "request_", "body"),
    [
        (
            BANANA,
            MediaRequest(prompt=CAT, ratio="16:9"),
            {"model": "nano-banana", "aspect_ratio": "16:9", "response_format": "url"},
        ),
        (
            BANANA_2,
            MediaRequest(prompt=CAT, ratio="21:9", resolution="4k"),
            {
                "model": "nano-banana-2",
                "aspect_ratio": "21:9",
                "image_size": "4K",
                "response_format": "url",
            },
        ),
        (
            GPT,
            MediaRequest(prompt=CAT, ratio="3:2", count=2),
            {"model": "gpt-image-1", "size": "1536x1024", "n": 2},
        ),
        (
            GPT,
            MediaRequest(prompt=CAT, ratio="2:3", resolution="hd"),
            {"model": "gpt-image-1", "size": "1024x1536", "quality": "high"},
        ),
        (
            GPT,
            MediaRequest(prompt=CAT, fast=True),
            {"model": "gpt-image-1", "size": "1024x1024", "quality": "low"},
        ),
        (FLUX, MediaRequest(prompt=CAT), {"model": "flux-kontext-pro"}),
        (
            GROK,
            MediaRequest(prompt=CAT, ratio="16:9", count=4),
            {
                "model": "grok-imagine-image",
                "aspect_ratio": "16:9",
                "response_format": "url",
                "n": 4,
            },
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Model) else "",
)
def test_a_creation_says_what_was_asked_for_and_nothing_empty(
    model: Model, request_: MediaRequest, body: dict[str, object]
) -> None:
    payload = images.payload(model, model.complete(request_), [])

    assert payload == {"prompt": CAT, **body}


async def test_nano_banana_takes_pictures_beside_the_words(tmp_path: Path) -> None:
    given = (picture(tmp_path, "1.png"), picture(tmp_path, "2.jpg"))

    spoken = await asked(BANANA, MediaRequest(prompt=CAT, images=given))

    uris = [
        f"data:{each.mime};base64,{base64.b64encode(each.path.read_bytes()).decode()}"
        for each in given
    ]
    expected = {"model": "nano-banana", "prompt": CAT, "response_format": "url", "image": uris}
    assert spoken.lines == ["POST /v1/images/generations HTTP/1.1"]
    assert json.loads(spoken.requests[0].partition(b"\r\n\r\n")[2]) == expected


async def test_an_edit_is_a_form_with_all_pictures_under_one_name(tmp_path: Path) -> None:
    given = (picture(tmp_path, "1.png"), picture(tmp_path, "2.jpg"))
    mask = picture(tmp_path, "mask.png")
    request = MediaRequest(prompt=CAT, images=given, mask=mask, ratio="3:2", count=3)

    spoken = await asked(GPT, request)

    parts = parts_of(spoken.requests[0])
    assert spoken.lines == ["POST /v1/images/edits HTTP/1.1"]
    assert texts_of(spoken.requests[0]) == {
        "model": "gpt-image-1",
        "prompt": CAT,
        "size": "1536x1024",
        "n": "3",
    }
    assert [part for part in parts if part[1]] == [
        ("image", "1.png", "image/png", given[0].path.read_bytes()),
        ("image", "2.jpg", "image/jpeg", given[1].path.read_bytes()),
        ("mask", "mask.png", "image/png", mask.path.read_bytes()),
    ]


async def test_an_edit_may_be_json_without_a_shape(tmp_path: Path) -> None:
    given = picture(tmp_path, "1.png")

    spoken = await asked(GROK, MediaRequest(prompt=CAT, images=(given,)))

    uri = f"data:image/png;base64,{base64.b64encode(given.path.read_bytes()).decode()}"
    assert spoken.lines == ["POST /v1/images/edits HTTP/1.1"]
    assert json.loads(spoken.requests[0].partition(b"\r\n\r\n")[2]) == {
        "model": "grok-imagine-image",
        "prompt": CAT,
        "response_format": "url",
        "image": {"type": "image_url", "url": uri},
    }


async def test_several_pictures_of_such_an_edit_are_a_list(tmp_path: Path) -> None:
    given = tuple(picture(tmp_path, f"{name}.png") for name in "ab")

    spoken = await asked(GROK, MediaRequest(prompt=CAT, images=given))

    body = json.loads(spoken.requests[0].partition(b"\r\n\r\n")[2])
    assert [each["type"] for each in body["images"]] == ["image_url"] * 2
    assert "image" not in body


async def test_a_gateway_may_want_another_name_for_several_pictures(tmp_path: Path) -> None:
    model = FLUX.model_copy(update={"edits": "image[]"})
    given = (picture(tmp_path, "1.png"), picture(tmp_path, "2.png"))

    spoken = await asked(model, MediaRequest(prompt=CAT, images=given))

    files = [name for name, file, _, _ in parts_of(spoken.requests[0]) if file]
    assert files == ["image[]", "image[]"]


@pytest.mark.parametrize(
    ("item", "urls", "data"),
    [
        ({"url": URL}, (URL,), None),
        ({"url": f" {URL}\n", "b64_json": ""}, (URL,), None),
        ({"b64_json": STANDARD}, (), BYTES),
        ({"b64_json": f"data:image/png;base64,{STANDARD}\n"}, (), BYTES),
        ({"b64_json": f"{STANDARD[:4]}\r\n{STANDARD[4:]}"}, (), BYTES),
        ({"b64_json": URL_SAFE, "revised_prompt": ""}, (), BYTES),
        ({"url": f"data:image/png;base64,{STANDARD}"}, (), BYTES),
        ({"url": URL, "b64_json": STANDARD}, (URL,), BYTES),
    ],
    ids=["url", "one empty", "b64", "prefix", "lines", "url-safe", "uri", "both"],
)
async def test_a_picture_is_found_as_a_link_and_as_base64_of_any_kind(
    item: dict[str, str], urls: tuple[str, ...], data: bytes | None
) -> None:
    spoken = await answered(as_json({"created": 1, "data": [item]}))

    assert spoken.assets == (RemoteAsset(urls=urls, data=data, kind=MediaKind.IMAGE),)


@pytest.mark.parametrize(
    "data", [[], None, [{}], [{"url": ""}], "x", [None], [{"b64_json": "???"}]], ids=str
)
async def test_a_good_answer_without_a_picture_has_none_and_may_be_billed(
    data: object,
) -> None:
    spoken = await answered(as_json({"created": 1, "data": data}))

    assert spoken.fault is not None
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (FaultKind.NO_MEDIA, True)
    assert spoken.posts == 1


async def test_who_waits_for_the_one_answer_is_told_that_it_is_rendering() -> None:
    spoken = await answered(as_json({"data": [{"url": URL}]}))

    assert spoken.events == [Rendering(), Accepted()]


async def test_why_there_is_no_picture_is_quoted() -> None:
    plain = await answered(as_json({"data": None, "message": "I can't draw that."}))
    filtered = await answered(as_json({"data": None, "message": "This violates our policy."}))

    assert plain.fault
    assert filtered.fault
    assert (plain.fault.kind, plain.fault.reason) == (FaultKind.NO_MEDIA, "I can't draw that.")
    assert filtered.fault.kind is FaultKind.MODERATION_PROMPT


async def test_what_moderation_keeps_back_is_no_picture_and_is_told_with_its_price() -> None:
    kept = {"url": URL, "respect_moderation": False}
    body = {"data": [kept], "usage": {"cost_in_usd_ticks": 200_000_000}}

    spoken = await answered(as_json(body))

    assert spoken.fault
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (FaultKind.MODERATION_OUTPUT, True)
    assert spoken.events[-1] == Charged(cost=Cost(amount=0.02))


async def test_one_that_is_kept_back_does_not_spoil_the_others() -> None:
    kept = {"url": "https://h/kept.png", "respect_moderation": False}

    spoken = await answered(as_json({"data": [kept, {"url": URL}]}), count=2)

    assert spoken.urls == [(URL,)]


async def test_a_refusal_under_200_tells_what_it_has_cost() -> None:
    body = {"error": {"message": "blocked"}, "usage": {"cost": 0.03}}

    spoken = await answered(as_json(body))

    assert spoken.fault
    assert spoken.events[-1] == Charged(cost=Cost(amount=0.03))


async def test_no_more_pictures_come_than_were_asked_for() -> None:
    three = [{"url": f"https://h/{number}.png"} for number in range(3)]

    spoken = await answered(as_json({"data": three}), count=2)

    assert spoken.urls == [("https://h/0.png",), ("https://h/1.png",)]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (broken('{"created":1,"data":[{"b64_json":"iVBORw0K'), FaultKind.NETWORK),
        (as_json("[1]"), FaultKind.BAD_PAYLOAD),
        (as_json(""), FaultKind.BAD_PAYLOAD),
        (as_html("<html>524", status=524), FaultKind.TIMEOUT),
    ],
    ids=["torn", "a list", "nothing", "524"],
)
async def test_an_answer_that_cannot_be_read_may_have_been_billed(
    answer: bytes, kind: FaultKind
) -> None:
    spoken = await answered(answer)

    assert spoken.fault is not None
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (kind, True)
    assert spoken.posts == 1


async def test_a_picture_of_many_megabytes_arrives_whole_and_is_nowhere_shown() -> None:
    data = BYTES + bytes(9_000_000)
    body = {"data": [{"b64_json": base64.b64encode(data).decode()}]}

    spoken = await answered(as_json(body))

    assert spoken.assets[0].data == data
    assert len(repr(spoken.assets)) < 500
