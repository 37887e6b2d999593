"""The very bodies that gateways document, out of what a user wants and the real catalog."""

import json
from pathlib import Path

import pytest

from core.dialects import chat_video, video_tasks
from core.dialects._images import data_uris
from core.dialects.endpoint import root_url
from core.media import Asset, MediaKind, MediaRequest
from core.storyboard import Shot, storyboard
from tests.core.dialects.http_answers import STOP, as_json, stream, told
from tests.core.dialects.scripted_gateway import CALM, talk
from tests.core.dialects.scripts import MODELS, SCRIPTS

PIG = "画只猪在天上飞"
A = "https://h/a.mp4"


def picture(folder: Path, name: str, content: bytes, mime: str = "image/jpeg") -> Asset:
    path = folder / name
    path.write_bytes(content)
    return Asset(
        kind=MediaKind.IMAGE,
        path=path,
        mime=mime,
        size_bytes=len(content),
        width=640,
        height=360,
    )


def body_of(request: bytes) -> dict[str, object]:
    head, _, body = request.partition(b"\r\n\r\n")
    assert b"\r\nContent-Type: application/json" in head
    return json.loads(body)


async def sent(model: str, request: MediaRequest) -> tuple[str, dict[str, object]]:
    """The request line and the body of a creation, as the wire had them."""
    chosen = MODELS[model]
    answer = {
        "chat_video": stream(told(f"[点击这里]({A})\n") + STOP),
        "video_tasks": as_json({"task_id": "t1"}),
    }[chosen.dialect]
    done = as_json({"status": "SUCCESS", "data": {"output": A}})
    spoken = await talk(
        chosen.dialect,
        creation=[answer],
        looks=[done],
        request=chosen.complete(request),
        model=chosen,
        pace=CALM,
    )
    assert spoken.urls == [(A,)]
    return spoken.lines[0], body_of(spoken.requests[0])


async def test_apiyi_is_asked_for_two_videos_of_a_text() -> None:
    line, body = await sent("apiyi/veo-3.1", MediaRequest(prompt=PIG, count=2))

    assert line == "POST /v1/chat/completions HTTP/1.1"
    assert body == {
        "messages": [{"role": "user", "content": PIG}],
        "model": "veo-3.1",
        "stream": True,
        "n": 2,
    }


async def test_apiyi_is_asked_for_a_transition_between_two_pictures(tmp_path: Path) -> None:
    images = (picture(tmp_path, "1", b"first"), picture(tmp_path, "2", b"last", "image/png"))
    request = MediaRequest(prompt="过渡", ratio="16:9", fast=True, images=images)

    _, body = await sent("apiyi/veo-3.1", request)

    assert body == {
        "model": "veo-3.1-landscape-fast-fl",
        "stream": True,
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "过渡"},
                    {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,Zmlyc3Q="}},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,bGFzdA=="}},
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("model", "options", "wire"),
    [
        ("apiyi/veo-3.1", {"ratio": "9:16"}, "veo-3.1"),
        ("apiyi/veo-3.1", {"ratio": "9:16", "fast": True}, "veo-3.1-fast"),
        ("apiyi/veo-3.1", {"ratio": "16:9"}, "veo-3.1-landscape"),
        ("apiyi/veo-3.1", {"ratio": "16:9", "fast": True}, "veo-3.1-landscape-fast"),
        ("eronmind/veo_3_1", {"ratio": "9:16"}, "veo_3_1-portrait"),
        ("eronmind/veo_3_1", {"ratio": "16:9", "fast": True}, "veo_3_1-landscape-fast"),
        ("eronmind/veo_3_1-fl", {"ratio": "9:16"}, "veo_3_1-portrait-fl"),
        ("147ai/veo3-fast", {}, "veo3-fast"),
        ("147ai/veo3-pro", {}, "veo3-pro"),
        ("147ai/veo3-pro-frames", {}, "veo3-pro-frames"),
        ("whatai/sora_video2", {"ratio": "9:16", "seconds": 10}, "sora_video2-portrait"),
        ("whatai/sora_video2", {"ratio": "16:9", "seconds": 10}, "sora_video2-landscape"),
        (
            "whatai/sora_video2",
            {"ratio": "9:16", "seconds": 15, "resolution": "hd"},
            "sora_video2-portrait-hd-15s",
        ),
        ("whatai/sora-2", {}, "sora-2"),
        ("whatai/sora-2-pro", {}, "sora-2-pro"),
    ],
)
def test_the_wire_name_is_what_the_gateway_documents(
    model: str, options: dict[str, object], wire: str
) -> None:
    chosen = MODELS[model]
    module = {"chat_video": chat_video, "video_tasks": video_tasks}[chosen.dialect]
    request = chosen.complete(MediaRequest(prompt=PIG, **options))  # type: ignore[arg-type]

    assert module.payload(chosen, request, [])["model"] == wire


