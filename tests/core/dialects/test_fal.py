"""What only fal says: inputs of many models, results at an address of their own, and traps."""

import asyncio
from typing import Any

import pytest

from core.dialects._fields import filled
from core.dialects._json import Json
from core.errors import FaultKind
from core.media import (
    SOME_PICTURE,
    Accepted,
    Charged,
    Cost,
    MediaKind,
    MediaRequest,
    Queued,
    TaskRef,
)
from tests.core.dialects.http_answers import as_html, as_json, stream
from tests.core.dialects.scripted_gateway import (
    CALM,
    HASTY,
    DialectRun,
    speaker,
    talk,
)
from tests.core.dialects.scripts import MODELS, A, script_of
from tests.fakes.raw_server import raw_server

DATA = "data:image/jpeg;base64,AA=="
TASK = "bytedance/seedance-2.0/requests/f-1"
COMPLETED = as_json({"status": "COMPLETED", "logs": None})
VIDEO = as_json({"video": {"url": A, "file_size": 7}, "seed": 1})


def detail(kind: str, message: str, *place: str, status: int = 422) -> bytes:
    """A refusal of a model."""
    said = {"loc": ["body", *place], "msg": message, "type": kind, "url": "https://docs/"}
    return as_json({"detail": [said]}, status=status)


FLAGGED = "flagged by a content checker"


@pytest.mark.parametrize(
    ("key", "options", "path", "said"),
    [
        (
            "fal/seedance-2.0",
            {"ratio": "9:16", "seconds": 7, "resolution": "1080p", "seed": 0, "sound": False},
            "bytedance/seedance-2.0/text-to-video",
            {
                "aspect_ratio": "9:16",
                "duration": "7",
                "resolution": "1080p",
                "seed": 0,
                "generate_audio": False,
            },
        ),
        (
            "fal/seedance-2.0",
            {"fast": True, "images": (SOME_PICTURE, SOME_PICTURE)},
            "bytedance/seedance-2.0/fast/image-to-video",
            {
                "duration": "5",
                "resolution": "720p",
                "generate_audio": True,
                "image_url": DATA,
                "end_image_url": DATA,
            },
        ),
        (
            "fal/seedance-2.0-reference",
            {"images": (SOME_PICTURE,) * 3},
            "bytedance/seedance-2.0/reference-to-video",
            {
                "aspect_ratio": "1:1",
                "duration": "5",
                "resolution": "720p",
                "generate_audio": True,
                "image_urls": [DATA] * 3,
            },
        ),
        (
            "fal/kling-v3-pro",
            {"images": (SOME_PICTURE,)},
            "fal-ai/kling-video/v3/pro/image-to-video",
            {"duration": "5", "generate_audio": True, "start_image_url": DATA},
        ),
        (
            "fal/veo-3.1-fast",
            {"ratio": "9:16", "seconds": 4},
            "fal-ai/veo3.1/fast",
            {
                "aspect_ratio": "9:16",
                "duration": "4s",
                "resolution": "720p",
                "generate_audio": True,
            },
        ),
        (
            "fal/veo-3.1-fast-frames",
            {"images": (SOME_PICTURE, SOME_PICTURE)},
            "fal-ai/veo3.1/fast/first-last-frame-to-video",
            {
                "duration": "8s",
                "resolution": "720p",
                "generate_audio": True,
                "first_frame_url": DATA,
                "last_frame_url": DATA,
            },
        ),
        (
            "fal/wan-3.0",
            {"images": (SOME_PICTURE,), "seconds": 30},
            "alibaba/wan-3.0/image-to-video",
            {"duration": 30, "resolution": "720p", "start_image_url": DATA},
        ),
        (
            "fal/minimax-h3",
            {},
            "minimax/h3/text-to-video",
            {"aspect_ratio": "16:9", "duration": 5, "resolution": "2K"},
        ),
        (
            "fal/ltx-2.3",
            {"resolution": "4k"},
            "fal-ai/ltx-2.3/text-to-video",
            {
                "aspect_ratio": "16:9",
                "duration": 6,
                "resolution": "2160p",
                "generate_audio": True,
            },
        ),
        (
            "fal/nano-banana-2",
            {"kind": MediaKind.IMAGE, "images": (SOME_PICTURE,), "resolution": "2k", "count": 2},
            "fal-ai/nano-banana-2/edit",
            {"resolution": "2K", "num_images": 2, "image_urls": [DATA]},
        ),
        (
            "fal/flux-schnell",
            {"kind": MediaKind.IMAGE, "ratio": "16:9", "seed": 7},
            "fal-ai/flux/schnell",
            {"image_size": {"width": 1820, "height": 1024}, "seed": 7, "num_images": 1},
        ),
    ],
)
def test_a_creation_says_what_was_asked_for(key: str, options: Any, path: str, said: Json) -> None:
    model = MODELS[key]
    request = model.complete(MediaRequest(prompt="a cat", **options))

    body = filled(model, request, [DATA] * len(request.images))

    assert model.wire_name(request) == path
    assert body == {"prompt": "a cat", **said}


