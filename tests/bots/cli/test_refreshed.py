"""`models --refresh GATEWAY` drafts stanzas from what a gateway lists of its videos."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from bots.cli.listed_prices import prices_of, read_skus
from bots.cli.refreshed import refreshed
from bots.sandboxing import sandbox_tables
from core.catalog import CatalogData, Model, load
from core.dialects import DIALECTS
from core.dialects.openrouter import payload
from core.errors import CatalogError
from core.media import SOME_PICTURE, MediaRequest
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.core.dialects.http_answers import as_html, as_json
from tests.fakes.cli import run
from tests.fakes.raw_server import raw_server, replies

DATA = load((), tuple(DIALECTS))
NOTHING: dict[str, Any] = {
    "supported_resolutions": None,
    "supported_aspect_ratios": None,
    "supported_sizes": None,
    "supported_durations": None,
    "supported_frame_images": None,
    "generate_audio": None,
    "seed": None,
    "creativity": None,
    "upscale_factor": None,
    "pricing_skus": None,
    "allowed_passthrough_parameters": None,
}
VEO: dict[str, Any] = NOTHING | {
    "id": "google/veo-3.1",
    "supported_resolutions": ["1080p", "720p", "4K"],
    "supported_aspect_ratios": ["16:9", "9:16"],
    "supported_durations": [4, 6, 8],
    "supported_frame_images": ["first_frame", "last_frame"],
    "generate_audio": True,
    "seed": True,
    "pricing_skus": {
        "duration_seconds_with_audio": "0.40",
        "duration_seconds_without_audio": "0.20",
        "duration_seconds_with_audio_4k": "0.60",
        "duration_seconds_without_audio_4k": "0.40",
    },
    "allowed_passthrough_parameters": ["personGeneration", "x\ncredits = 0"],
}
GROK: dict[str, Any] = NOTHING | {
    "id": "x-ai/grok-imagine-video-1.5-lite",
    "supported_resolutions": ["480p", "720p", "1080p"],
    "supported_aspect_ratios": ["1:1", "16:9"],
    "supported_durations": list(range(1, 16)),
    "supported_frame_images": ["first_frame"],
    "pricing_skus": {
        "cents_per_image_input": "1",
        "cents_per_video_output_second_480p": "2",
        "cents_per_video_output_second_720p": "4",
        "cents_per_video_output_second_1080p": "14",
    },
}
SEEDANCE: dict[str, Any] = NOTHING | {
    "id": "bytedance/seedance-2.0",
    "supported_resolutions": ["480p", "720p"],
    "supported_durations": [4, 5, 6, 7],
    "generate_audio": True,
    "pricing_skus": {"video_tokens": "0.000007", "video_tokens_without_audio": "0.0000035"},
}
NAMELESS: dict[str, Any] = NOTHING | {
    "id": "other/veo-3.1",
    "supported_resolutions": ["8K"],
    "seed": True,
}
UPSCALER: dict[str, Any] = NOTHING | {
    "id": "maker/upscale",
    "upscale_factor": [2, 4],
    "pricing_skus": {},
}
LIST: list[dict[str, Any]] = [VEO, GROK, SEEDANCE, NAMELESS, UPSCALER, {"id": 7}, {"id": "a b"}]


def laid_over(tmp_path: Path, text: str) -> CatalogData:
    """The catalog of an operator who keeps these stanzas."""
    file = tmp_path / "videos.toml"
    file.write_text(text, encoding="utf-8")
    return load([file], tuple(DIALECTS))


def find(data: CatalogData, name: str) -> Model:
    return next(m for m in data.models if m.key == f"openrouter/{name}")


@pytest.fixture
def kept(tmp_path: Path) -> CatalogData:
    return laid_over(tmp_path, refreshed("openrouter", LIST, DATA.models))


def test_a_new_model_can_be_asked_for_all_that_is_listed(kept: CatalogData) -> None:
    model = find(kept, "veo-3.1")
    request = model.complete(MediaRequest(prompt="a cat", resolution="4k", sound=False))
    pictured = model.complete(MediaRequest(prompt="a cat", images=(SOME_PICTURE, SOME_PICTURE)))

    assert payload(model, request, []) == {
        "model": "google/veo-3.1",
        "prompt": "a cat",
        "duration": 4,
        "resolution": "4K",
        "aspect_ratio": "16:9",
        "generate_audio": False,
    }
    said: Any = payload(model, pictured, ["data:a", "data:b"])
    assert [part["frame_type"] for part in said["frame_images"]] == ["first_frame", "last_frame"]
    assert (said["resolution"], "aspect_ratio" in said) == ("720p", False)


@pytest.mark.parametrize(
    ("name", "options", "credits_"),
    [
        ("veo-3.1", {}, 4 * 40),
        ("veo-3.1", {"sound": False}, 4 * 20),
        ("veo-3.1", {"resolution": "1080p"}, 4 * 40),
        ("veo-3.1", {"resolution": "4k"}, 4 * 60),
        ("veo-3.1", {"resolution": "4k", "sound": False}, 4 * 40),
        ("grok-imagine-video-1.5-lite", {}, 5 * 4),
        ("grok-imagine-video-1.5-lite", {"resolution": "480p"}, 5 * 2),
        ("grok-imagine-video-1.5-lite", {"resolution": "1080p"}, 5 * 14),
        # 1280 x 720 x 24 / 1024 tokens a second.
        ("seedance-2.0", {}, 5 * 16),
        ("seedance-2.0", {"sound": False}, 5 * 8),
        ("seedance-2.0-reference", {"images": (SOME_PICTURE,)}, 5 * 16),
        ("other-veo-3.1", {}, 1000),
    ],
)
def test_prices_are_those_of_the_list(
    kept: CatalogData, name: str, options: Mapping[str, Any], credits_: int
) -> None:
    model = find(kept, name)

    assert model.credits_for(model.complete(MediaRequest(prompt="a", **options))) == credits_


def test_a_model_that_is_there_keeps_what_the_list_does_not_know(kept: CatalogData) -> None:
    old, new = (find(data, "seedance-2.0-reference") for data in (DATA, kept))

    assert (new.images, new.family, new.expected_seconds) == (
        old.images,
        old.family,
        old.expected_seconds,
    )
    assert new.resolutions == ("720p", "480p")
    # Not told is not the same as none.
    assert (new.ratios, new.seed) == (old.ratios, old.seed)
    assert find(kept, "seedance-2.0").images == find(DATA, "seedance-2.0").images
    assert find(kept, "wan-3.0") == find(DATA, "wan-3.0")
    assert len([m for m in kept.models if m.name == "grok-imagine-video-1.5-lite"]) == len(
        [m for m in DATA.models if m.name == "grok-imagine-video-1.5-lite"]
    )


def test_what_could_not_be_expressed_is_said() -> None:
    text = refreshed("openrouter", LIST, DATA.models)

    assert "# Prices that are not counted: cents_per_image_input." in text
    assert "# Its maker's own options, not used: personGeneration." in text
    assert "# Not told: lengths, shapes, frames, sound." in text
    assert "# Resolutions without a word for them: 8k." in text
    assert "# Billed by tokens: its price is an estimate" in text
    assert "# TO DO: its price in US cents." in text
    assert "# maker/upscale: enlarges videos, which cannot be ordered." in text
    assert "# Entries that could not be read: 2" in text
    (gone,) = [line for line in text.splitlines() if line.startswith("# Not listed now: ")]
    assert "wan-3.0" in gone
    assert "seedance" not in gone


def test_a_second_refresh_of_the_same_list_says_the_same(kept: CatalogData) -> None:
    first = refreshed("openrouter", LIST, DATA.models)
    again = refreshed("openrouter", LIST, kept.models)

    assert again.count("[[model]]") == first.count("[[model]]")


@pytest.mark.parametrize(
    ("skus", "prices"),
    [
        ({"duration_seconds": "0.13", "reference_images": "0.04"}, {"720p": 13, "4k": 13}),
        ({"cents_per_second_output": "17", "cents_per_second_output_4k": "29"}, {"4k": 29}),
        ({"text_to_video_duration_seconds_720p": "0.112"}, {"720p": 12}),
        ({"image-to-video-duration-seconds-720p": "0.5"}, {}),
        ({"per-video-second-720p": "0.1"}, {"720p": 10}),
        ({"cents_per_video_output_second_720p_with_audio": "10"}, {"720p": 10}),
        ({"generate": "0.305"}, {"720p": 31}),
        ({"generate": "1", "duration_seconds": "0.1"}, {"720p": 10}),
        ({"duration_seconds": "NaN"}, {}),
        ({"duration_seconds": "-1"}, {}),
        ({"duration_seconds": None, "minimum_cents_per_generation": "56"}, {}),
        ({"duration_seconds_720p": "0.05", "duration_seconds": "0.1"}, {"720p": 5, "4k": 10}),
    ],
)
def test_prices_are_read_however_they_are_spelled(
    skus: Mapping[str, object], prices: Mapping[str, int]
) -> None:
    read, _ = read_skus(skus)
    found = {
        word: prices_of(read, [word], tells_sound=False, takes_images=False).credits
        for word in ("720p", "4k")
    }

    assert {word: found[word] for word in prices} == prices
    assert prices or set(found.values()) == {None}


def test_what_is_billed_by_tokens_is_never_free() -> None:
    read, _ = read_skus({"video_tokens": "0.000007"})

    for word in ("", "480p", "4k", "hd"):
        prices = prices_of(read, [word], tells_sound=False, takes_images=False)
        assert prices.credits
        assert prices.by_tokens


@pytest.mark.slow
async def test_an_address_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    variables = {"OPENROUTER_BASE_URL": "ftp://x"}
    told = await run(tmp_path, "models", "--refresh", "openrouter", variables=variables)

    assert told.code == 2
    assert told.err.startswith("cliprelay: OPENROUTER_BASE_URL: must be an address")


def test_what_has_no_price_of_its_own_counts_as_the_dearest() -> None:
    read, _ = read_skus({"duration_seconds_480p": "0.05", "duration_seconds_720p": "0.1"})
    prices = prices_of(read, ["720p", "480p", "4k"], tells_sound=False, takes_images=False)

    assert (prices.credits, prices.unlisted) == (10, ("4k",))
    assert prices.variants == ({"resolution": "480p", "credits": 5},)


@pytest.mark.slow
async def test_the_whole_list_of_a_gateway_becomes_a_catalog_file(tmp_path: Path) -> None:
    options = SandboxOptions(state_dir=tmp_path / "gateway", models=sandbox_tables(DATA))
    async with serve(options) as root, httpx.AsyncClient(trust_env=False, timeout=90) as http:
        variables = {"OPENROUTER_BASE_URL": f"{root}/v1"}
        drafted = await run(tmp_path, "models", "--refresh", "openrouter", variables=variables)
        (tmp_path / "videos.toml").write_text(drafted.out)
        kept = {"CATALOG_FILES": "videos.toml", "OPENROUTER_API_KEY": "sk-or"}
        told = await run(tmp_path, "models", "--json", variables=kept)
        listed = (await http.get(f"{root}/v1/videos/models")).json()["data"]

    assert (drafted.code, drafted.err, told.code) == (0, "", 0)
    videos = [
        each
        for each in json.loads(told.out)
        if (each["gateway"], each["kind"]) == ("openrouter", "video")
    ]
    assert len(listed) <= len(videos)
    assert {each["credits"] for each in videos} == {5}


@pytest.mark.slow
@pytest.mark.parametrize("key", ["", "sk-or-secret"])
async def test_the_key_is_sent_where_there_is_one(tmp_path: Path, key: str) -> None:
    async with raw_server(replies(as_json({"data": LIST}))) as server:
        variables = {
            "OPENROUTER_BASE_URL": server.url,
            **({"OPENROUTER_API_KEY": key} if key else {}),
        }
        told = await run(tmp_path, "models", "--refresh", "openrouter", variables=variables)

    assert (told.code, told.out.strip()) == (0, refreshed("openrouter", LIST, DATA.models).strip())
    (request,) = server.requests
    assert request.startswith(b"GET /v1/videos/models HTTP/1.1")
    assert (b"authorization" in request.lower()) == bool(key)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("gateway", "answer", "complaint"),
    [
        ("nowhere", as_json({}), "nowhere is no gateway that lists its videos; those are"),
        ("fal", as_json({}), "fal is no gateway that lists its videos; those are"),
        ("openrouter", as_json({"error": "no"}, status=401), "openrouter: no list from http"),
        ("openrouter", as_html("<h1>Hello</h1>"), "openrouter: no list from http"),
        ("openrouter", as_json({"data": [{"id": "a/b"}]}), "does not say what its models can do"),
    ],
)
async def test_what_cannot_be_refreshed_is_a_sentence(
    tmp_path: Path, gateway: str, answer: bytes, complaint: str
) -> None:
    async with raw_server(replies(answer)) as server:
        variables = {"OPENROUTER_BASE_URL": server.url}
        told = await run(tmp_path, "models", "--refresh", gateway, variables=variables)

    assert (told.code, told.out) == (2, "")
    assert complaint in told.err
    assert len(told.err.splitlines()) == 1


def test_a_list_of_names_alone_cannot_be_drafted() -> None:
    with pytest.raises(CatalogError, match="does not say"):
        refreshed("openrouter", [], DATA.models)
