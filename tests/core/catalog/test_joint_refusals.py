"""A refusal that no model was named for says what the best of all ready models allow."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.catalog import Catalog, load
from core.dialects import DIALECTS
from core.errors import UserError
from core.i18n import Locale, explain
from core.media import SOME_PICTURE, MediaKind, MediaRequest
from tests.fakes.setups import SETUPS

CAT = MediaRequest(prompt="a cat")
IMAGE = replace(CAT, kind=MediaKind.IMAGE)
TINY = replace(SOME_PICTURE, width=100, height=100)
LONG = replace(SOME_PICTURE, width=3000, height=400)
HEAVY = replace(SOME_PICTURE, size_bytes=40_000_000)


def told(catalog: Catalog, request: MediaRequest) -> str:
    with pytest.raises(UserError) as caught:
        catalog.choose(request)
    return explain(Locale.EN, caught.value)


@pytest.mark.parametrize(
    ("gateway", "request_", "sentence"),
    [
        (
            "sandbox",
            replace(CAT, seconds=500),
            "No model here makes 500 s; the longest is 60 s (sandbox-video).",
        ),
        (
            "whatai",
            replace(CAT, seconds=3, images=(SOME_PICTURE,) * 9),
            (
                "No model here can do all of that at once. The closest one:\n"
                "seedance-2.0-reference cannot make 3 s; it makes 4-15 s."
            ),
        ),
        (
            "whatai",
            replace(CAT, seconds=1, ratio="1:1"),
            "No model here makes 1 s; the shortest is 4 s (seedance-2.0).",
        ),
        (
            "all four",
            replace(CAT, ratio="7:3"),
            "No video model here offers 7:3. Available: 9:16, 16:9, 1:1, 4:3, 3:4, 21:9.",
        ),
        ("147ai", replace(CAT, ratio="9:16"), "No video model here lets you choose the shape."),
        (
            "whatai",
            replace(CAT, resolution="4k"),
            "No video model here offers 4k. Available: 720p, 480p, 1080p, hd.",
        ),
        (
            "apiyi",
            replace(CAT, resolution="hd"),
            "No video model here lets you choose the resolution.",
        ),
        ("whatai", replace(CAT, fast=True), "No video model here has a fast mode."),
        ("apiyi", replace(CAT, seed=7), "No video model here supports a seed."),
        ("apiyi", replace(CAT, watermark=True), "No video model here can add a watermark."),
        (
            "apiyi",
            replace(CAT, count=9),
            "No video model here makes 9 at a time; the limit is 4 (veo-3.1).",
        ),
        (
            "147ai",
            replace(CAT, count=9),
            "No video model here makes 9 at a time; the limit is 1 (veo3-fast).",
        ),
        (
            "apiyi",
            replace(CAT, images=(SOME_PICTURE,) * 3),
            "No video model here uses 3 pictures; the limit is 2 (veo-3.1).",
        ),
        (
            "147ai",
            replace(CAT, images=(SOME_PICTURE,) * 3),
            "No video model here uses 3 pictures; the limit is 1 (veo3-pro-frames).",
        ),
        (
            "whatai",
            replace(CAT, images=(TINY,)),
            (
                "No video model here takes a 100x100 picture; "
                "seedance-2.0 takes sides of 300-6000 pixels."
            ),
        ),
        (
            "whatai",
            replace(CAT, images=(LONG,)),
            (
                "No video model here takes a 3000x400 picture; "
                "seedance-2.0 takes up to 2.5:1, tall or wide."
            ),
        ),
        (
            "whatai",
            replace(CAT, images=(HEAVY,)),
            "No video model here takes a 40 MB picture; the limit is 30 MB (seedance-2.0).",
        ),
        (
            "apiyi",
            replace(CAT, prompt="x" * 32_001),
            "The prompt has 32,001 characters; the limit is 32,000.",
        ),
        (
            "apiyi",
            replace(CAT, cast_by="whatai"),
            "No model here can use characters made at whatai.",
        ),
        ("apiyi", replace(CAT, has_shots=True), "This bot has no model for storyboards."),
        ("whatai", replace(IMAGE, seed=7), "No picture model here supports a seed."),
        ("apiyi", IMAGE, "This bot has no model for pictures."),
        (
            "all four",
            replace(CAT, count=4, seconds=15),
            (
                "No model here can do all of that at once. The closest one:\n"
                "veo-3.1 cannot make 15 s; it makes 8 s."
            ),
        ),
    ],
)
def test_the_best_of_all_is_told(gateway: str, request_: MediaRequest, sentence: str) -> None:
    assert told(SETUPS[gateway].catalog, request_) == sentence


@pytest.mark.parametrize(
    ("stanza", "request_", "sentence"),
    [
        (
            "seconds = [4, 20]",
            replace(CAT, seconds=9),
            "No model here makes 9 s; the nearest is 4 s (m).",
        ),
        ("", replace(CAT, seconds=9), "No model here lets you choose the length."),
        ("", replace(CAT, images=(SOME_PICTURE,)), "No video model here can use pictures."),
        (
            "images = { min = 1, max = 1 }",
            CAT,
            "Every video model here needs a picture to start from.",
        ),
        (
            'kind = "image"\nimages = { max = 1 }',
            replace(IMAGE, mask=SOME_PICTURE),
            "No model here supports masks.",
        ),
        (
            'hd = ["hd"]\nseconds = [25]\nforbid = [{ hd = true, seconds = 25 }]',
            replace(CAT, resolution="hd"),
            "No video model here can combine 25s, hd.",
        ),
    ],
)
def test_the_only_model_is_not_blamed_by_name_either(
    tmp_path: Path, stanza: str, request_: MediaRequest, sentence: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        '[[gateway]]\nname = "mine"\nenv = "MINE"\nbase_url = "https://mine.example"\n'
        '[[model]]\ngateway = "mine"\nname = "m"\ndialect = "video_tasks"\ncredits = 1\n' + stanza
    )
    data = load([file], tuple(DIALECTS))

    assert told(Catalog(data=data, ready_gateways=frozenset({"mine"})), request_) == sentence


def test_a_model_that_takes_no_pictures_does_not_hide_what_is_wrong_with_one() -> None:
    catalog = replace(SETUPS["whatai"].catalog, ready_gateways=frozenset({"whatai", "147ai"}))
    frames = catalog.get("147ai/veo3-pro-frames")
    models = tuple(model for model in catalog.models if model != frames)

    said = told(
        replace(catalog, data=replace(catalog.data, models=models)), replace(CAT, images=(TINY,))
    )

    assert said.startswith("No video model here takes a 100x100 picture;")


def test_who_has_named_a_model_is_told_about_that_one() -> None:
    catalog = SETUPS["all four"].catalog

    assert told(catalog, replace(CAT, seconds=500, model="veo-3.1")) == (
        "veo-3.1 cannot make 500 s; it makes 8 s."
    )
    assert told(catalog, replace(CAT, seconds=9, model="veo_3_1-async")) == (
        "veo_3_1-async has a fixed length, so 9 s cannot be chosen.\nThis could: seedance-2.0"
    )