async def test_a_task_says_its_length_as_text_and_nothing_that_was_not_asked_for() -> None:
    line, body = await sent("whatai/sora-2", MediaRequest(prompt=PIG, ratio="9:16"))

    assert line == "POST /v2/videos/generations HTTP/1.1"
    assert body == {"model": "sora-2", "prompt": PIG, "aspect_ratio": "9:16", "duration": "10"}


async def test_a_task_says_all_that_was_asked_for(tmp_path: Path) -> None:
    request = MediaRequest(
        prompt=PIG,
        ratio="16:9",
        seconds=15,
        resolution="hd",
        private=True,
        seed=7,
        images=(picture(tmp_path, "1", b"first"), picture(tmp_path, "2", b"second")),
    )

    _, body = await sent("whatai/sora-2-pro", request)

    assert body == {
        "model": "sora-2-pro",
        "prompt": PIG,
        "images": ["data:image/jpeg;base64,Zmlyc3Q=", "data:image/jpeg;base64,c2Vjb25k"],
        "aspect_ratio": "16:9",
        "duration": "15",
        "hd": True,
        "private": True,
        "seed": 7,
    }


def test_names_in_the_prompt_of_a_task_stand_alone() -> None:
    request = MediaRequest(prompt="舞台上@a.b,跳舞", watermark=True)

    body = video_tasks.payload(MODELS["whatai/sora-2"], request, [])

    assert body == {
        "model": "sora-2",
        "prompt": "舞台上 @a.b ,跳舞",
        "watermark": True,
    }


def test_a_storyboard_goes_out_as_it_is_written() -> None:
    shots = (Shot(seconds=7.5, scene="飞机起飞"), Shot(seconds=7.5, scene="飞机降落"))

    body = video_tasks.payload(
        MODELS["whatai/sora-2"], MediaRequest(prompt=storyboard(shots), seconds=15), []
    )

    assert body == {"model": "sora-2", "prompt": storyboard(shots), "duration": "15"}


def test_veo_over_tasks_is_told_nothing_but_the_prompt() -> None:
    veo = MODELS["whatai/veo3"]

    body = video_tasks.payload(veo, veo.complete(MediaRequest(prompt="a pig (@home)")), [])

    assert body == {"model": "veo3", "prompt": "a pig (@home)"}


def test_what_the_model_leaves_open_is_left_out() -> None:
    body = video_tasks.payload(MODELS["whatai/sora-2"], MediaRequest(prompt=PIG), [])

    assert body == {"model": "sora-2", "prompt": PIG}


def test_a_chat_says_its_seed() -> None:
    body = chat_video.payload(MODELS["apiyi/veo-3.1"], MediaRequest(prompt=PIG, seed=0), [])

    assert body["seed"] == 0
    assert "n" not in body


async def test_pictures_travel_in_their_order(tmp_path: Path) -> None:
    images = [picture(tmp_path, str(number), bytes([number]) * 3) for number in (3, 1, 2)]

    uris = await data_uris(images)

    assert [uri.partition(",")[2] for uri in uris] == ["AwMD", "AQEB", "AgIC"]


@pytest.mark.parametrize(
    ("given", "root"),
    [
        ("https://api.apiyi.com", "https://api.apiyi.com"),
        (" https://api.apiyi.com/v1/ \n", "https://api.apiyi.com"),
        ("https://api.apiyi.com/v1", "https://api.apiyi.com"),
        ("http://h:8080/proxy/v1", "http://h:8080/proxy"),
        ("https://h/v1//", "https://h"),
    ],
)
def test_a_base_url_is_taken_with_and_without_v1(given: str, root: str) -> None:
    assert root_url(given) == root


@pytest.mark.parametrize("given", ["", "api.apiyi.com", "ftp://h", "https://"])
def test_what_is_no_base_url_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="http"):
        root_url(given)


@pytest.mark.parametrize("dialect", sorted({m.dialect for m in MODELS.values() if m.tells_sound}))
async def test_what_was_not_said_is_not_sent_as_nothing(dialect: str) -> None:
    answers = SCRIPTS[dialect]
    model = next(
        each
        for each in MODELS.values()
        if (each.dialect, each.tells_sound, each.images.min) == (dialect, True, 0)
    )
    spoken = await talk(
        dialect,
        creation=[answers.created],
        looks=[*answers.end],
        request=MediaRequest(prompt=PIG),
        model=model,
        pace=CALM,
    )

    assert b"null" not in spoken.requests[0].partition(b"\r\n\r\n")[2]
