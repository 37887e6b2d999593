"""Seedance: what is sent, what an end means, and how a task is taken back."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.callbacks.hooks import Hook
from core.catalog import Model
from core.dialects import DIALECTS, seedance
from core.dialects._json import items, mapping
from core.errors import FaultKind, JobError
from core.media import Accepted, Asset, Event, MediaKind, MediaRequest, RemoteAsset, TaskRef
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.core.dialects.http_answers import RESET, Answer, as_html, as_json
from tests.core.dialects.scripted_gateway import (
    CALM,
    HASTY,
    DialectRun,
    client,
    endpoint,
    generation_of,
    talk,
)
from tests.core.dialects.scripts import MODELS
from tests.fakes.raw_server import raw_server

K = FaultKind
A = "https://ark-content-generation-cn-beijing.tos-cn-beijing.volces.com/a.mp4?X-Tos-Expires=86400"
TASK = "cgt-20250629201507-n6k56"
DETECTIVE = "多个镜头。一名侦探进入一间光线昏暗的房间。"
NEW, OLD = MODELS["whatai/seedance-2.0"], MODELS["whatai/seedance-1.0-pro"]
REFERENCES = MODELS["whatai/seedance-2.0-reference"]
DONE = {
    "id": TASK,
    "model": "doubao-seaweed-241128",
    "status": "succeeded",
    "content": {"video_url": A},
    "usage": {"completion_tokens": 108900, "total_tokens": 108900},
    "created_at": 1751199308,
    "updated_at": 1751199347,
}


def picture(folder: Path, name: str) -> Asset:
    path = folder / name
    path.write_bytes(name.encode())
    return Asset(
        kind=MediaKind.IMAGE, path=path, mime="image/png", size_bytes=1, width=640, height=480
    )


def body_of(
    model: Model, request: MediaRequest, *images: str, hook: str = ""
) -> dict[str, object]:
    called = Hook(url=hook) if hook else None
    return dict(seedance.payload(model, model.complete(request), images, called))


def content_of(body: dict[str, object]) -> list[dict[str, object]]:
    return [dict(mapping(part)) for part in items(body["content"])]


def test_options_are_fields_of_their_own() -> None:
    request = MediaRequest(prompt="a cat", ratio="9:16", seconds=8, resolution="hd", seed=0)

    assert body_of(NEW, request) == {
        "model": "doubao-seedance-2-0-260128",
        "content": [{"type": "text", "text": "a cat"}],
        "resolution": "1080p",
        "ratio": "9:16",
        "duration": 8,
        "seed": 0,
        "watermark": False,
        "generate_audio": True,
    }


def test_an_older_model_is_told_behind_the_prompt(tmp_path: Path) -> None:
    request = MediaRequest(
        prompt=DETECTIVE, ratio="16:9", watermark=True, seed=7, images=(picture(tmp_path, "1"),)
    )

    assert body_of(OLD, request, "https://h/i2v.png") == {
        "model": "doubao-seedance-1-0-pro-250528",
        "content": [
            {
                "type": "text",
                "text": f"{DETECTIVE} --rs 720p --ratio 16:9 --dur 5 --seed 7 --wm true",
            },
            {
                "type": "image_url",
                "image_url": {"url": "https://h/i2v.png"},
                "role": "first_frame",
            },
        ],
    }


def test_what_the_model_leaves_open_is_left_out() -> None:
    bare = NEW.model_copy(update={"watermark": False})

    assert seedance.payload(bare, MediaRequest(prompt="a cat"), []) == {
        "model": "doubao-seedance-2-0-260128",
        "content": [{"type": "text", "text": "a cat"}],
    }


@pytest.mark.parametrize(
    ("model", "count", "roles"),
    [
        (NEW, 1, ["first_frame"]),
        (NEW, 2, ["first_frame", "last_frame"]),
        (REFERENCES, 1, ["reference_image"]),
        (REFERENCES, 3, ["reference_image"] * 3),
    ],
)
def test_every_picture_says_what_it_is_for(
    tmp_path: Path, model: Model, count: int, roles: list[str]
) -> None:
    images = tuple(picture(tmp_path, str(number)) for number in range(count))
    urls = [f"data:image/png;base64,{number}" for number in range(count)]

    _, *parts = content_of(body_of(model, MediaRequest(prompt="x", images=images), *urls))

    assert [part["role"] for part in parts] == roles
    assert [part["image_url"] for part in parts] == [{"url": url} for url in urls]


def test_a_frame_keeps_its_shape_and_references_get_one(tmp_path: Path) -> None:
    request = MediaRequest(prompt="x", images=(picture(tmp_path, "1"),))

    assert body_of(NEW, request, "u")["ratio"] == "adaptive"
    assert body_of(NEW, replace(request, ratio="1:1"), "u")["ratio"] == "1:1"
    assert body_of(REFERENCES, request, "u")["ratio"] == "4:3"
    assert "--ratio adaptive" in str(content_of(body_of(OLD, request, "u"))[0]["text"])


@pytest.mark.parametrize("model", [NEW, OLD])
def test_options_inside_the_prompt_are_not_passed_on(model: Model) -> None:
    prompt = "a cat --RS 1080p —wm false on a roof --dur 12 --no text"

    (text,) = content_of(body_of(model, MediaRequest(prompt=prompt)))

    assert str(text["text"]).startswith("a cat on a roof --no text")
    assert "1080p" not in str(text)
    assert "--dur 12" not in str(text)


def test_a_picture_needs_no_text(tmp_path: Path) -> None:
    request = MediaRequest(prompt="--rs 1080p", images=(picture(tmp_path, "1"),))

    assert [part["type"] for part in content_of(body_of(NEW, request, "u"))] == ["image_url"]


def test_the_gateway_is_told_where_to_call() -> None:
    body = body_of(NEW, MediaRequest(prompt="x"), hook="https://bot.example/hooks/s3cret")

    assert body["callback_url"] == "https://bot.example/hooks/s3cret"
    assert "callback_url" not in body_of(NEW, MediaRequest(prompt="x"))


async def test_the_link_of_a_task_is_taken_as_it_is() -> None:
    told = await spoken(DONE)

    assert told.assets == (RemoteAsset(urls=(A,)),)


async def spoken(*looks: Answer | object, creation: Answer | None = None) -> DialectRun:
    return await talk(
        "seedance",
        creation=[creation or as_json({"id": TASK})],
        looks=[look if isinstance(look, bytes) else as_json(look) for look in looks],
        request=NEW.complete(MediaRequest(prompt=DETECTIVE)),
        model=NEW,
        pace=CALM,
    )


async def test_a_task_is_made_and_followed_where_the_gateway_documents_it() -> None:
    told = await spoken({"id": TASK, "status": "queued"}, {"id": TASK, "status": "running"}, DONE)

    look = f"GET /seedance/v3/contents/generations/tasks/{TASK} HTTP/1.1"
    assert told.lines == [
        "POST /seedance/v3/contents/generations/tasks HTTP/1.1",
        *[look] * 3,
    ]
    assert told.events[0] == Accepted(task=TaskRef(id=TASK))
    assert told.urls == [(A,)]
    assert json.loads(told.requests[0].partition(b"\r\n\r\n")[2])["duration"] == 5


def failed(code: str, message: str = "") -> dict[str, object]:
    return {"id": TASK, "status": "failed", "error": {"code": code, "message": message}}


@pytest.mark.parametrize(
    ("look", "kind"),
    [
        ({"id": TASK, "status": "expired", "error": None}, K.EXPIRED),
        ({"id": TASK, "status": "cancelled", "error": None}, K.CANCELLED),
        (failed("OutputVideoSensitiveContentDetected"), K.MODERATION_OUTPUT),
        (failed("OutputAudioSensitiveContentDetected"), K.MODERATION_OUTPUT),
        (failed("InputTextSensitiveContentDetected"), K.MODERATION_PROMPT),
        (
            failed("InputImageSensitiveContentDetected.PrivacyInformation"),
            K.MODERATION_INPUT_IMAGE,
        ),
        (failed("InternalServiceError", "try later"), K.UPSTREAM),
    ],
    ids=str,
)
async def test_every_end_without_a_video_has_its_kind(
    look: dict[str, object], kind: FaultKind
) -> None:
    told = await spoken(look)

    assert told.fault is not None
    assert told.fault.kind is kind


async def test_an_end_without_a_link_is_no_media() -> None:
    told = await talk(
        "seedance",
        looks=[as_json({"id": TASK, "status": "succeeded", "content": {}})],
        task=TASK,
        pace=HASTY,
    )

    assert told.fault is not None
    assert (told.fault.kind, told.fault.maybe_billed) == (K.NO_MEDIA, True)


def ark(status: int, code: str, message: str = "It failed.") -> bytes:
    said = f"{message} Request id: 0217e5f5c1ab"
    kind = {"code": code, "message": said, "param": "", "type": "BadRequest"}
    return as_json({"error": kind}, status=status, headers={"Retry-After": "0"})


@pytest.mark.parametrize(
    ("answer", "kind", "posts"),
    [
        (ark(400, "MissingParameter"), K.BAD_REQUEST, 1),
        (ark(400, "InvalidParameter"), K.BAD_REQUEST, 1),
        (
            ark(400, "InvalidParameter", "the parameter ratio is not valid for model x"),
            K.UNSUPPORTED_PARAM,
            1,
        ),
        (ark(400, "InputTextSensitiveContentDetected"), K.MODERATION_PROMPT, 1),
        (
            ark(400, "InputImageSensitiveContentDetected.PolicyViolation"),
            K.MODERATION_INPUT_IMAGE,
            1,
        ),
        (ark(401, "AuthenticationError"), K.AUTH, 1),
        (ark(403, "AccountOverdueError"), K.QUOTA, 1),
        (ark(403, "AccessDenied"), K.PERMISSION, 1),
        (ark(404, "InvalidEndpointOrModel.NotFound"), K.MODEL_GONE, 1),
        (ark(404, "ModelNotOpen"), K.MODEL_GONE, 1),
        (ark(429, "RateLimitExceeded.EndpointRPMExceeded"), K.RATE_LIMITED, 3),
        (ark(429, "QuotaExceeded"), K.QUOTA, 1),
        (ark(429, "ServerOverloaded"), K.OVERLOADED, 3),
        (ark(500, "InternalServiceError"), K.UPSTREAM, 1),
    ],
)
async def test_what_the_vendor_refuses_has_its_kind(
    answer: bytes, kind: FaultKind, posts: int
) -> None:
    told = await spoken(creation=answer)

    assert told.fault is not None
    assert told.fault.kind is kind
    assert told.fault.request_id == "0217e5f5c1ab"
    assert "Request id" not in told.fault.reason
    assert told.posts == posts


@pytest.mark.parametrize(
    "answer",
    [
        as_json({}),
        *(as_json({"error": "no"}, status=status) for status in (404, 405, 409, 501)),
        as_html("<html>console"),
        RESET,
    ],
    ids=["200", "404", "405", "409", "501", "console", "reset"],
)
async def test_a_task_is_taken_back_once_whatever_the_gateway_says(answer: bytes) -> None:
    async def serve_(_: bytes, writer: asyncio.StreamWriter) -> None:
        if answer == RESET:
            writer.transport.abort()
        else:
            writer.write(answer)

    async with raw_server(serve_) as server, client() as http:
        await DIALECTS["seedance"](endpoint(server.url), http).cancel(TaskRef(id="cgt/1:2"))

    (request,) = server.requests
    place = b"DELETE /seedance/v3/contents/generations/tasks/cgt%2F1%3A2 HTTP/1.1\r\n"
    assert request.startswith(place)
    assert b"\r\nAuthorization: Bearer sk-" in request


async def test_what_stands_before_the_path_is_a_setting() -> None:
    answers = [as_json({"id": TASK}), as_json(DONE)]

    async def serve_(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answers.pop(0))

    async with raw_server(serve_) as server, client() as http:
        account = replace(endpoint(server.url, pace=CALM), seedance_path="/volc/v1")
        await DIALECTS["seedance"](account, http).generate(generation_of(NEW))

    places = [request.split(b" ")[1].decode() for request in server.requests]
    tasks = "/volc/v1/contents/generations/tasks"
    assert places == [tasks, f"{tasks}/{TASK}"]


@pytest.mark.parametrize("model", [NEW, OLD])
async def test_the_sandbox_understands_what_is_sent(tmp_path: Path, model: Model) -> None:
    options = SandboxOptions(state_dir=tmp_path, speed=1000, short_side=96, fps=8)
    request = MediaRequest(prompt="a cat --dur 12", ratio="9:16", seconds=6, resolution="1080p")

    async with serve(options) as root, client() as http:
        dialect = DIALECTS["seedance"](endpoint(root), http)
        (asset,) = await dialect.generate(generation_of(model, request))
        (order,) = (await http.get(f"{root}/sandbox/ledger")).json()
        video = (await http.get(asset.urls[0])).content

    assert (order["model"], order["prompt"]) == (model.wire, "a cat")
    assert (order["ratio"], order["seconds"], order["hd"]) == ("9:16", 6, True)
    assert video[4:8] == b"ftyp"


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("fail-prompt", K.MODERATION_PROMPT),
        ("fail-moderation", K.MODERATION_OUTPUT),
        ("task-expired", K.EXPIRED),
        ("task-cancelled", K.CANCELLED),
        ("quota", K.QUOTA),
        ("gone", K.MODEL_GONE),
        ("empty", K.AMBIGUOUS),
    ],
)
async def test_the_sandbox_fails_in_the_vendors_words(
    tmp_path: Path, word: str, kind: FaultKind
) -> None:
    options = SandboxOptions(state_dir=tmp_path, speed=1000, short_side=96, fps=8)

    async with serve(options) as root, client() as http:
        dialect = DIALECTS["seedance"](endpoint(root), http)
        with pytest.raises(JobError) as caught:
            await dialect.generate(generation_of(NEW, MediaRequest(prompt=f"a cat #{word}")))

    assert caught.value.fault.kind is kind


async def test_a_task_that_waits_in_the_sandbox_is_taken_back(tmp_path: Path) -> None:
    options = SandboxOptions(state_dir=tmp_path, seconds_per_clip=3600)
    accepted = asyncio.Event()

    async def report(event: Event) -> None:
        if isinstance(event, Accepted) and event.task:
            await dialect.cancel(event.task)
            accepted.set()

    async with serve(options) as root, client() as http:
        dialect = DIALECTS["seedance"](endpoint(root), http)
        with pytest.raises(JobError) as caught:
            await dialect.generate(generation_of(NEW, report=report))

    assert accepted.is_set()
    assert caught.value.fault.kind is K.CANCELLED
