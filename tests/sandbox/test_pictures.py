"""Orders for pictures: both formats and the chat, what they refuse, and what is drawn."""

# pyright: reportUnknownMemberType=false
# Pillow describes parts of itself by numpy types, and numpy is not installed.

import base64
import io
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from PIL import Image

Say = Callable[..., Awaitable[Any]]

CREATE, EDIT = "/v1/images/generations", "/v1/images/edits"
GEMINI = "/v1beta/models/gemini-2.5-flash-image:generateContent"


def _png(colour: tuple[int, ...], mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.new(mode, (40, 40), colour).save(file, "PNG")
    return file.getvalue()


RED, BLUE = _png((250, 0, 0)), _png((0, 0, 250))
OPEN = _png((0, 0, 0, 0), "RGBA")


def _opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def _corners(picture: Image.Image) -> list[Any]:
    plain = picture.convert("RGB")
    return [plain.getpixel((2, 2)), plain.getpixel((picture.width - 3, 2))]


async def _paid(http: httpx.AsyncClient) -> int:
    return len((await http.get("/sandbox/ledger")).json())


async def _ordered(http: httpx.AsyncClient, **fields: object) -> list[dict[str, str]]:
    body = {"model": "sandbox-image", "prompt": "a pig", **fields}
    return (await http.post(CREATE, json=body)).raise_for_status().json()["data"]


async def _edited(http: httpx.AsyncClient, files: list[tuple[str, bytes]], **texts: str) -> Any:
    form = [(name, (f"{nth}.png", file, "image/png")) for nth, (name, file) in enumerate(files)]
    data = {"model": "gpt-image-1", "prompt": "a pig", **texts}
    return await http.post(EDIT, data=data, files=form)


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({}, (96, 96)),
        ({"aspect_ratio": "16:9"}, (170, 96)),
        ({"aspect_ratio": "3:4", "image_size": "2K"}, (192, 256)),
    ],
)
async def test_a_picture_has_the_shape_and_size_that_was_asked_for(
    http: httpx.AsyncClient,
    cdn: httpx.AsyncClient,
    fields: dict[str, str],
    size: tuple[int, int],
) -> None:
    (item,) = await _ordered(http, **fields)

    picture = await cdn.get(item["url"])

    opened = _opened(picture.content)
    assert (picture.headers["content-type"], opened.format) == ("image/png", "PNG")
    assert opened.size == size


async def test_several_pictures_differ(http: httpx.AsyncClient) -> None:
    items = await _ordered(http, n=3, response_format="b64_json")

    assert len({item["b64_json"] for item in items}) == 3


async def test_both_addresses_of_a_picture_give_the_same_and_no_video(
    http: httpx.AsyncClient, cdn: httpx.AsyncClient
) -> None:
    (item,) = await _ordered(http)

    watch = await cdn.get(item["url"])
    download = await cdn.get(item["url"].replace("/cdn/", "/cdn/download/"))
    video = await cdn.get(item["url"].replace(".png", ".mp4"))

    assert watch.content == download.content
    assert download.headers["content-disposition"].startswith("attachment")
    assert video.status_code == 404


async def test_pictures_in_json_stand_side_by_side(http: httpx.AsyncClient) -> None:
    uris = [f"data:image/png;base64,{base64.b64encode(each).decode()}" for each in (RED, BLUE)]

    (item,) = await _ordered(http, model="nano-banana", image=uris, response_format="b64_json")

    left, right = _corners(_opened(base64.b64decode(item["b64_json"])))
    assert (left[0] > 200, left[2] < 60) == (True, True)
    assert (right[0] < 60, right[2] > 200) == (True, True)


@pytest.mark.parametrize("field", ["image", "image[]"])
async def test_a_mask_is_seen_on_the_first_picture_only(
    http: httpx.AsyncClient, field: str
) -> None:
    files = [(field, RED), (field, BLUE)]
    plain = (await _edited(http, files)).json()["data"]
    masked = (await _edited(http, [*files, ("mask", OPEN)])).json()["data"]

    before, after = (
        _corners(_opened(base64.b64decode(items[0]["b64_json"]))) for items in (plain, masked)
    )
    assert before[0] != after[0]
    assert before[1] == after[1]


