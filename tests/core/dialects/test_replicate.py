"""What only Replicate says: inputs of many models around which there is one envelope."""

import asyncio
import json
from typing import Any

import pytest

from core.callbacks.hooks import Hook
from core.dialects._json import Json
from core.errors import FaultKind
from core.media import MediaKind, MediaRequest, TaskRef
from tests.core.dialects.http_answers import as_html, as_json
from tests.core.dialects.scripted_gateway import CALM, speaker, talk
from tests.core.dialects.scripts import MODELS, A, script_of

SEEDANCE = "/v1/models/bytedance/seedance-2.0/predictions"


@pytest.mark.parametrize(
    ("key", "options", "path", "said"),
    [
        (
            "replicate/seedance-2.0",
            {"ratio": "9:16", "seconds": 7, "seed": 0, "sound": False},
            SEEDANCE,
            {
                "aspect_ratio": "9:16",
                "duration": 7,
                "resolution": "720p",
                "seed": 0,
                "generate_audio": False,
            },
        ),
        (
            "replicate/flux-schnell",
            {"kind": MediaKind.IMAGE, "count": 3},
            "/v1/models/black-forest-labs/flux-schnell/predictions",
            {"aspect_ratio": "1:1", "num_outputs": 3, "output_format": "png"},
        ),
    ],
)
async def test_a_creation_says_what_was_asked_for(
    key: str, options: Any, path: str, said: Json
) -> None:
    model = MODELS[key]
    request = model.complete(MediaRequest(prompt="a cat", **options))
    script = script_of("replicate")

    spoken = await talk(
        "replicate",
        creation=[script.created],
        looks=[script.finished],
        model=model,
        request=request,
        pace=CALM,
    )

    assert spoken.lines == [f"POST {path} HTTP/1.1", "GET /v1/predictions/r-1 HTTP/1.1"]
    assert json.loads(spoken.requests[0].partition(b"\r\n\r\n")[2]) == {
        "input": {"prompt": "a cat", **said}
    }


async def test_only_the_end_is_to_be_called_about() -> None:
    script = script_of("replicate")

    spoken = await talk(
        "replicate",
        creation=[script.created],
        looks=[script.finished],
        pace=CALM,
        hook=Hook(url="https://bot.example/hooks/x"),
    )

    body = json.loads(spoken.requests[0].partition(b"\r\n\r\n")[2])
    assert body["webhook_events_filter"] == ["completed"]


@pytest.mark.parametrize(
    ("output", "count", "links"),
    [
        (A, 1, [A]),
        ([A], 1, [A]),
        ([A, f"{A}2"], 2, [A, f"{A}2"]),
        ([A, f"{A}2"], 1, [A]),
        ([None, A], 1, [A]),
    ],
)
async def test_what_was_made_is_a_link_or_a_list(
    output: object, count: int, links: list[str]
) -> None:
    model = MODELS["replicate/flux-schnell"]
    request = model.complete(MediaRequest(prompt="a cat", kind=MediaKind.IMAGE, count=count))

    spoken = await talk(
        "replicate",
        looks=[as_json({"status": "succeeded", "output": output})],
        task="r-1",
        model=model,
        request=request,
        pace=CALM,
    )

    assert spoken.urls == [(link,) for link in links]
    assert {asset.kind for asset in spoken.assets} == {MediaKind.IMAGE}


@pytest.mark.parametrize(
    "looks",
    [
        [as_json({"status": "starting", "output": None, "logs": None})] * 8,
        [as_json({"status": "Processing", "logs": f" {n}%|#"}) for n in (40, 10, 900)],
        [as_json({"status": "succeeded", "output": None}), as_json({"status": "succeeded"})],
        [as_json({"status": "a word of tomorrow"})] * 8,
        [as_json({"title": "x", "detail": "Not found", "status": 404}, status=404)] * 2,
        [as_html("<h1>Bad gateway</h1>", status=502)] * 2,
        [as_json({"detail": "odd"}, status=400)],
    ],
)
async def test_a_paid_prediction_is_asked_on(looks: list[bytes]) -> None:
    spoken = await talk(
        "replicate", looks=[*looks, script_of("replicate").finished], task="r-1", pace=CALM
    )

    assert spoken.fault is None
    assert spoken.links == [(A,)]
    assert spoken.posts == 0


@pytest.mark.parametrize(
    ("look", "kind"),
    [
        (
            {"status": "failed", "error": "The input was flagged as sensitive. (E005)"},
            FaultKind.MODERATION_PROMPT,
        ),
        ({"status": "failed", "error": "CUDA out of memory (E1001)"}, FaultKind.UPSTREAM),
        ({"status": "canceled"}, FaultKind.CANCELLED),
        ({"status": "aborted"}, FaultKind.CANCELLED),
    ],
)
async def test_an_end_without_a_result_says_why(look: Json, kind: FaultKind) -> None:
    spoken = await talk("replicate", looks=[as_json(look)], task="r-1", pace=CALM)

    assert spoken.fault is not None
    assert spoken.fault.kind is kind


@pytest.mark.parametrize(
    ("status", "detail", "kind"),
    [
        (401, "You did not pass a valid authentication token", FaultKind.AUTH),
        (402, "You have insufficient credit to run this model.", FaultKind.QUOTA),
        (404, "The requested resource could not be found.", FaultKind.MODEL_GONE),
        (422, "- input.duration: Must be one of 4, 6, 8", FaultKind.BAD_REQUEST),
    ],
)
async def test_a_refused_creation_costs_nothing(status: int, detail: str, kind: FaultKind) -> None:
    refusal = as_json({"title": "No", "detail": detail, "status": status}, status=status)

    spoken = await talk("replicate", creation=[refusal], pace=CALM)

    assert spoken.fault is not None
    assert (spoken.fault.kind, spoken.fault.maybe_billed) == (kind, False)
    assert spoken.posts == 1


async def test_a_prediction_is_stopped_with_post() -> None:
    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(as_json({"status": "canceled"}))

    async with speaker("replicate", serve) as (dialect, server):
        await dialect.cancel(TaskRef(id="r-1"))

    assert server.requests[0].startswith(b"POST /v1/predictions/r-1/cancel HTTP/1.1\r\n")