@pytest.mark.parametrize("key", ["fal/wan-3.0", "replicate/kling-v3"])
async def test_a_model_whose_fields_nobody_has_said_is_not_paid_for(key: str) -> None:
    model = MODELS[key].model_copy(update={"fields": {}})

    spoken = await talk(model.dialect, model=model, pace=CALM)

    assert spoken.fault is not None
    assert spoken.fault.kind is FaultKind.MISCONFIGURED
    assert spoken.requests == []


async def asked_after(creation: bytes) -> DialectRun:
    """A whole story that begins with such an answer and ends well."""
    return await talk("fal", creation=[creation], looks=[COMPLETED, VIDEO], pace=CALM)


def created(app: str, number: str = "f-1", *, field: str = "response_url") -> bytes:
    end = "/status" if field == "status_url" else ""
    return stream(f'{{"request_id": "f-1", "{field}": "{app}/requests/{number}{end}"}}')


@pytest.mark.parametrize(
    ("creation", "path"),
    [
        (created("ORIGIN/bytedance/seedance-2.0"), f"/{TASK}"),
        (created("ORIGIN/bytedance/seedance-2.0", field="status_url"), f"/{TASK}"),
        (created("ORIGIN/workflows/ann/cats"), "/workflows/ann/cats/requests/f-1"),
        (created("ORIGIN/acme/app", "f-2"), "/acme/app/requests/f-2"),
        (created("/acme/app"), "/acme/app/requests/f-1"),
        # Not where a request is: what is known of the endpoint is used.
        (created("ORIGIN/one/two/three/four/five"), f"/{TASK}"),
        (created("file:///etc"), f"/{TASK}"),
        (as_json({"request_id": "f-1"}), f"/{TASK}"),
        (as_json({"request_id": "f-1", "response_url": None}, status=201), f"/{TASK}"),
        (as_json({"request_id": 17}, status=202), "/bytedance/seedance-2.0/requests/17"),
        (
            as_json({"request_id": "../a?b"}),
            "/bytedance/seedance-2.0/requests/..%2Fa%3Fb",
        ),
    ],
)
async def test_a_request_is_asked_for_at_its_app(creation: bytes, path: str) -> None:
    spoken = await asked_after(creation)

    assert spoken.lines == [
        "POST /bytedance/seedance-2.0/text-to-video HTTP/1.1",
        f"GET {path}/status?logs=1 HTTP/1.1",
        f"GET {path} HTTP/1.1",
    ]
    assert spoken.links == [(A,)]


async def test_three_parts_are_the_app_of_a_workflow() -> None:
    model = MODELS["fal/wan-3.0"].model_copy(update={"wire": "workflows/ann/cats/more"})

    spoken = await talk(
        "fal",
        model=model,
        creation=[as_json({"request_id": "f-1"})],
        looks=[COMPLETED, VIDEO],
        pace=CALM,
    )

    assert spoken.lines[-1] == "GET /workflows/ann/cats/requests/f-1 HTTP/1.1"


