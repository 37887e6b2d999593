"""OpenAI's video format: the very form, the picture in it, changes, and where the video is."""

import io
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path

import pytest
from PIL import Image

from core.catalog import Model, load
from core.delivery.download import download
from core.dialects import DIALECTS
from core.errors import FaultKind, JobError
from core.media import Accepted, Asset, Event, MediaKind, MediaRequest, RemoteAsset, TaskRef
from core.public_http import GuardedTransport, origin
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.core.dialects.http_answers import as_json
from tests.core.dialects.scripted_gateway import (
    BRISK,
    CALM,
    DialectRun,
    client,
    endpoint,
    generation_of,
    talk,
)
from tests.core.dialects.scripts import MODELS

PIG = "画只猪在天上飞"
NAME = "openai_videos"
A = "https://h/a.mp4"
CREATED = as_json({"id": "video_1", "object": "video", "status": "queued"})
DONE = as_json({"id": "video_1", "status": "completed", "video_url": A})
OWN = as_json({"id": "video_1", "status": "completed", "progress": 100, "video_url": ""})


def form_of(request: bytes) -> dict[str, tuple[str | None, str, bytes]]:
    """The parts of a form by their names: file name, MIME type, content."""
    head, _, body = request.partition(b"\r\n\r\n")
    kind = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-type"))
    form = BytesParser(policy=HTTP).parsebytes(kind + b"\r\n\r\n" + body)
    assert form.get_content_type() == "multipart/form-data"
    return {
        str(part.get_param("name", header="content-disposition")): (
            part.get_filename(),
            part.get_content_type(),
            bytes(part.get_payload(decode=True) or b""),
        )
        for part in form.iter_parts()
    }


def texts_of(request: bytes) -> dict[str, str]:
    parts = form_of(request).items()
    return {name: content.decode() for name, (file, _, content) in parts if file is None}


async def spoken(model: str | Model, request: MediaRequest, *looks: bytes) -> DialectRun:
    chosen = MODELS[model] if isinstance(model, str) else model
    return await talk(
        NAME,
        creation=[CREATED],
        looks=looks or [DONE],
        request=chosen.complete(request),
        model=chosen,
        pace=CALM,
    )


def of_group(group: str, folder: Path) -> dict[str, Model]:
    """The presets for a key of that group."""
    file = folder / "own.toml"
    file.write_text(f'[[gateway]]\nname = "whatai"\ngroup = "{group}"\n')
    return {model.key: model for model in load((file,), tuple(DIALECTS)).models}


def picture(folder: Path, width: int, height: int, color: str = "red") -> Asset:
    path = folder / f"{width}x{height}.png"
    Image.new("RGB", (width, height), color).save(path)
    size_bytes = path.stat().st_size
    return Asset(
        kind=MediaKind.IMAGE,
        path=path,
        mime="image/png",
        size_bytes=size_bytes,
        width=width,
        height=height,
    )


async def test_a_creation_is_a_form_of_texts() -> None:
    talked = await spoken("whatai/sora-2-videos", MediaRequest(prompt=PIG, seconds=15))

    assert talked.urls == [(A,)]
    assert talked.lines == ["POST /v1/videos HTTP/1.1", "GET /v1/videos/video_1 HTTP/1.1"]
    assert texts_of(talked.requests[0]) == {
        "model": "sora-2",
        "prompt": PIG,
        "size": "720x1280",
        "seconds": "15",
        "watermark": "false",
    }


@pytest.mark.parametrize(
    ("model", "options", "wanted"),
    [
        ("whatai/sora-2-videos", {"ratio": "16:9"}, {"size": "1280x720", "seconds": "10"}),
        ("whatai/sora-2-videos", {"watermark": True}, {"watermark": "true"}),
        (
            "whatai/sora-2-pro-videos",
            {"ratio": "16:9", "resolution": "hd", "seconds": 15},
            {"model": "sora-2-pro", "size": "1792x1024", "seconds": "15"},
        ),
        ("whatai/sora-2-pro-videos", {"resolution": "hd"}, {"size": "1024x1792"}),
        ("whatai/sora-2-pro-videos", {"seconds": 25}, {"size": "720x1280", "seconds": "25"}),
        ("eronmind/veo_3_1-async", {}, {"model": "veo_3_1", "size": "720x1280"}),
        (
            "eronmind/veo_3_1-async",
            {"ratio": "16:9", "fast": True},
            {"model": "veo_3_1-fast", "size": "1280x720"},
        ),
    ],
)
async def test_options_are_said_as_the_gateway_documents_them(
    model: str, options: dict[str, object], wanted: dict[str, str]
) -> None:
    request = MediaRequest(prompt=PIG, **options)  # type: ignore[arg-type]

    texts = texts_of((await spoken(model, request)).requests[0])

    assert texts.items() >= wanted.items()


