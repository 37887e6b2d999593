"""`cliprelay try`: one real job, its transcript, and the transcript played again."""

import asyncio
import io
import json
from pathlib import Path

import pytest
from PIL import Image

from bots.cli.trying import cheapest
from core.catalog import Model
from core.dialects import DIALECTS
from core.files.media_info import look
from core.media import MediaKind, MediaRequest
from sandbox.options import SandboxOptions
from sandbox.orders.ledger import read_ledger
from sandbox.replay import replay
from sandbox.server import serve, serve_app
from tests.core.dialects.scripted_gateway import client, endpoint, generation_of
from tests.core.dialects.scripts import MODELS
from tests.fakes.cli import run, running

pytestmark = pytest.mark.slow

KEY = "sk-secret-key"


def transcript_in(folder: Path) -> Path:
    """The only one there."""
    (transcript,) = folder.glob("try-*.jsonl")
    return transcript


async def test_nothing_is_ordered_without_a_yes(
    tmp_path: Path, gateway: dict[str, str], state: Path
) -> None:
    done = await run(tmp_path, "try", "veo-3.1", said="n\n", variables=gateway)

    assert done.code == 1
    assert "apiyi/veo-3.1 · 9:16 · 8 s · fast" in done.out
    assert "about 15 credits" in done.out
    assert "Nothing was ordered." in done.out
    assert read_ledger(state) == []


async def test_a_model_that_is_not_there_costs_nothing(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    done = await run(tmp_path, "try", "veo-9", "--yes", variables=gateway)

    assert done.code == 2
    assert "veo-9" in done.err


async def test_the_cheapest_job_is_ordered_once_and_its_transcript_plays_again(
    tmp_path: Path, gateway: dict[str, str], state: Path
) -> None:
    first = await run(tmp_path, "try", "veo-3.1", "--yes", variables=gateway)

    assert first.code == 0, first.out + first.err
    (paid,) = read_ledger(state)
    assert paid.model == "veo-3.1-fast"
    transcript = transcript_in(tmp_path)
    assert transcript.name.startswith("try-apiyi-veo-3.1-")
    text = transcript.read_text(encoding="utf-8")
    assert KEY not in text + first.out + first.err
    head, *exchanges, outcome = map(json.loads, text.splitlines())
    assert (head["model"], head["asked"]["fast"]) == ("apiyi/veo-3.1", True)
    assert exchanges[0]["request"]["url"] == "ORIGIN/v1/chat/completions"
    assert exchanges[0]["response"]["status"] == 200
    assert outcome["outcome"]["state"] == "done"

    (again := tmp_path / "again").mkdir()
    async with serve_app(replay(transcript)) as root:
        played = {**gateway, "APIYI_BASE_URL": f"{root}/v1"}
        second = await run(
            again, "generate", "fast portrait a cat", "-o", "cat.mp4", variables=played
        )

    assert second.code == 0, second.out + second.err
    video = look(again / "cat.mp4")
    assert (video.width, video.height, video.seconds) == (640, 360, 2.0)
    assert len(read_ledger(state)) == 1


async def test_a_failure_is_in_the_transcript_with_what_people_are_told(
    tmp_path: Path, gateway: dict[str, str]
) -> None:
    done = await run(tmp_path, "try", "veo-3.1", "a cat #quota", "--yes", variables=gateway)

    assert done.code == 1
    outcome = json.loads(transcript_in(tmp_path).read_text(encoding="utf-8").splitlines()[-1])[
        "outcome"
    ]
    assert (outcome["state"], outcome["fault"]["kind"]) == ("failed", "quota")
    assert not outcome["fault"]["maybe_billed"]
    assert "was not billed" in done.out


async def test_who_is_stopped_leaves_what_was_seen(tmp_path: Path, state: Path) -> None:
    options = SandboxOptions(state_dir=state, speed=0.01, short_side=96, fps=8)
    model = "xai/grok-imagine-video-1.5-lite"
    async with serve(options) as root, asyncio.timeout(120):
        account = {"XAI_API_KEY": KEY, "XAI_BASE_URL": root}
        async with running(tmp_path, "try", model, "--yes", variables=account) as process:
            assert process.stdout
            async for line in process.stdout:
                if b"POST ORIGIN/v1/videos/generations" in line:
                    process.kill()
                    break

    (paid,) = read_ledger(state)
    transcript = transcript_in(tmp_path)
    text = transcript.read_text(encoding="utf-8")
    head, created, *_ = map(json.loads, text.splitlines())
    assert head["model"] == model
    assert created["response"]["body"] == {"request_id": paid.task_id}
    assert KEY not in text
    replay(transcript)


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        (
            "xai/grok-imagine-video-1.5-lite",
            {"seconds": 1, "resolution": "480p", "sound": False},
        ),
        ("dashscope/wan-3.0", {"seconds": 2, "resolution": "480p"}),
        ("fal/ltx-2.3", {"seconds": 6, "resolution": "1080p", "sound": False}),
        ("minimax/minimax-h3-reference", {"seconds": 5, "resolution": "768p"}),
        ("gemini/gemini-3.1-flash-image", {"seconds": None, "resolution": "1k"}),
        ("147ai/veo3-fast", {"seconds": 8, "resolution": None}),
    ],
)
def test_the_shortest_and_smallest_is_asked_for(model: str, asked: dict[str, object]) -> None:
    request = cheapest(MODELS[model])

    assert {name: getattr(request, name) for name in asked} == asked


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.key)
def test_every_model_can_be_asked_for_something_within_its_own_lengths(model: Model) -> None:
    request = cheapest(model)

    assert request.seconds == min(model.lengths, default=None)


async def test_a_picture_is_tried_and_its_transcript_plays_again(
    tmp_path: Path, state: Path
) -> None:
    options = SandboxOptions(state_dir=state, speed=200, short_side=96, fps=8)
    key = {"GEMINI_API_KEY": KEY}
    async with serve(options) as root:
        first = await run(
            tmp_path,
            "try",
            "gemini/gemini-3.1-flash-image",
            "2k 3:4 a cat",
            "--yes",
            variables={**key, "GEMINI_BASE_URL": root},
        )
    assert first.code == 0, first.out + first.err
    (paid,) = read_ledger(state)
    assert (paid.ratio, paid.scale) == ("3:4", 2)
    transcript = transcript_in(tmp_path)
    assert "iVBOR" not in transcript.read_text(encoding="utf-8")

    model = MODELS["gemini/gemini-3.1-flash-image"]
    request = model.complete(MediaRequest(prompt="a cat", kind=MediaKind.IMAGE))
    async with serve_app(replay(transcript)) as root, client() as http:
        dialect = DIALECTS[model.dialect](endpoint(root), http)
        (asset,) = await dialect.generate(generation_of(model, request))

    assert asset.data
    assert Image.open(io.BytesIO(asset.data)).size == (640, 640)


async def test_what_is_no_transcript_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text("hello\n")

    done = await run(tmp_path, "sandbox", "--port", "0", "--replay", "x.jsonl")

    assert done.code == 2
    assert done.err.startswith("cliprelay: x.jsonl: is no transcript")