async def test_an_address_on_another_host_is_neither_asked_nor_given_the_key() -> None:
    async def listen(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(COMPLETED)

    async with raw_server(listen) as foreign:
        urls = {
            name: f"{foreign.url}/bytedance/seedance-2.0/requests/f-1{end}"
            for name, end in (("response_url", ""), ("status_url", "/status"), ("cancel_url", ""))
        }

        spoken = await asked_after(as_json({"request_id": "f-1", **urls}))

        assert foreign.requests == []
    assert spoken.links == [(A,)]
    assert spoken.lines[-1] == f"GET /{TASK} HTTP/1.1"


async def test_a_result_that_leads_elsewhere_is_not_followed() -> None:
    async def listen(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(VIDEO)

    async with raw_server(listen) as foreign:
        moved = f"HTTP/1.1 302 Found\r\nLocation: {foreign.url}/\r\nContent-Length: 0\r\n\r\n"

        spoken = await talk(
            "fal", looks=[COMPLETED, moved.encode(), COMPLETED, VIDEO], task=TASK, pace=CALM
        )

        assert foreign.requests == []
    assert spoken.links == [(A,)]


BUSY = as_json({"detail": "Service Unavailable", "error_type": "runner_x"}, status=503)


@pytest.mark.parametrize(
    "looks",
    [
        [COMPLETED, BUSY, COMPLETED, BUSY],
        [COMPLETED, as_json({"detail": "Request is still in progress"}, status=400)] * 8,
        [COMPLETED, as_html("<h1>Bad request</h1>", status=400)],
        [COMPLETED, as_json({}), COMPLETED, as_json("")],
        [COMPLETED, as_json({"detail": "slow down"}, status=429, headers={"Retry-After": "0"})],
        [COMPLETED, as_json({"video": {"url": ""}})],
        [as_json({"status": "completed"}), BUSY],
        [as_json({"status": "In Queue"}, status=202)] * 8,
        [as_json({"status": "a word of tomorrow"})] * 8,
        [as_json({"detail": "Request not found"}, status=404)] * 2,
        [as_json({"detail": "odd"}, status=400)],
        [
            as_json({"status": "IN_PROGRESS", "logs": [{"message": f"{n}%|# | 1/2"}]}, status=202)
            for n in (40, 10, 250)
        ],
        [as_json(f'{{"status": "IN_PROGRESS", "logs": {logs}}}') for logs in ("[]", '["x"]', "7")],
    ],
)
async def test_a_paid_request_is_asked_on(looks: list[bytes]) -> None:
    spoken = await talk("fal", looks=[*looks, COMPLETED, VIDEO], task=TASK, pace=CALM)

    assert spoken.fault is None
    assert spoken.links == [(A,)]
    assert spoken.posts == 0


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([{"status": "COMPLETED", "error": "boom", "error_type": "x"}], FaultKind.UPSTREAM),
        (
            [{"status": "COMPLETED", "error": FLAGGED, "error_type": "content_policy_violation"}],
            FaultKind.MODERATION_PROMPT,
        ),
        (
            [{"status": "COMPLETED", "error": "late", "error_type": "startup_timeout"}],
            FaultKind.OVERLOADED,
        ),
        ([{"status": "FAILED", "error": "boom"}], FaultKind.UPSTREAM),
        ([{"status": "CANCELLED"}], FaultKind.CANCELLED),
        (
            [COMPLETED, detail("content_policy_violation", FLAGGED, "prompt")],
            FaultKind.MODERATION_PROMPT,
        ),
        (
            [COMPLETED, detail("content_policy_violation", FLAGGED, "image_url")],
            FaultKind.MODERATION_INPUT_IMAGE,
        ),
        (
            [COMPLETED, detail("content_policy_violation", FLAGGED)],
            FaultKind.MODERATION_OUTPUT,
        ),
        ([COMPLETED, detail("no_media_generated", "Nothing was made")], FaultKind.NO_MEDIA),
        (
            [COMPLETED, detail("image_load_error", "Cannot load", "image_url")],
            FaultKind.BAD_REQUEST,
        ),
        (
            [COMPLETED, detail("less_than_equal", "At most 9", "n", status=400)],
            FaultKind.UNSUPPORTED_PARAM,
        ),
        ([COMPLETED, detail("file_too_large", "Too large", status=413)], FaultKind.TOO_LARGE),
        ([COMPLETED, detail("downstream_service_error", "Oh")], FaultKind.UPSTREAM),
        (
            [COMPLETED, {"images": [{"url": A}], "has_nsfw_concepts": [True]}],
            FaultKind.MODERATION_OUTPUT,
        ),
    ],
)
async def test_a_request_that_has_ended_badly_is_not_asked_for_again(
    answers: list[Any], kind: FaultKind
) -> None:
    looks = [each if isinstance(each, bytes) else as_json(each) for each in answers]

    spoken = await talk("fal", looks=looks, task=TASK, pace=CALM)

    assert spoken.fault is not None
    assert spoken.fault.kind is kind
    assert len(spoken.requests) == len(looks)