async def test_what_the_model_cannot_be_told_is_left_out() -> None:
    talked = await spoken("eronmind/veo_3_1-async", MediaRequest(prompt=PIG))

    assert texts_of(talked.requests[0]).keys() == {"model", "prompt", "size"}


async def test_the_lengths_are_those_of_the_group_of_the_key(tmp_path: Path) -> None:
    official = of_group("official", tmp_path)["whatai/sora-2-videos"]
    reverse = of_group("reverse", tmp_path)["whatai/sora-2-videos"]

    texts = texts_of((await spoken(official, MediaRequest(prompt=PIG))).requests[0])

    assert (official.seconds, reverse.seconds) == ((4, 8, 12), (10, 15))
    assert texts["seconds"] == "4"
    assert official.credits_for(official.complete(MediaRequest(prompt=PIG))) == 40


@pytest.mark.parametrize(
    ("width", "height", "ratio", "size"),
    [
        (1000, 600, "16:9", (1280, 720)),
        (300, 300, "9:16", (720, 1280)),
        (720, 1280, None, (720, 1280)),
    ],
)
async def test_the_picture_has_exactly_the_size_of_the_video(
    tmp_path: Path, width: int, height: int, ratio: str | None, size: tuple[int, int]
) -> None:
    request = MediaRequest(prompt=PIG, ratio=ratio, images=(picture(tmp_path, width, height),))

    form = form_of((await spoken("whatai/sora-2-videos", request)).requests[0])

    filename, mime, content = form["input_reference"]
    assert (filename, mime) == ("reference.jpg", "image/jpeg")
    with Image.open(io.BytesIO(content)) as sent:
        assert (sent.format, sent.size) == ("JPEG", size)


async def test_a_picture_that_cannot_be_read_costs_nothing(tmp_path: Path) -> None:
    broken = picture(tmp_path, 300, 300)
    broken.path.write_bytes(b"no picture")

    talked = await spoken("whatai/sora-2-videos", MediaRequest(prompt=PIG, images=(broken,)))

    assert talked.fault is not None
    assert talked.fault.kind is FaultKind.NOT_MEDIA
    assert not talked.fault.maybe_billed
    assert talked.requests == []


async def test_names_in_a_prompt_stand_alone() -> None:
    request = MediaRequest(prompt="在舞台上@saparpomd.oddwingduo,和 @b 跳舞")

    talked = await spoken("whatai/sora-2-videos", request)

    prompt = texts_of(talked.requests[0])["prompt"]
    assert prompt == "在舞台上 @saparpomd.oddwingduo ,和 @b 跳舞"


async def test_a_change_is_told_by_its_prompt_alone() -> None:
    request = MediaRequest(prompt="at night", source=TaskRef(id="sora-2:task_1/x"))

    talked = await spoken("whatai/sora-2-videos", request)

    assert talked.urls == [(A,)]
    assert talked.events == [Accepted(task=TaskRef(id="video_1"))]
    assert talked.lines == [
        "POST /v1/videos/sora-2%3Atask_1%2Fx/remix HTTP/1.1",
        "GET /v1/videos/video_1 HTTP/1.1",
    ]
    assert talked.requests[0].endswith(b'{"prompt":"at night"}')
    assert b"\r\nContent-Type: application/json\r\n" in talked.requests[0]


@pytest.mark.parametrize("begun", ["", "video_1"])
async def test_a_task_is_changed_over_the_path_of_videos_and_followed_there(begun: str) -> None:
    request = MediaRequest(prompt="at night", source=TaskRef(id="veo3:1/x"))
    done = as_json({"id": "video_1", "status": "completed", "video_url": ""})
    created = as_json({"id": "video_1", "status": "queued"})

    talked = await talk(
        "video_tasks", creation=[created], looks=[done], request=request, task=begun or None
    )

    content = f"{talked.url}/v1/videos/video_1/content"
    assert talked.assets == (RemoteAsset(urls=(content,), authorized=True),)
    change = [] if begun else ["POST /v1/videos/veo3%3A1%2Fx/remix HTTP/1.1"]
    assert talked.lines == [*change, "GET /v1/videos/video_1 HTTP/1.1"]


async def test_a_video_without_a_link_is_fetched_with_the_key_at_once() -> None:
    talked = await spoken("whatai/sora-2-videos", MediaRequest(prompt=PIG), OWN)

    content = f"{talked.url}/v1/videos/video_1/content"
    assert talked.assets == (RemoteAsset(urls=(content,), authorized=True),)
    assert len(talked.requests) == 2


