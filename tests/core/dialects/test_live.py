"""What only hosts of many makers' models say: bodies of creations, and answers that are traps."""

import asyncio
from typing import Any

import pytest

from core.dialects import dashscope, gemini_omni, minimax_videos, openrouter, seedance, xai_videos
from core.dialects._fields import filled
from core.dialects._json import Json
from core.errors import FaultKind
from core.media import SOME_PICTURE, Charged, Cost, ImageRole, MediaRequest, TaskRef
from tests.core.dialects.http_answers import KEY, as_html, as_json
from tests.core.dialects.scripted_gateway import HASTY, speaker, talk
from tests.core.dialects.scripts import MODELS, A

DATA = "data:image/jpeg;base64,AA=="
FIRST: Json = {"type": "image_url", "image_url": {"url": DATA}, "frame_type": "first_frame"}


def body_of(key: str, **options: Any) -> Json:
    """What is sent for a request to that preset; each picture is DATA."""
    model = MODELS[key]
    request = model.complete(MediaRequest(prompt="a cat", **options))
    speak = {
        "dashscope": dashscope.payload,
        "gemini_omni": gemini_omni.payload,
        "minimax_videos": minimax_videos.payload,
        "newapi_videos": filled,
        "openrouter": openrouter.payload,
        "seedance": seedance.payload,
        "xai_videos": xai_videos.payload,
    }[model.dialect]
    return speak(model, request, [DATA] * len(request.images))


@pytest.mark.parametrize(
    ("key", "options", "said"),
    [
        (
            "openrouter/wan-3.0",
            {"ratio": "9:16", "seconds": 7, "resolution": "1080p", "seed": 0, "sound": False},
            {
                "model": "alibaba/wan-3.0",
                "prompt": "a cat",
                "duration": 7,
                "resolution": "1080p",
                "aspect_ratio": "9:16",
                "seed": 0,
                "generate_audio": False,
            },
        ),
        (
            "openrouter/wan-3.0",
            {"images": (SOME_PICTURE, SOME_PICTURE)},
            {
                "model": "alibaba/wan-3.0",
                "prompt": "a cat",
                "duration": 5,
                "resolution": "720p",
                "generate_audio": True,
                "frame_images": [FIRST, {**FIRST, "frame_type": ImageRole.LAST_FRAME.value}],
            },
        ),
        (
            "openrouter/grok-imagine-video-1.5-lite",
            {},
            {
                "model": "x-ai/grok-imagine-video-1.5-lite",
                "prompt": "a cat",
                "duration": 5,
                "resolution": "720p",
                "aspect_ratio": "16:9",
            },
        ),
        (
            "openrouter/seedance-2.0-reference",
            {"images": (SOME_PICTURE,), "ratio": "1:1"},
            {
                "model": "bytedance/seedance-2.0",
                "prompt": "a cat",
                "duration": 5,
                "resolution": "720p",
                "aspect_ratio": "1:1",
                "generate_audio": True,
                "input_references": [{"type": "image_url", "image_url": {"url": DATA}}],
            },
        ),
        (
            "xai/grok-imagine-video-1.5",
            {"images": (SOME_PICTURE,), "sound": False},
            {
                "model": "grok-imagine-video-1.5",
                "prompt": "a cat",
                "duration": 5,
                "resolution": "720p",
                "image": {"url": DATA},
                "generate_audio": False,
            },
        ),
        (
            "xai/grok-imagine-reference",
            {"images": (SOME_PICTURE, SOME_PICTURE)},
            {
                "model": "grok-imagine-video-1.5",
                "prompt": "a cat",
                "duration": 5,
                "resolution": "720p",
                "aspect_ratio": "1:1",
                "reference_images": [{"url": DATA}, {"url": DATA}],
                "generate_audio": True,
            },
        ),
        (
            "gemini/gemini-omni-1.2-flash",
            {"images": (SOME_PICTURE,), "seed": 3, "seconds": 8},
            {
                "model": "gemini-omni-1.2-flash",
                "input": [
                    {"type": "image", "data": "AA==", "mime_type": "image/jpeg"},
                    {"type": "text", "text": "a cat"},
                ],
                "background": True,
                "store": True,
                "response_format": {
                    "type": "video",
                    "delivery": "uri",
                    "resolution": "720p",
                    "duration": "8s",
                },
                "generation_config": {"video_config": {"task": "image_to_video"}, "seed": 3},
            },
        ),
        (
            "minimax/minimax-h3",
            {"ratio": "9:16"},
            {
                "model": "MiniMax-H3",
                "content": [{"type": "text", "text": "a cat"}],
                "resolution": "768P",
                "duration": 5,
                "ratio": "9:16",
            },
        ),
        (
            "dashscope/wan-3.0",
            {"images": (SOME_PICTURE,)},
            {
                "model": "wan3.0-video",
                "input": {"prompt": "a cat", "media": [{"type": "first_frame", "url": DATA}]},
                "parameters": {
                    "duration": 5,
                    "resolution": "720P",
                    "ratio": "adaptive",
                    "watermark": False,
                },
            },
        ),
        (
            "newapi/seedance-2.0",
            {"ratio": "9:16", "sound": False, "seed": 1},
            {
                "prompt": "a cat",
                "duration": 5,
                "metadata": {
                    "ratio": "9:16",
                    "resolution": "720p",
                    "seed": 1,
                    "generate_audio": False,
                    "watermark": False,
                },
            },
        ),
        (
            "newapi/kling-3",
            {"images": (SOME_PICTURE, SOME_PICTURE)},
            {
                "mode": "pro",
                "prompt": "a cat",
                "duration": 5,
                "image": DATA,
                "metadata": {"image_tail": DATA, "sound": "on"},
            },
        ),
        (
            "byteplus/seedance-2.5",
            {"images": (SOME_PICTURE,), "sound": False},
            {
                "model": "dreamina-seedance-2-5-260628",
                "content": [
                    {"type": "text", "text": "a cat"},
                    {"type": "image_url", "image_url": {"url": DATA}, "role": "first_frame"},
                ],
                "resolution": "720p",
                "ratio": "adaptive",
                "duration": 5,
                "watermark": False,
                "generate_audio": False,
            },
        ),
    ],
)
def test_a_creation_says_what_was_asked_for(key: str, options: Any, said: Json) -> None:
    assert body_of(key, **options) == said


