"""How the input of a model is made of our options, as a catalog file says."""

from pathlib import Path
from typing import Any

import pytest

from core.catalog import Model, load
from core.catalog.fields import FieldRule, sides_of
from core.dialects import DIALECTS
from core.dialects._fields import filled
from core.errors import CatalogError
from core.media import SOME_PICTURE, MediaRequest

STANZA = """
[[gateway]]
name = "host"
env = "HOST"
base_url = "https://host.example"

[[model]]
gateway = "host"
name = "clips"
dialect = "video_tasks"
wire = "clips/text-to-video"
ratios = ["16:9", "9:16"]
seconds = [5, 10]
resolutions = ["720p", "1080p"]
images = { max = 2, roles = ["first_frame", "last_frame"] }
seed = true
sound = "on"
credits = 10
variants = [{ images = true, wire = "clips/image-to-video" }, { sound = false, credits = 6 }]

[model.fields]
prompt = "prompt"
ratio = "aspect_ratio"
seconds = { name = "duration", form = "{}s" }
resolution = { name = "settings.quality", values = { "1080p" = "FULL" } }
seed = "seed"
sound = "generate_audio"
first_frame = "image_url"
last_frame = "tail.url"

[model.constants]
"settings.safe" = true
"""


def model_of(text: str, folder: Path) -> Model:
    (file := folder / "catalog.toml").write_text(text, encoding="utf-8")
    found = load((file,), tuple(DIALECTS))
    return next(model for model in found.models if model.key == "host/clips")


def test_what_was_asked_for_stands_under_the_models_own_names(tmp_path: Path) -> None:
    model = model_of(STANZA, tmp_path)
    request = model.complete(
        MediaRequest(prompt="a cat", ratio="9:16", resolution="1080p", seed=7, sound=False)
    )

    assert filled(model, request, ()) == {
        "settings": {"safe": True, "quality": "FULL"},
        "prompt": "a cat",
        "aspect_ratio": "9:16",
        "duration": "5s",
        "seed": 7,
        "generate_audio": False,
    }
    assert model.wire_name(request) == "clips/text-to-video"
    assert model.credits_for(request) == 6


def test_pictures_stand_where_their_roles_do_and_sound_is_always_told(tmp_path: Path) -> None:
    model = model_of(STANZA, tmp_path)
    request = model.complete(MediaRequest(prompt="", images=(SOME_PICTURE, SOME_PICTURE)))

    body = filled(model, request, ("data:1", "data:2"))

    assert (body["image_url"], body["tail"]) == ("data:1", {"url": "data:2"})
    assert body["generate_audio"] is True
    assert "prompt" not in body
    assert model.wire_name(request) == "clips/image-to-video"
    assert model.wire_names == {"clips/text-to-video", "clips/image-to-video"}


@pytest.mark.parametrize(
    ("gone", "names"),
    [
        ('seed = "seed"\n', "seed"),
        ('sound = "generate_audio"\n', "sound"),
        ('ratio = "aspect_ratio"\n', "ratio or width"),
        ('last_frame = "tail.url"\n', "last_frame"),
    ],
)
def test_what_can_be_chosen_has_to_have_a_field(tmp_path: Path, gone: str, names: str) -> None:
    with pytest.raises(CatalogError) as caught:
        model_of(STANZA.replace(gone, ""), tmp_path)

    assert f"fields lacks {names}" in str(caught.value)


@pytest.mark.parametrize(
    ("rule", "value", "said"),
    [
        ({}, 5, 5),
        ({"form": "{}s"}, 5, "5s"),
        ({"form": "{}"}, 5, "5"),
        ({"step": 4, "plus": 1}, 80, 81),
        ({"step": 8, "plus": 1}, 120, 121),
        ({"step": 17, "plus": 5}, 120, 124),
        ({"step": 32}, 720, 704),
        ({"values": {"true": "on", "false": "off"}}, True, "on"),
        ({"values": {"16:9": "landscape"}}, "16:9", "landscape"),
        ({"values": {"16:9": "landscape"}}, "9:16", "9:16"),
        ({"form": "{}!"}, ["a", "b"], ["a!", "b!"]),
    ],
)
def test_a_value_is_said_in_the_models_own_form(
    rule: dict[str, Any], value: object, said: object
) -> None:
    assert FieldRule(name="any", **rule).said(value) == said


@pytest.mark.parametrize(
    ("ratio", "resolution", "sides"),
    [
        ("16:9", "720p", (1280, 720)),
        ("9:16", "480p", (480, 853)),
        ("1:1", "1k", (1024, 1024)),
        ("21:9", "1080p", (2520, 1080)),
        ("16:9", "", (1280, 720)),
    ],
)
def test_a_resolution_word_is_the_shorter_side(
    ratio: str, resolution: str, sides: tuple[int, int]
) -> None:
    assert sides_of(ratio, resolution) == sides