@pytest.mark.parametrize(
    "result",
    [
        detail("content_policy_violation", FLAGGED),
        as_json({"images": [{"url": A}], "has_nsfw_concepts": [True]}),
    ],
    ids=["refused", "black"],
)
async def test_a_refusal_that_was_billed_says_how_much(result: bytes) -> None:
    head, _, body = result.partition(b"\r\n\r\n")
    billed = head + b"\r\nX-Fal-Billable-Units: 2\r\n\r\n" + body

    spoken = await talk("fal", looks=[COMPLETED, billed], task=TASK, pace=CALM)

    assert spoken.fault is not None
    assert spoken.fault.kind is FaultKind.MODERATION_OUTPUT
    assert spoken.fault.maybe_billed
    assert spoken.events == [Charged(cost=Cost(amount=2, unit="units"))]


@pytest.mark.parametrize(
    ("creation", "kind"),
    [
        (detail("content_policy_violation", FLAGGED, "prompt"), FaultKind.MODERATION_PROMPT),
        (as_json({"detail": "Application 'x' not found"}, status=404), FaultKind.MODEL_GONE),
        (as_json({"detail": "Unknown"}, status=404), FaultKind.MODEL_GONE),
        (
            as_json({"detail": "User is locked. Reason: Exhausted balance."}, status=403),
            FaultKind.QUOTA,
        ),
        (as_json({"detail": "No user found"}, status=401), FaultKind.AUTH),
    ],
)
async def test_a_refused_creation_costs_nothing(creation: bytes, kind: FaultKind) -> None:
    spoken = await talk("fal", creation=[creation], pace=CALM)

    assert spoken.fault is not None
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (kind, False)
    assert spoken.posts == 1


@pytest.mark.parametrize(
    ("made", "count", "links"),
    [
        ({"videos": [{"url": A}, {"url": f"{A}2"}]}, 1, [A]),
        ({"images": [{"url": A}, {"url": f"{A}2"}]}, 4, [A, f"{A}2"]),
        ({"image": {"url": A}}, 1, [A]),
        ({"video": {"url": A}, "images": [{"url": "https://h/still.png"}]}, 1, [A]),
    ],
)
async def test_each_result_is_one_of_its_own(made: Json, count: int, links: list[str]) -> None:
    model = MODELS["fal/nano-banana-2"]
    request = model.complete(MediaRequest(prompt="a cat", kind=MediaKind.IMAGE, count=count))

    spoken = await talk(
        "fal",
        looks=[COMPLETED, as_json(made)],
        task=TASK,
        pace=CALM,
        model=model,
        request=request,
    )

    assert spoken.urls == [(link,) for link in links]
    assert {asset.kind for asset in spoken.assets} == {MediaKind.IMAGE}


async def test_the_place_in_the_queue_and_the_price_are_told() -> None:
    queued = as_json({"status": "IN_QUEUE", "queue_position": 3}, status=202)
    made = as_json({"video": {"url": A}}, headers={"X-Fal-Billable-Units": "2.5"})

    spoken = await talk("fal", looks=[queued, COMPLETED, made], task=TASK, pace=CALM)

    assert spoken.events == [Queued(ahead=3), Charged(cost=Cost(amount=2.5, unit="units"))]


async def test_done_without_a_link_is_no_media_after_a_while() -> None:
    spoken = await talk("fal", looks=[COMPLETED, as_json({"seed": 1})] * 40, task=TASK, pace=HASTY)

    assert spoken.fault is not None
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (FaultKind.NO_MEDIA, True)


async def test_a_request_is_taken_back_with_put() -> None:
    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(as_json({"status": "ALREADY_COMPLETED"}, status=400))

    async with speaker("fal", serve) as (dialect, server):
        await dialect.cancel(TaskRef(id=TASK))

    assert server.requests[0].startswith(f"PUT /{TASK}/cancel HTTP/1.1\r\n".encode())


async def test_what_is_stored_of_a_request_is_its_address_without_the_host() -> None:
    spoken = await asked_after(script_of("fal").created)

    assert Accepted(task=TaskRef(id=TASK)) in spoken.events
