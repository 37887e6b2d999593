"""What a person writes into a prompt is never an option at the gateway."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dialects._flags import with_flags, without_flags

NAMES = (
    "rs resolution rt ratio dur duration frames framespersecond fps seed cf camerafixed"
    " camera_fixed wm watermark"
)


@pytest.mark.parametrize("name", NAMES.split())
def test_every_known_flag_goes_with_its_value(name: str) -> None:
    for flag in (f"--{name} 12", f"--{name.upper()}=true", f"—{name} 16:9", f"––{name}: 1080p"):
        assert without_flags(f"a cat {flag} on a roof") == "a cat on a roof"


@pytest.mark.parametrize(
    ("prompt", "cleaned"),
    [
        ("a cat--rs 1080p", "a cat"),
        ("--dur 12", ""),
        ("a cat --rs --seed 7 1080p", "a cat 1080p"),
        ("a cat --rs--seed 7 b", "a cat b"),
        ("a --watermark a cat", "a a cat"),
        ("a cat --wm false, please", "a cat, please"),
        ("一只猫 --rs 1080p，奔跑", "一只猫，奔跑"),
        ("a cat --seed -1 b", "a cat b"),
        ("first\n--ratio 16:9\nsecond  line", "first\nsecond  line"),
        ("－－dur 15 a cat", "a cat"),
        ("a cat --ratio\n16:9", "a cat"),
    ],
)
def test_all_other_text_stays(prompt: str, cleaned: str) -> None:
    assert without_flags(prompt) == cleaned


@pytest.mark.parametrize(
    "prompt",
    [
        "a cat -- on a roof",
        "the plant—seed by seed—grows",
        "ratio 16:9, seed 7, dur 12",
        "-rs 1080p",
        "--style noir --no text",
        "--frames-per-second 24",
        "--resolutions 3",
        "two  spaces\n\nand lines",
    ],
)
def test_prose_is_left_as_it_is(prompt: str) -> None:
    assert without_flags(prompt) == prompt


PIECES = st.sampled_from(
    [
        "--",
        "-",
        "—",
        " ",
        "\n",
        "rs",
        "dur",
        "seed",
        "1080p",
        "12",
        "=",
        ":",
        ",",
        "true",
        "x",
        "猫",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_nothing_is_left_that_the_gateway_would_read_as_an_option(prompt: str) -> None:
    words = without_flags(prompt).split()

    assert not {"--rs", "--dur", "--seed"} & set(words)


def test_our_own_flags_stand_behind_the_prompt() -> None:
    assert with_flags("a cat", {"ratio": "16:9", "dur": "5"}) == "a cat --ratio 16:9 --dur 5"
    assert with_flags("", {"wm": "false"}) == "--wm false"
    assert with_flags("a cat", {}) == "a cat"
