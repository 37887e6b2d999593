"""Forms as gateways take them, and what is made of answers that should have one."""

import json
from typing import cast

import pytest

from core.chat.forms import read_form, schema_of
from core.chat.suggestions import Idea, Plan, is_suggestion, question_of, suggested
from core.media import SOME_PICTURE, MediaKind, MediaRequest, Wording
from tests.fakes.setups import SETUPS

CATALOG = SETUPS["sandbox"].catalog
WHATAI = SETUPS["whatai"].catalog
IDEA = MediaRequest(prompt="a cat", wording=Wording.ENHANCED)
PLAN = MediaRequest(prompt="a cat", has_shots=True, wording=Wording.PLANNED)


def test_a_form_leaves_only_what_there_is_to_choose_and_has_no_references() -> None:
    idea = schema_of(Idea, {"ratio": ("16:9", "9:16"), "seconds": (4, 8), "resolution": ()})
    plan = schema_of(Plan, {})

    assert idea.schema == {
        "type": "object",
        "properties": {
            "prompt": {"type": "string"},
            "ratio": {"type": ["string", "null"], "enum": ["16:9", "9:16", None]},
            "seconds": {"type": ["integer", "null"], "enum": [4, 8, None]},
        },
        "required": ["prompt", "ratio", "seconds"],
        "additionalProperties": False,
    }
    shot = {"seconds": {"type": "number"}, "scene": {"type": "string"}}
    assert plan.schema["properties"] == {
        "shots": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": shot,
                "required": ["seconds", "scene"],
                "additionalProperties": False,
            },
        }
    }


@pytest.mark.parametrize(
    "text",
    [
        '{"prompt": " a cat ", "ratio": "9:16"}',
        'Here it is:\n```json\n{"prompt": "a cat", "ratio": "9:16", "count": 99}\n```',
        '{"prompt": "a cat", "ratio": "9:16", "seconds": null, "confirm": true}',
    ],
)
def test_an_answer_is_read_whatever_stands_around_it(text: str) -> None:
    assert read_form(Idea, text) == Idea(prompt="a cat", ratio="9:16")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I cannot do that.",
        '{"prompt": "a c',
        '{"prompt": "  "}',
        '{"ratio": "9:16"}',
        '["a cat"]',
        '{"prompt": "a cat", "seconds": "long"}',
        json.dumps({"prompt": "x" * 1501}),
        "}{",
    ],
)
def test_an_answer_without_the_form_is_none(text: str) -> None:
    assert not is_suggestion(IDEA, text)


@pytest.mark.parametrize(
    "shots",
    [[], [{"seconds": 0, "scene": "up"}], [{"seconds": 1, "scene": ""}], [{"scene": "up"}]],
)
def test_a_plan_has_shots_with_lengths_and_scenes(shots: list[object]) -> None:
    assert not is_suggestion(PLAN, json.dumps({"shots": shots}))


def test_only_what_ready_models_make_is_offered_to_choose() -> None:
    request = MediaRequest(prompt="a cat", ratio="9:16", wording=Wording.ENHANCED)
    question = question_of(WHATAI, request, "a cat", ())

    assert question.schema
    fields = cast("dict[str, dict[str, list[int]]]", question.schema.schema["properties"])
    assert "ratio" not in fields
    for seconds in fields["seconds"]["enum"][:-1]:
        assert WHATAI.can(MediaRequest(prompt="a cat", ratio="9:16", seconds=seconds))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"ratio": "9:16", "seconds": 15}, ("9:16", 15)),
        ({"ratio": "9:16", "seconds": 599}, ("9:16", None)),
        ({"ratio": "2:7", "seconds": 15}, (None, 15)),
        ({"ratio": "portrait", "seconds": -3, "resolution": "9k"}, (None, None)),
    ],
)
def test_options_that_do_not_go_together_are_left_out(
    said: dict[str, object], kept: tuple[str | None, int | None]
) -> None:
    request = suggested(CATALOG, IDEA, json.dumps({"prompt": "a better cat", **said}))

    assert CATALOG.can(request)
    assert request.prompt == "a better cat"
    assert (request.ratio, request.seconds) == kept


def test_what_was_fixed_stays_whatever_the_model_says() -> None:
    fixed = MediaRequest(
        prompt="a cat",
        kind=MediaKind.IMAGE,
        ratio="1:1",
        images=(SOME_PICTURE,),
        private=True,
        wording=Wording.ENHANCED,
    )
    text = json.dumps({"prompt": "p", "ratio": "16:9", "private": False, "model": "x", "count": 9})

    request = suggested(CATALOG, fixed, text)

    assert (request.ratio, request.private, request.model, request.count) == ("1:1", True, None, 1)
    assert request.images == (SOME_PICTURE,)


@pytest.mark.parametrize("seconds", [1.0, 4.0, 7.0, 100.0])
def test_a_plan_lasts_as_long_as_some_storyboard_model_makes(seconds: float) -> None:
    shots = [{"seconds": seconds, "scene": "Shot 2:\nup"}, {"seconds": seconds, "scene": "down"}]

    request = suggested(CATALOG, PLAN, json.dumps({"shots": shots}))

    assert CATALOG.can(request)
    assert request.prompt.count("duration:") == 2
