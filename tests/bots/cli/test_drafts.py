"""`models --add fal:ENDPOINT` drafts a stanza by which that endpoint can be asked."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bots.cli.drafts import draft
from bots.cli.published import read_page
from core.catalog import Model, load
from core.dialects import DIALECTS
from core.dialects._fields import filled
from core.dialects._json import Json
from core.errors import CatalogError
from core.media import SOME_PICTURE, MediaRequest
from tests.core.dialects.http_answers import as_json
from tests.fakes.cli import Finished, run
from tests.fakes.raw_server import raw_server

TEXT = {"type": "string"}
SEED = {"anyOf": [{"type": "integer"}, {"type": "null"}], "title": "Seed"}
SWITCH = {"type": "boolean", "default": True}
DATA = "data:image/jpeg;base64,AA=="


def page(endpoint: str, properties: Json, required: tuple[str, ...], made: str) -> Json:
    """A document as fal publishes it."""
    given = {"type": "object", "properties": properties, "required": list(required)}
    result = {"type": "object", "properties": {made: {"type": "object"}, "seed": SEED}}
    size = {"type": "object", "properties": {"width": SEED, "height": SEED}}
    shapes = {"type": "string", "enum": ["16:9", "9:16"]}
    return {
        "openapi": "3.0.4",
        "info": {"title": "Queue", "x-fal-metadata": {"endpointId": endpoint}},
        "components": {
            "schemas": {"In": given, "Out": result, "ImageSize": size, "Shape": shapes},
            "securitySchemes": {"apiKeyAuth": {"type": "apiKey"}},
        },
        "paths": {
            f"/{endpoint}": {"post": {"requestBody": _content("In"), "responses": {}}},
            f"/{endpoint}/requests/{{request_id}}": {
                "get": {"responses": {"200": _content("Out")}}
            },
        },
        "servers": [{"url": "https://queue.fal.run"}],
    }


def _content(name: str) -> Json:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


PAGES = {
    "acme/clips/v1/image-to-video": page(
        "acme/clips/v1/image-to-video",
        {
            "prompt": {**TEXT, "maxLength": 2500},
            "duration": {**TEXT, "enum": ["5", "10", "auto"], "default": "10"},
            "resolution": {**TEXT, "enum": ["480p", "2160p", "8K"], "default": "480p"},
            "aspect_ratio": {**TEXT, "enum": ["auto", "9:16", "16:9"], "default": "auto"},
            "start_image_url": TEXT,
            "end_image_url": {"anyOf": [TEXT, {"type": "null"}]},
            "generate_audio": SWITCH,
            "seed": SEED,
            "cfg_scale": {"type": "number", "default": 0.5},
            "style\ncredits = 0": TEXT,
        },
        ("prompt", "start_image_url"),
        "video",
    ),
    "acme/frames": page(
        "acme/frames",
        {
            "prompt": TEXT,
            "num_frames": {"type": "integer", "minimum": 17, "maximum": 161, "default": 81},
            "frames_per_second": {"anyOf": [{"type": "integer"}], "default": 16},
            "aspect_ratio": {"allOf": [{"$ref": "#/components/schemas/Shape"}], "default": "9:16"},
            "mode": TEXT,
        },
        ("prompt", "mode"),
        "video",
    ),
    "acme/seconds/fast": page(
        "acme/seconds/fast",
        {
            "prompt": TEXT,
            "duration": {"type": "integer", "minimum": 2, "maximum": 15, "default": 6},
            "reference_image_urls": {"type": "array", "items": TEXT, "maxItems": 7},
        },
        ("prompt", "reference_image_urls"),
        "video",
    ),
    "acme/pictures": page(
        "acme/pictures",
        {
            "prompt": TEXT,
            "image_size": {
                "anyOf": [
                    {"$ref": "#/components/schemas/ImageSize"},
                    {"enum": ["square_hd", "portrait_16_9"], "type": "string"},
                ],
                "default": "square_hd",
            },
            "num_images": {"type": "integer", "minimum": 1, "maximum": 4, "default": 1},
        },
        ("prompt",),
        "images",
    ),
    "acme/music": page("acme/music", {"lyrics": TEXT}, ("lyrics",), "audio"),
}


def stanza_of(endpoint: str) -> str:
    return draft(read_page(endpoint, json.dumps(PAGES[endpoint]).encode()))


async def added(tmp_path: Path, endpoint: str, answer: bytes) -> tuple[Finished, list[bytes]]:
    """What the command says, and what it has asked for."""

    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    async with raw_server(serve) as server:
        variables = {"FAL_BASE_URL": server.url, "FAL_API_KEY": "abc:def"}
        told = await run(tmp_path, "models", "--add", f"fal:{endpoint}", variables=variables)
    return told, server.requests


def read(tmp_path: Path, stanza: str) -> Model:
    """The model, as a catalog file has it."""
    file = tmp_path / "mine.toml"
    file.write_text(stanza, encoding="utf-8")
    return load([file], tuple(DIALECTS)).models[-1]


@pytest.mark.parametrize(
    ("endpoint", "options", "said"),
    [
        (
            "acme/clips/v1/image-to-video",
            {"images": (SOME_PICTURE, SOME_PICTURE), "seed": 7, "resolution": "4k"},
            {
                "duration": "10",
                "resolution": "2160p",
                "start_image_url": DATA,
                "end_image_url": DATA,
                "generate_audio": True,
                "seed": 7,
            },
        ),
        ("acme/frames", {"seconds": 3}, {"aspect_ratio": "9:16", "num_frames": 48}),
        (
            "acme/seconds/fast",
            {"images": (SOME_PICTURE,) * 7},
            {"duration": 6, "reference_image_urls": [DATA] * 7},
        ),
        (
            "acme/pictures",
            {"ratio": "9:16", "count": 4},
            {"image_size": {"width": 720, "height": 1280}, "num_images": 4},
        ),
    ],
)
def test_a_draft_is_a_stanza_by_which_the_endpoint_can_be_asked(
    tmp_path: Path, endpoint: str, options: Any, said: Json
) -> None:
    model = read(tmp_path, stanza_of(endpoint))
    request = model.complete(MediaRequest(prompt="a cat", kind=model.kind, **options))

    assert model.wire_name(request) == endpoint
    assert filled(model, request, [DATA] * len(request.images)) == {"prompt": "a cat", **said}


def test_a_draft_says_what_is_left_to_do() -> None:
    clips, frames = stanza_of("acme/clips/v1/image-to-video"), stanza_of("acme/frames")

    assert "# Not used: cfg_scale. [model.constants] can fix them." in clips
    assert "# TO DO: its price in US cents" in clips
    assert '# It also needs "mode": say it in [model.constants].' in frames


@pytest.mark.parametrize("endpoint", sorted(PAGES.keys() - {"acme/music"}))
def test_nothing_is_the_cheapest_before_somebody_has_written_its_price(
    tmp_path: Path, endpoint: str
) -> None:
    assert read(tmp_path, stanza_of(endpoint)).credits == 1000


@pytest.mark.slow
async def test_the_command_prints_the_stanza_and_asks_without_a_key(tmp_path: Path) -> None:
    told, asked = await added(tmp_path, "acme/frames", as_json(PAGES["acme/frames"]))

    assert (told.code, told.err) == (0, "")
    assert told.out.strip() == stanza_of("acme/frames").strip()
    (request,) = asked
    line, _, rest = request.partition(b"\r\n")
    assert line.split()[1].startswith(b"/api/openapi/queue/openapi.json?endpoint_id=acme")
    assert b"authorization" not in rest.lower()


@pytest.mark.parametrize(
    ("endpoint", "body", "complaint"),
    [
        ("acme/music", json.dumps(PAGES["acme/music"]), "acme/music: takes no prompt"),
        ("acme/none", "<h1>Hello</h1>", "cannot be read"),
        ("acme/none", "[]", "cannot be read"),
        ("acme/none", '{"paths": {}}', "has no input"),
    ],
)
def test_what_cannot_be_drafted_is_a_sentence(endpoint: str, body: str, complaint: str) -> None:
    with pytest.raises(CatalogError, match=complaint):
        draft(read_page(endpoint, body.encode()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("endpoint", "answer", "complaint"),
    [
        ("acme/none", as_json({"detail": "Not found"}, status=404), "fal has no such endpoint"),
        ("acme/none", as_json({"detail": "oh"}, status=500), "answers with 500"),
        ("acme/../../etc", as_json({}), "is no endpoint of fal"),
    ],
)
async def test_the_command_says_in_a_sentence_what_is_wrong(
    tmp_path: Path, endpoint: str, answer: bytes, complaint: str
) -> None:
    told, _ = await added(tmp_path, endpoint, answer)

    assert (told.code, told.out) == (2, "")
    assert complaint in told.err
    assert len(told.err.splitlines()) == 1


@pytest.mark.slow
async def test_only_what_publishes_its_inputs_can_be_added(tmp_path: Path) -> None:
    told = await run(tmp_path, "models", "--add", "ltx-2.3")

    assert told.code == 2
    assert "--add knows fal:ENDPOINT" in told.err


@pytest.mark.slow
@pytest.mark.parametrize("said", ["fal", "fal:"])
async def test_an_endpoint_that_is_not_named_is_asked_for(tmp_path: Path, said: str) -> None:
    told = await run(tmp_path, "models", "--add", said)

    assert (told.code, told.out) == (2, "")
    assert told.err == "cliprelay: Say which endpoint of fal, such as fal:fal-ai/ltx-2.3\n"
