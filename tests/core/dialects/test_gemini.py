"""Gemini's own format: the very body, and the ways in which it gives a picture or none."""

import base64
from pathlib import Path

import pytest

from core.catalog import Model
from core.dialects import gemini
from core.dialects._gemini import check_size
from core.errors import FaultKind, JobError
from core.media import Asset, Charged, Cost, MediaKind, MediaRequest, RemoteAsset
from tests.core.dialects.http_answers import as_html, as_json
from tests.core.dialects.scripted_gateway import CALM, DialectRun, talk
from tests.core.dialects.scripts import MODELS

K = FaultKind
MODEL = MODELS["whatai/gemini-2.5-flash-image"]
LARGER = MODELS["whatai/gemini-3.1-flash-image-preview"]
PNG, JPEG = b"\x89PNG\r\n\x1a\nx", b"\xff\xd8\xffx"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def inline(data: bytes, **more: object) -> dict[str, object]:
    return {"inlineData": {"mimeType": "image/png", "data": b64(data)}, **more}


def candidate(*parts: object, end: str = "STOP") -> dict[str, object]:
    content = {"role": "model", "parts": list(parts)}
    return {"candidates": [{"content": content, "finishReason": end, "index": 0}]}


def picture(folder: Path, content: bytes = PNG) -> Asset:
    path = folder / "1.png"
    path.write_bytes(content)
    return Asset(
        kind=MediaKind.IMAGE,
        path=path,
        mime="image/png",
        size_bytes=len(content),
        width=60,
        height=40,
    )


async def spoken(
    reply: object, *, model: Model = MODEL, images: tuple[Asset, ...] = (), **options: str
) -> DialectRun:
    request = MediaRequest(prompt="hi", kind=MediaKind.IMAGE, images=images, **options)  # type: ignore[arg-type]
    answer = reply if isinstance(reply, bytes) else as_json(reply)
    return await talk("gemini", creation=[answer], request=request, model=model, pace=CALM)


async def test_the_body_is_the_documented_one(tmp_path: Path) -> None:
    image = picture(tmp_path)
    request = MediaRequest(prompt="hi", ratio="3:4", images=(image, image))
    told = await spoken(candidate(inline(PNG)), images=(image,), ratio="3:4")

    body = gemini.payload(MODEL, request, [f"data:image/png;base64,{b64(PNG)}"] * 2)

    part = {"inlineData": {"data": b64(PNG), "mimeType": "image/png"}}
    assert told.lines == ["POST /v1beta/models/gemini-2.5-flash-image:generateContent HTTP/1.1"]
    assert body == {
        "contents": [{"role": "user", "parts": [part, part, {"text": "hi"}]}],
        "generationConfig": {
            "responseModalities": ["IMAGE"],
            "imageConfig": {"aspectRatio": "3:4"},
        },
    }


def test_what_was_not_asked_for_is_left_out() -> None:
    plain = gemini.payload(MODEL, MediaRequest(prompt="hi"), [])
    large = gemini.payload(LARGER, MediaRequest(prompt="hi", resolution="2k", seed=7), [])

    assert plain["generationConfig"] == {"responseModalities": ["IMAGE"]}
    assert large["generationConfig"] == {
        "responseModalities": ["IMAGE"],
        "imageConfig": {"imageSize": "2K"},
        "seed": 7,
    }


SNAKE = {"inline_data": {"mime_type": "image/jpeg", "data": b64(JPEG)}}
DRAFT = {"thought": True, "inline_data": {"mime_type": "image/png", "data": b64(b"draft")}}
LINK = "https://h/a.png"


@pytest.mark.parametrize(
    ("reply", "urls", "data"),
    [
        (candidate({"text": "Here:"}, inline(PNG)), (), PNG),
        (candidate(DRAFT, SNAKE), (), JPEG),
        (candidate(SNAKE, DRAFT), (), JPEG),
        (candidate({"fileData": {"fileUri": LINK}}), (LINK,), None),
        (candidate({"file_data": {"file_uri": LINK}}), (LINK,), None),
        (candidate({"text": f"![image]({LINK})"}), (LINK,), None),
        (candidate({"text": f"![image](data:image/png;base64,{b64(PNG)})"}), (), PNG),
        (candidate(inline(PNG), inline(JPEG)), (), JPEG),
        (candidate(inline(PNG), end="MAX_TOKENS"), (), PNG),
    ],
    ids=["beside words", "draft first", "draft last", "uri", "snake", "link", "in words",
         "two", "cut short"],
)  # fmt: skip
async def test_the_final_picture_is_found_wherever_it_is(
    reply: object, urls: tuple[str, ...], data: bytes | None
) -> None:
    told = await spoken(reply)

    assert told.assets == (RemoteAsset(urls=urls, data=data, kind=MediaKind.IMAGE),)


async def test_a_draft_is_better_than_nothing_but_not_than_a_refusal() -> None:
    kept = await spoken(candidate(DRAFT))
    refused = await spoken(candidate(DRAFT, end="IMAGE_SAFETY"))

    assert (kept.assets[0].data, kept.assets[0].preview) == (b"draft", True)
    assert refused.fault
    assert refused.fault.kind is K.MODERATION_OUTPUT


USED = {"promptTokenCount": 12, "candidatesTokenCount": 1120, "thoughtsTokenCount": 300}


