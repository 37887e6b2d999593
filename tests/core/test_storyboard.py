"""Shots are read as people write them and written as gateways read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UserError
from core.storyboard import (
    Shot,
    fit_lengths,
    has_lengths,
    lines,
    read_shots,
    storyboard,
    total_seconds,
)

DOCUMENTED = (
    "Shot 1:\nduration: 7.5sec\nScene: 飞机起飞\n\nShot 2:\nduration: 7.5sec\nScene: 飞机降落"
)
TWO = (Shot(seconds=7.5, scene="飞机起飞"), Shot(seconds=7.5, scene="飞机降落"))


def test_a_storyboard_is_written_as_the_gateway_documents_it() -> None:
    assert storyboard(TWO) == DOCUMENTED


@pytest.mark.parametrize(
    "text",
    [
        DOCUMENTED,
        "7.5s 飞机起飞\n7.5s 飞机降落",
        "7,5 sec: 飞机起飞\n\n  7.5 seconds 飞机降落\n",
        "7.5秒飞机起飞\n7.5秒，飞机降落",
        "- 7.5s 飞机起飞\n• 7.5s 飞机降落",
        "1. 7.5s 飞机起飞\n2. 7.5s 飞机降落",
        "Shot 1: 7.5s 飞机起飞\nshot 2: (7.5s) 飞机降落",
        "镜头1：7.5秒 飞机起飞\n镜头2：7.5秒 飞机降落",
        "SHOT 1\nscene: 飞机起飞\nduration: 7.5\nSHOT 2\nscene: 飞机降落\nduration: 7.5 s",
        "分镜1\n时长：7.5秒\n场景：飞机起飞\n分镜2\n时长：7.5秒\n画面：飞机降落",
    ],
)
def test_shots_are_read_in_every_form_that_people_use(text: str) -> None:
    assert read_shots(text) == TWO


def test_a_scene_may_have_lines_and_lengths_of_its_own() -> None:
    text = "Shot 1:\nduration: 5sec\nScene: he waits 3s,\nthen runs"

    assert read_shots(text) == (Shot(seconds=5, scene="he waits 3s, then runs"),)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("plane takes off", 1),
        ("5s plane\nlands", 2),
        ("5s", 1),
        ("0s plane", 1),
        ("5m plane", 1),
        ("5seagulls fly", 1),
        ("Shot 1:\nScene: plane", 1),
        ("Shot 1: 5s plane\nShot 2:", 2),
        ("An intro\nShot 1: 5s plane", 1),
    ],
)
def test_a_shot_without_length_or_scene_is_named(text: str, number: int) -> None:
    with pytest.raises(UserError) as caught:
        read_shots(text)

    assert (caught.value.key, dict(caught.value.details)) == (
        "storyboard-shot",
        {"number": number},
    )


@pytest.mark.parametrize("text", ["", " \n\n "])
def test_no_shot_at_all_is_explained(text: str) -> None:
    with pytest.raises(UserError) as caught:
        read_shots(text)

    assert caught.value.key == "storyboard-empty"


def test_the_lengths_add_up_to_what_is_asked_of_the_model() -> None:
    thirds = (Shot(seconds=3.333, scene="x"),) * 3

    assert total_seconds(TWO) == 15
    assert total_seconds(TWO, asked=15) == 15
    assert total_seconds(thirds) == 10


def test_lengths_that_contradict_what_was_asked_for_are_refused() -> None:
    with pytest.raises(UserError) as caught:
        total_seconds(TWO, asked=10)

    assert caught.value.key == "storyboard-sum"
    assert caught.value.details == {"sum": "15", "asked": 10}


def test_lengths_that_make_half_a_second_are_refused() -> None:
    with pytest.raises(UserError) as caught:
        total_seconds(TWO[:1])

    assert (caught.value.key, caught.value.details["sum"]) == ("storyboard-fraction", "7.5")


@given(
    st.lists(
        st.tuples(
            st.integers(1, 600),
            st.text("abc飞 ,.", min_size=1, max_size=20).filter(lambda text: text.strip(" ,.")),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_what_was_written_is_read_again(shots: list[tuple[int, str]]) -> None:
    wanted = tuple(
        Shot(seconds=tenths / 10, scene=" ".join(scene.split())) for tenths, scene in shots
    )

    assert read_shots(storyboard(wanted)) == wanted


@pytest.mark.parametrize(
    ("text", "is_list"),
    [
        ("a plane takes off", False),
        ("a plane takes off\nit lands 3 hours later", False),
        ("5s a plane takes off\nit lands", True),
        ("镜头1：7.5秒 飞机起飞", True),
        ("Shot 1: he runs, duration: 4", True),
    ],
)
def test_an_idea_has_no_lengths(text: str, *, is_list: bool) -> None:
    assert has_lengths(text) is is_list


SHOTS = st.lists(
    st.builds(
        Shot, seconds=st.floats(0.001, 600), scene=st.sampled_from(["up", "飞机降落", "3 cats"])
    ),
    min_size=1,
    max_size=12,
)


@given(shots=SHOTS, total=st.integers(1, 60))
def test_shots_fit_into_what_can_be_made_and_are_read_as_they_are_written(
    shots: list[Shot], total: int
) -> None:
    fitted = fit_lengths(shots, total)

    assert total_seconds(fitted, total) == total
    assert [shot.scene for shot in fitted] == [shot.scene for shot in shots[:total]]
    if fitted != tuple(shots):
        assert min(shot.seconds for shot in fitted) > 0
        assert read_shots(storyboard(fitted)) == read_shots(lines(fitted)) == fitted


def test_shots_that_last_as_long_as_asked_stay_as_they_are() -> None:
    assert fit_lengths(TWO, 15) == TWO