async def test_gpt_image_1_takes_a_size_and_gives_base64(http: httpx.AsyncClient) -> None:
    body = {"model": "gpt-image-1", "prompt": "a pig", "size": "1536x1024", "quality": "high"}

    reply = (await http.post(CREATE, json=body)).json()

    assert list(reply["data"][0]) == ["b64_json"]
    assert _opened(base64.b64decode(reply["data"][0]["b64_json"])).size == (144, 96)


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        ("nano-banana", {"aspect_ratio": "7:3"}),
        ("nano-banana", {"aspect_ratio": ""}),
        ("nano-banana", {"image_size": "1K"}),
        ("nano-banana", {"n": 2}),
        ("nano-banana", {"n": "1"}),
        ("nano-banana", {"seed": 3}),
        ("nano-banana", {"image": ["nonsense"]}),
        ("nano-banana", {"prompt": " "}),
        ("nano-banana-2", {"image_size": "8K"}),
        ("gpt-image-1", {"response_format": "url"}),
        ("gpt-image-1", {"aspect_ratio": "1:1"}),
        ("gpt-image-1", {"image": ["https://h/a.png"]}),
        ("flux-kontext-pro", {"size": "1024x1024"}),
    ],
)
async def test_what_a_model_does_not_take_is_refused_and_not_paid(
    http: httpx.AsyncClient, model: str, changes: dict[str, Any]
) -> None:
    body: dict[str, Any] = {"model": model, "prompt": "a pig"}

    reply = await http.post(CREATE, json=body | changes)

    assert reply.status_code == 400
    assert reply.json()["error"]["type"] == "invalid_request_error"
    assert await _paid(http) == 0


@pytest.mark.parametrize(
    ("files", "texts"),
    [
        ([("mask", OPEN)], {}),
        ([("picture", RED)], {}),
        ([("image", RED), ("mask", OPEN), ("mask", OPEN)], {}),
        ([("image", RED), ("mask", OPEN)], {"model": "flux-kontext-pro"}),
        ([("image", b"nonsense")], {}),
        ([("image", RED)], {"n": "11"}),
        ([("image", RED)], {"response_format": "url"}),
    ],
)
async def test_a_form_that_does_not_fit_is_refused(
    http: httpx.AsyncClient, files: list[tuple[str, bytes]], texts: dict[str, str]
) -> None:
    reply = await _edited(http, files, **texts)

    assert (reply.status_code, await _paid(http)) == (400, 0)


async def test_gemini_takes_and_gives_pictures_as_base64(http: httpx.AsyncClient) -> None:
    data = {"data": base64.b64encode(RED).decode(), "mimeType": "image/png"}
    body = {
        "contents": [{"role": "user", "parts": [{"inlineData": data}, {"text": "a pig"}]}],
        "generationConfig": {
            "imageConfig": {"aspectRatio": "3:4"},
            "responseModalities": ["IMAGE"],
        },
    }

    reply = (await http.post(GEMINI, json=body)).json()

    (part,) = reply["candidates"][0]["content"]["parts"]
    picture = _opened(base64.b64decode(part["inlineData"]["data"]))
    assert (picture.size, reply["candidates"][0]["finishReason"]) == ((96, 128), "STOP")
    assert _corners(picture)[0][0] > 200