async def test_a_link_to_the_gateways_own_copy_wants_the_key() -> None:
    away = "https://elsewhere.example/v1/videos/video_1/content"
    body = {"status": "completed", "metadata": {"url": away}}

    talked = await spoken("whatai/sora-2-videos", MediaRequest(prompt=PIG), as_json(body))

    own = f"{talked.url}/v1/videos/video_1/content"
    assert talked.assets == (RemoteAsset(urls=(away, own), authorized=True),)


async def test_a_failure_says_what_the_gateway_says() -> None:
    message = "This content may violate our guardrails concerning similarity"
    body = {
        "id": "sora-2:task_01k7rtn875f83t2f8ry0kb5ap1",
        "status": "failed",
        "created_at": 1760696116136,
        "progress": 0,
        "size": "small",
        "error": {"code": "generation_failed", "message": message},
    }

    talked = await spoken("whatai/sora-2-videos", MediaRequest(prompt=PIG), as_json(body))

    assert talked.fault is not None
    assert talked.fault.kind is FaultKind.MODERATION_PROMPT
    assert talked.fault.reason.startswith(message)


async def test_a_length_of_the_other_group_is_no_option() -> None:
    message = "Invalid value: '10'. Supported values are: '4', '8', and '12'."
    refusal = as_json({"error": {"message": message, "code": "invalid_value"}}, status=400)

    talked = await talk(NAME, creation=[refusal], pace=CALM)

    assert talked.fault is not None
    assert talked.fault.kind is FaultKind.UNSUPPORTED_PARAM
    assert (talked.fault.maybe_billed, talked.posts) == (False, 1)


SANDBOX = {
    model.name: model
    for model in load((Path("sandbox/catalog.toml"),), tuple(DIALECTS)).models
    if model.gateway == "sandbox"
}


async def run(
    root: str, request: MediaRequest, folder: Path
) -> tuple[TaskRef | None, Path, RemoteAsset]:
    """Generate at the sandbox and fetch what came of it, with the key where it is wanted."""
    account = endpoint(root, pace=BRISK)
    events: list[Event] = []

    async def keep(event: Event) -> None:
        events.append(event)

    model = SANDBOX["sandbox-videos"]
    async with client() as http:
        dialect = DIALECTS[NAME](account, http)
        (asset,) = await dialect.generate(
            generation_of(model, model.complete(request), report=keep)
        )
    first = events[0]
    assert isinstance(first, Accepted)
    path = await download(
        asset,
        folder,
        name="clip",
        origin=root,
        headers=account.headers,
        transport=GuardedTransport(frozenset({origin(root)})),
        backoff_seconds=0,
    )
    return first.task, path, asset


def swift(folder: Path) -> SandboxOptions:
    return SandboxOptions(state_dir=folder / "state", speed=1000, short_side=96, fps=8)


@pytest.mark.parametrize(
    ("word", "with_key"),
    [
        ("", False),
        ("#odd-url", False),
        ("#array-url", False),
        ("#late", False),
        ("#poll-errors", False),
        ("#unknown-status", False),
        ("#no-url", True),
        ("#content-json", True),
        ("#content-text", True),
        ("#content-redirect", True),
    ],
)
async def test_a_video_comes_whole_through_the_sandbox(
    tmp_path: Path, word: str, *, with_key: bool
) -> None:
    images = (picture(tmp_path, 400, 300),)
    request = MediaRequest(prompt=f"a pig {word}", seconds=1, images=images)

    async with serve(swift(tmp_path)) as root:
        _, path, asset = await run(root, request, tmp_path)

    assert path.suffix == ".mp4"
    assert asset.authorized is with_key


async def test_a_video_that_is_not_ready_yet_is_asked_for_again(tmp_path: Path) -> None:
    request = MediaRequest(prompt="a pig #content-early", seconds=1)

    async with serve(swift(tmp_path)) as root:
        with pytest.raises(JobError) as caught:
            await run(root, request, tmp_path)

    # What core/engine/run.py takes as a reason to ask the task once more.
    assert caught.value.fault.kind is FaultKind.LINK_DEAD


async def test_a_finished_video_is_changed_through_the_sandbox(tmp_path: Path) -> None:
    async with serve(swift(tmp_path)) as root, client() as http:
        first, _, _ = await run(root, MediaRequest(prompt="a pig", seconds=2), tmp_path)
        change = MediaRequest(prompt="at night", source=first)
        second, path, _ = await run(root, change, tmp_path)
        ledger = (await http.get(f"{root}/sandbox/ledger")).json()

    assert first is not None
    assert second is not None
    assert path.exists()
    assert [order["prompt"] for order in ledger] == ["a pig", "at night"]
    assert (ledger[1]["source"], ledger[1]["seconds"]) == (first.id, 2)