def _omni(*content: Json, status: str = "completed") -> Json:
    return {"status": status, "steps": [{"type": "model_output", "content": list(content)}]}


XAI_DONE = {"status": "done", "video": {"url": A, "duration": 5, "respect_moderation": True}}


@pytest.mark.parametrize(
    ("name", "looks"),
    [
        ("xai_videos", [b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"] * 8),
        ("xai_videos", [as_json({}, status=202)] * 8),
        ("xai_videos", [as_json({"status": "pending", "progress": p}) for p in (40, 10, 90)]),
        ("xai_videos", [as_json({"error": "not yet", "code": "odd"}, status=400)]),
        ("xai_videos", [as_json({"code": "x", "error": "No such request"}, status=404)] * 2),
        ("openrouter", [as_json({"status": "PENDING"}), as_json({"status": "In Progress"})]),
        ("openrouter", [as_json({"error": {"code": 502, "message": "down"}}, status=502)] * 2),
        ("openrouter", [as_html("<h1>Bad gateway</h1>", status=502)] * 2),
        ("openrouter", [as_json({"status": "a word of tomorrow"})] * 8),
        ("dashscope", [as_json({"output": {"task_status": "UNKNOWN"}})] * 2),
        ("gemini_omni", [as_json([{"error": {"message": "Bad Request"}}], status=400)]),
        ("gemini_omni", [as_json({"status": "queued"}), as_json({"status": "in_progress"})]),
        ("minimax_videos", [as_json({"task": {}}), as_json({"task": {"status": "Queued"}})]),
        ("newapi_videos", [as_json({"code": "success", "data": {"status": "NOT_START"}})] * 3),
    ],
)
async def test_a_paid_job_is_asked_on(name: str, looks: list[bytes]) -> None:
    done = {
        "xai_videos": XAI_DONE,
        "openrouter": {"status": "completed"},
        "dashscope": {"output": {"task_status": "SUCCEEDED", "video_url": A}},
        "gemini_omni": _omni({"type": "video", "uri": A}),
        "minimax_videos": {"task": {"status": "succeeded", "content": {"url": A}}},
        # An old relay, which says there why, and where.
        "newapi_videos": {"data": {"status": "SUCCESS", "fail_reason": A}},
    }[name]

    spoken = await talk(name, looks=[*looks, as_json(done)], task="7", pace=HASTY)

    assert len(spoken.urls) == 1
    assert spoken.fault is None
    assert spoken.posts == 0


@pytest.mark.parametrize(
    ("name", "look", "kind"),
    [
        (
            "xai_videos",
            {"status": "done", "video": {"url": A, "respect_moderation": False}},
            FaultKind.MODERATION_OUTPUT,
        ),
        ("xai_videos", {"status": "done", "video": {"url": ""}}, FaultKind.MODERATION_OUTPUT),
        ("xai_videos", {"status": "expired"}, FaultKind.EXPIRED),
        ("openrouter", {"status": "expired"}, FaultKind.EXPIRED),
        ("openrouter", {"status": "cancelled"}, FaultKind.CANCELLED),
        ("openrouter", {"status": "failed", "error": "provider exploded"}, FaultKind.UPSTREAM),
        (
            "gemini_omni",
            _omni({"type": "text", "text": "I cannot make that: it was blocked for safety."}),
            FaultKind.MODERATION_PROMPT,
        ),
        ("gemini_omni", _omni({"type": "text", "text": "Sorry."}), FaultKind.UPSTREAM),
        ("gemini_omni", {"status": "budget_exceeded"}, FaultKind.QUOTA),
        ("gemini_omni", {"status": "incomplete"}, FaultKind.UPSTREAM),
        ("gemini_omni", {"status": "cancelled"}, FaultKind.CANCELLED),
        (
            "dashscope",
            {
                "output": {
                    "task_status": "FAILED",
                    "code": "DataInspectionFailed",
                    "message": "Output data may contain inappropriate content.",
                }
            },
            FaultKind.MODERATION_OUTPUT,
        ),
        (
            "minimax_videos",
            {
                "task": {
                    "status": "failed",
                    "error": {"code": "1027", "message": "sensitive (1027)"},
                }
            },
            FaultKind.MODERATION_OUTPUT,
        ),
        ("minimax_videos", {"task": {"status": "expired"}}, FaultKind.EXPIRED),
        (
            "newapi_videos",
            {"code": "success", "data": {"status": "FAILURE", "fail_reason": "upstream broke"}},
            FaultKind.UPSTREAM,
        ),
    ],
)
async def test_an_end_without_a_video_says_why(name: str, look: Json, kind: FaultKind) -> None:
    spoken = await talk(name, looks=[as_json(look)], task="7", pace=HASTY)

    assert spoken.fault is not None
    assert spoken.fault.kind is kind
    assert len(spoken.requests) == 1


@pytest.mark.parametrize(
    ("name", "look", "cost"),
    [
        ("openrouter", {"status": "completed", "usage": {"cost": 0.25}}, Cost(amount=0.25)),
        ("openrouter", {"status": "failed", "error": "x", "usage": {"cost": 1}}, Cost(amount=1)),
        (
            "xai_videos",
            {**XAI_DONE, "usage": {"cost_in_usd_ticks": 1_500_000_000}},
            Cost(amount=0.15),
        ),
        (
            "xai_videos",
            {
                "status": "done",
                "video": {"url": "", "respect_moderation": False},
                "usage": {"cost_in_usd_ticks": 1_500_000_000},
            },
            Cost(amount=0.15),
        ),
        (
            "gemini_omni",
            {**_omni({"type": "video", "uri": A}), "usage": {"total_tokens": 9}},
            Cost(amount=9, unit="tokens"),
        ),
        (
            "gemini_omni",
            {**_omni({"type": "text", "text": "No."}), "usage": {"total_tokens": 9}},
            Cost(amount=9, unit="tokens"),
        ),
        (
            "seedance",
            {"status": "succeeded", "content": {"video_url": A}, "usage": {"total_tokens": 9}},
            Cost(amount=9, unit="tokens"),
        ),
        (
            "minimax_videos",
            {
                "task": {
                    "status": "succeeded",
                    "content": {"url": A},
                    "usage": {"total_seconds": 5},
                }
            },
            Cost(amount=5, unit="s"),
        ),
        (
            "dashscope",
            {
                "output": {"task_status": "SUCCEEDED", "video_url": A},
                "usage": {"duration": 5, "SR": 720},
            },
            Cost(amount=5, unit="s"),
        ),
    ],
)
async def test_what_it_has_cost_is_told_whatever_came_of_it(
    name: str, look: Json, cost: Cost
) -> None:
    spoken = await talk(name, looks=[as_json(look)], task="7", pace=HASTY)

    assert spoken.events == [Charged(cost=cost)]


async def test_a_link_of_the_answer_never_gets_the_key() -> None:
    """OpenRouter's own links want the key, so only the address that we know is asked."""
    answer = {"status": "completed", "unsigned_urls": ["https://evil.example/v.mp4"]}

    spoken = await talk("openrouter", looks=[as_json(answer)], task="7", pace=HASTY)

    assert spoken.links == [("ORIGIN/v1/videos/7/content?index=0",)]
    assert [asset.authorized for asset in spoken.assets] == [True]


async def test_a_polling_url_on_another_host_is_not_followed() -> None:
    created = as_json({"id": "7", "polling_url": "http://127.0.0.1:1/7", "status": "pending"})

    spoken = await talk(
        "openrouter",
        creation=[created],
        looks=[as_json({"status": "completed"})],
        pace=HASTY,
        key=KEY,
    )

    assert spoken.lines == ["POST /v1/videos HTTP/1.1", "GET /v1/videos/7 HTTP/1.1"]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("dashscope", "POST /api/v1/tasks/7/cancel"),
        ("gemini_omni", "POST /v1beta/interactions/7/cancel"),
        ("minimax_videos", "DELETE /v2/video_generation/7"),
    ],
)
async def test_a_task_is_taken_back_in_the_gateways_own_way(name: str, line: str) -> None:
    asked: list[bytes] = []

    async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
        asked.append(request)
        writer.write(as_json({"message": "no"}, status=409))

    async with speaker(name, serve) as (dialect, _):
        await dialect.cancel(TaskRef(id="7"))

    assert [request.split(b" HTTP", 1)[0].decode() for request in asked] == [line]