@pytest.mark.parametrize(
    "body",
    [
        {"contents": [{"parts": [{"inlineData": {"data": "x", "mimeType": "image/png"}}]}]},
        {"contents": [{"parts": [{"text": "x", "thought": True}]}]},
        {"contents": [{"parts": [{"text": ""}]}]},
        {
            "contents": [{"parts": [{"text": "x"}]}],
            "generationConfig": {"imageConfig": {"imageSize": "2K"}},
        },
    ],
)
async def test_a_body_that_gemini_does_not_know_is_refused(
    http: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    reply = await http.post(GEMINI, json=body)

    assert (reply.status_code, await _paid(http)) == (400, 0)


@pytest.mark.parametrize(
    ("path", "model"), [(CREATE, "gpt-4o-image"), (CREATE, "gemini-2.5-flash-image")]
)
async def test_a_model_is_known_to_its_own_protocol_only(
    http: httpx.AsyncClient, path: str, model: str
) -> None:
    reply = await http.post(path, json={"model": model, "prompt": "a pig"})

    assert reply.json()["error"]["code"] == "model_not_found"


def _words(prompt: str) -> dict[str, Any]:
    return {"contents": [{"parts": [{"text": prompt}]}]}


@pytest.mark.parametrize(
    ("word", "end"),
    [("#fail-moderation", "IMAGE_SAFETY"), ("#nolink", "NO_IMAGE"), ("#says-no", "STOP")],
)
async def test_gemini_gives_no_picture_under_200_and_is_paid(
    http: httpx.AsyncClient, word: str, end: str
) -> None:
    reply = await http.post(GEMINI, json=_words(f"a pig {word}"))

    assert reply.json()["candidates"][0]["finishReason"] == end
    assert "inlineData" not in reply.text
    assert (reply.status_code, await _paid(http)) == (200, 1)


async def test_gemini_may_think_of_a_draft_and_give_a_link(http: httpx.AsyncClient) -> None:
    draft = (await http.post(GEMINI, json=_words("a pig #draft"))).json()
    link = (await http.post(GEMINI, json=_words("a pig #as-link"))).json()

    first, second = draft["candidates"][0]["content"]["parts"]
    (told,) = link["candidates"][0]["content"]["parts"]
    assert (first["thought"], "thought" in second) == (True, False)
    assert told["text"].startswith("![image](http://")


@pytest.mark.parametrize(
    ("word", "data"),
    [("#nolink", []), ("#no-url", [{"url": "", "b64_json": ""}]), ("#says-no", None)],
)
async def test_a_good_answer_may_hold_no_picture(
    http: httpx.AsyncClient, word: str, data: object
) -> None:
    body = {"model": "nano-banana", "prompt": f"a pig {word}"}

    reply = await http.post(CREATE, json=body)

    assert (reply.status_code, reply.json()["data"]) == (200, data)
    assert await _paid(http) == 1


async def test_the_review_refuses_a_picture_that_was_paid(http: httpx.AsyncClient) -> None:
    body = {"model": "nano-banana", "prompt": "a pig #fail-moderation"}

    reply = await http.post(CREATE, json=body)

    assert (reply.status_code, await _paid(http)) == (400, 1)
    assert reply.json()["error"]["code"] == "moderation_blocked"


async def test_a_picture_may_be_another_format_than_it_says(http: httpx.AsyncClient) -> None:
    (item,) = await _ordered(http, prompt="a pig #jpeg #inline")

    assert _opened(base64.b64decode(item["b64_json"])).format == "JPEG"


async def test_gpt_4o_image_answers_over_chat(say: Say, cdn: httpx.AsyncClient) -> None:
    told = await say("一只猪", model="gpt-4o-image")

    link = told.content.partition("](")[2].partition(")")[0]
    picture = _opened((await cdn.get(link)).content)
    assert told.content.startswith('```json\n{"prompt": "一只猪"')
    assert "> 进度 **36%**\n\n" in told.content
    assert told.content.count(".png") == 2
    assert picture.size == (96, 96)


async def test_gpt_4o_image_may_put_the_picture_into_the_text(say: Say) -> None:
    told = await say("a pig #inline", model="gpt-4o-image")

    data = told.content.partition("](data:image/png;base64,")[2].partition(")")[0]
    assert _opened(base64.b64decode(data)).size == (96, 96)