@pytest.mark.parametrize(
    ("key", "cost"),
    [
        ("gemini/gemini-3.1-flash-image", Cost(amount=6.72, unit="credits")),
        ("whatai/gemini-3.1-flash-image-preview", Cost(amount=1120, unit="tokens")),
    ],
)
@pytest.mark.parametrize("part", [inline(PNG), {"text": "No."}], ids=["made", "refused"])
async def test_its_tokens_are_what_it_has_cost_at_the_price_of_the_stanza(
    key: str, cost: Cost, part: dict[str, object]
) -> None:
    told = await spoken({**candidate(part), "usageMetadata": USED}, model=MODELS[key])

    assert told.events[-1] == Charged(cost=cost)


@pytest.mark.parametrize(
    ("url", "keyed"),
    [("https://gate/files/1", True), ("https://gate.evil/1", False), ("http://gate/1", False)],
)
def test_only_a_link_to_the_gateway_itself_is_fetched_with_the_key(
    url: str,
    keyed: bool,  # noqa: FBT001 a column of the table above
) -> None:
    reply = candidate({"fileData": {"fileUri": url}})

    (asset,) = gemini.answer(reply, MediaRequest(prompt="hi"), "https://gate")

    assert (asset.urls, asset.authorized) == ((url,), keyed)


BLOCKED = {"usageMetadata": {"promptTokenCount": 12, "candidatesTokenCount": 0}}
NO = "I can't create images of real people…"


@pytest.mark.parametrize(
    ("reply", "kind", "reason"),
    [
        (
            {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, **BLOCKED},
            K.MODERATION_PROMPT,
            "PROHIBITED_CONTENT",
        ),
        (
            {"promptFeedback": {"blockReason": "OTHER"}, "candidates": None},
            K.MODERATION_PROMPT,
            "OTHER",
        ),
        ({"candidates": None, "id": "x"}, K.NO_MEDIA, ""),
        ({"candidates": [], "id": "x"}, K.NO_MEDIA, ""),
        (
            {"candidates": [{"finishReason": "IMAGE_SAFETY", "index": 0}]},
            K.MODERATION_OUTPUT,
            "IMAGE_SAFETY",
        ),
        (
            {"candidates": [{"finishReason": "SPII", "finishMessage": "Personal data."}]},
            K.MODERATION_OUTPUT,
            "Personal data.",
        ),
        ({"candidates": [{"finishReason": "NO_IMAGE"}]}, K.NO_MEDIA, "NO_IMAGE"),
        ({"candidates": [{"content": None, "finishReason": "MAX_TOKENS"}]}, K.NO_MEDIA,
         "MAX_TOKENS"),
        (candidate({"text": NO}), K.NO_MEDIA, NO),
        (candidate({"text": "See https://policies.example/x"}), K.NO_MEDIA,
         "See https://policies.example/x"),
        (candidate({"text": "It would violate our rules."}), K.MODERATION_PROMPT,
         "It would violate our rules."),
    ],
)  # fmt: skip
async def test_no_picture_under_200_is_told_in_the_models_words(
    reply: object, kind: FaultKind, reason: str
) -> None:
    told = await spoken(reply)

    assert told.fault is not None
    assert (told.fault.kind, told.fault.reason) == (kind, reason)
    assert told.fault.maybe_billed
    assert told.posts == 1


async def test_a_refused_picture_of_the_user_is_named_as_such(tmp_path: Path) -> None:
    reply = {"promptFeedback": {"blockReason": "IMAGE_SAFETY"}}

    told = await spoken(reply, images=(picture(tmp_path),))

    assert told.fault
    assert told.fault.kind is K.MODERATION_INPUT_IMAGE


async def test_an_error_of_google_is_understood() -> None:
    body = {"error": {"code": 400, "message": "Bad ratio", "status": "INVALID_ARGUMENT"}}

    told = await spoken(as_json(body, status=400))

    assert told.fault
    assert (told.fault.kind, told.fault.reason) == (K.BAD_REQUEST, "Bad ratio")


async def test_pictures_that_are_too_large_together_are_never_sent(tmp_path: Path) -> None:
    image = picture(tmp_path, bytes(7_600_000))

    told = await spoken(candidate(inline(PNG)), images=(image, image))

    assert told.fault
    assert (told.fault.kind, told.fault.maybe_billed) == (K.TOO_LARGE, False)
    assert "20.3 MB as base64, the limit is 20 MB" in told.fault.detail
    assert told.requests == []


def test_pictures_that_just_fit_are_sent() -> None:
    check_size("hi", ["x" * 19_999_998])

    with pytest.raises(JobError):
        check_size("hi!", ["x" * 19_999_998])


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (as_json({"title": "Not found", "detail": "no", "status": 404}, status=404), K.MODEL_GONE),
        (as_json({"error": {"message": "Invalid URL (POST /x)"}}, status=404), K.MISCONFIGURED),
        (as_html("<title>404</title>", status=404), K.MISCONFIGURED),
        (as_json("", status=404), K.MISCONFIGURED),
    ],
)
async def test_a_404_of_a_path_that_names_the_model_is_about_the_model(
    answer: bytes, kind: FaultKind
) -> None:
    told = await spoken(answer)

    assert told.fault
    assert (told.fault.kind, told.fault.maybe_billed) == (kind, False)
