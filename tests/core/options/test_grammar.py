"""What a person types behind a command, rule by rule."""

import re
from collections.abc import Mapping
from typing import Annotated

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from core.commands.video import VideoOptions
from core.errors import UserError
from core.options.grammar import MARKS, begins_with_options, parse
from core.options.options import Option, OptionKind, describe

FLAGS = (
    "--ratio, --ar, --seconds, --dur, --resolution, --hd, --fast, --count, --sound, --silent,"
    " --private, --spoiler, --watermark, --seed, --model"
)

RESOLUTIONS = "hd, 360p, 480p, 540p, 720p, 768p, 1080p, 1440p, 2k, 4k"

# How long an example takes depends on the machine and says nothing about the grammar.


class Bare(BaseModel):
    """A command that takes options only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    page: Annotated[int, Option(flags=("--page",)), Field(description="option-page")] = 1
    mine: Annotated[bool, Option(words={"MINE": "true"})] = False
    hidden: str = "not typed"


class Chatty(BaseModel):
    """A command that may do without a prompt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str = "hello"


def typed(text: str) -> dict[str, object]:
    """Return what the text sets, without defaults."""
    return parse(text, VideoOptions).model_dump(exclude_defaults=True)


def refusal(text: str, schema: type[BaseModel] = VideoOptions) -> tuple[str, Mapping[str, object]]:
    with pytest.raises(UserError) as caught:
        parse(text, schema)
    return caught.value.key, caught.value.details


def nearest(text: str, schema: type[BaseModel] = VideoOptions) -> str:
    with pytest.raises(UserError) as caught:
        parse(text, schema)
    return str(caught.value.hints[0].details["nearest"]) if caught.value.hints else ""


def test_words_flags_and_prompt_become_one_model() -> None:
    options = parse("portrait 15s hd x2 a cat surfing --seed 7", VideoOptions)

    assert options == VideoOptions(
        prompt="a cat surfing", ratio="9:16", seconds=15, resolution="hd", count=2, seed=7
    )


def test_a_prompt_alone_leaves_every_default() -> None:
    assert parse("a cat", VideoOptions) == VideoOptions(prompt="a cat")


@pytest.mark.parametrize(
    ("word", "field", "value"),
    [
        ("portrait", "ratio", "9:16"),
        ("vertical", "ratio", "9:16"),
        ("竖屏", "ratio", "9:16"),
        ("9:16", "ratio", "9:16"),
        ("landscape", "ratio", "16:9"),
        ("horizontal", "ratio", "16:9"),
        ("横屏", "ratio", "16:9"),
        ("square", "ratio", "1:1"),
        ("方形", "ratio", "1:1"),
        ("1:1", "ratio", "1:1"),
        ("32:18", "ratio", "32:18"),
        ("64:1", "ratio", "64:1"),
        ("15s", "seconds", 15),
        ("15sec", "seconds", 15),
        ("15秒", "seconds", 15),
        ("1s", "seconds", 1),
        ("600s", "seconds", 600),
        ("hd", "resolution", "hd"),
        ("高清", "resolution", "hd"),
        ("720p", "resolution", "720p"),
        ("1080p", "resolution", "1080p"),
        ("4k", "resolution", "4k"),
        ("fast", "fast", True),
        ("快速", "fast", True),
        ("x2", "count", 2),
        ("×2", "count", 2),
        ("2个", "count", 2),
        ("x99", "count", 99),
        ("private", "private", True),
        ("私密", "private", True),
        ("spoiler", "spoiler", True),
        ("剧透", "spoiler", True),
    ],
)
def test_a_leading_word_sets_an_option(word: str, field: str, value: object) -> None:
    assert typed(f"{word} a cat") == {"prompt": "a cat", field: value}
    assert typed(f"{word.upper()} a cat") == {"prompt": "a cat", field: value}


@pytest.mark.parametrize(
    "prompt",
    [
        "@portrait a cat",
        "@x2 surfs",
        "15 s",
        "1000s of birds",
        "65:1 a cat",
        "1:0 a cat",
        "12:00 noon",
        "09:16 a cat",
        "9:16:1 a cat",
        "竖屏一只猫",
        "portraits of cats",
        '"hd" a cat',
        "٥s of rain",
        "x2.5 zoom",
    ],
)
def test_other_words_start_the_prompt(prompt: str) -> None:
    assert typed(f"{prompt} hd") == {"prompt": f"{prompt} hd"}


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("９：１６ a", {"ratio": "9:16"}),
        ("16：9 a", {"ratio": "16:9"}),
        ("１５ｓ a", {"seconds": 15}),
        ("ＨＤ a", {"resolution": "hd"}),
        ("ｘ２ a", {"count": 2}),
        ("４Ｋ a", {"resolution": "4k"}),
        ("a －－ｓｅｅｄ ７", {"seed": 7}),
        ("a --SEED＝７", {"seed": 7}),
        ("a －Ｎ ２", {"count": 2}),
        ("a --model Ｓora-2", {"model": "Sora-2"}),
    ],
)
def test_full_width_signs_are_as_good_as_narrow_ones(
    text: str, options: dict[str, object]
) -> None:
    assert typed(text) == {"prompt": "a", **options}


def test_a_value_too_long_for_an_option_stays_as_it_was_typed() -> None:
    assert typed(f"--model {'Ｓ' * 64} a")["model"] == "S" * 64
    assert typed(f"--model {'Ｓ' * 65} a")["model"] == "Ｓ" * 65


def test_the_prompt_keeps_its_full_width_signs() -> None:
    assert typed("竖屏，ＡＢＣ：１")["prompt"] == "ＡＢＣ：１"


@pytest.mark.parametrize("text", ["hd,x2,a", "hd，x2、a", " , hd ,,\n x2\u3000a", ",hd x2,，、 a"])
def test_commas_and_white_space_separate_leading_words(text: str) -> None:
    assert typed(text) == {"prompt": "a", "resolution": "hd", "count": 2}


@pytest.mark.parametrize(
    "text",
    [
        "(竖屏,15s,高清)a cat",
        "（竖屏，15秒、hd） a cat",
        "(竖屏/15s/高清) a cat",
        "[ 9:16 15s, --hd ]a cat",
        "【竖屏】15s （高清）a cat",
        "hd (竖屏，--seconds 15)，a cat",
        "(竖屏）\u200f15s\u200e, 高清\u200b\u00a0a cat",
        "\ufeff\u200e竖屏\u2060\u3000--seconds\u200e 15\u200f --hd a cat",
    ],
)
def test_brackets_and_invisible_marks_may_stand_around_options(text: str) -> None:
    assert typed(text) == {"prompt": "a cat", "ratio": "9:16", "seconds": 15, "resolution": "hd"}


@pytest.mark.parametrize(
    "prompt",
    [
        "(portrait of a lady) smiling",
        "(竖屏,15s,猫)a cat",
        "() a cat",
        "(hd a cat",
        "((hd)) a cat",
        "a (hd) cat",
        "hd/4k a cat",
        "(-- hd) a cat",
    ],
)
def test_other_brackets_are_prose(prompt: str) -> None:
    assert typed(prompt) == {"prompt": prompt}


def test_options_in_brackets_are_checked_as_any_others() -> None:
    assert refusal("(竖屏) 横屏 a cat")[0] == "option-twice"
    assert refusal("(--ration 1:1) a cat")[0] == "option-unknown"


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("hd a cat", True),
        ("\u200f(竖屏)猫", True),
        ("-n 2 cats", True),
        ("--ration 1:1 a cat", True),
        ("--seed", True),
        ("a cat --hd", False),
        ("-- hd", False),
        ("", False),
        ("\x00 hello", False),
    ],
)
def test_what_begins_with_options_is_told_from_prose(text: str, *, begins: bool) -> None:
    assert begins_with_options(text, VideoOptions) is begins


@pytest.mark.parametrize("prompt", [", a cat", "a, hd, cat", "a cat,"])
def test_commas_of_the_prompt_stay(prompt: str) -> None:
    assert typed(prompt) == {"prompt": prompt}


@pytest.mark.parametrize(
    ("flag", "options"),
    [
        ("--model sora-2", {"model": "sora-2"}),
        ("-m Sora", {"model": "Sora"}),
        ("-M Sora", {"model": "Sora"}),
        ("--model=a=b", {"model": "a=b"}),
        ("--model=--hd", {"model": "--hd"}),
        ("--ratio 21:9", {"ratio": "21:9"}),
        ("--ar=1:1", {"ratio": "1:1"}),
        ("--ratio portrait", {"ratio": "9:16"}),
        ("--ratio 横屏", {"ratio": "16:9"}),
        ("--seconds 15", {"seconds": 15}),
        ("--seconds 15s", {"seconds": 15}),
        ("--dur=15秒", {"seconds": 15}),
        ("--count 2", {"count": 2}),
        ("--count x2", {"count": 2}),
        ("-n 2个", {"count": 2}),
        ("--seed 0", {"seed": 0}),
        ("--seed 4294967295", {"seed": 4294967295}),
        ("--resolution 1080P", {"resolution": "1080p"}),
        ("--resolution 高清", {"resolution": "hd"}),
        ("--hd", {"resolution": "hd"}),
        ("--fast", {"fast": True}),
        ("--private", {"private": True}),
        ("--spoiler", {"spoiler": True}),
        ("--HD", {"resolution": "hd"}),
        ("--seed\n7", {"seed": 7}),
        ("—seed 7", {"seed": 7}),
        ("–seed=7", {"seed": 7}),
        ("——seed 7", {"seed": 7}),
        ("—hd", {"resolution": "hd"}),
    ],
)
def test_a_flag_counts_before_inside_and_behind_the_prompt(
    flag: str, options: dict[str, object]
) -> None:
    expected = {"prompt": "a cat", **options}

    assert typed(f"{flag} a cat") == expected
    assert typed(f"a {flag} cat") == expected
    assert typed(f"a cat {flag}") == expected


def test_leading_words_may_follow_a_flag() -> None:
    text = "--seed 7，竖屏，--hd,fast -n 2, 一只猫"

    assert typed(text) == {
        "prompt": "一只猫",
        "seed": 7,
        "ratio": "9:16",
        "resolution": "hd",
        "fast": True,
        "count": 2,
    }


def test_a_leading_word_that_starts_with_a_digit_may_follow_a_value() -> None:
    text = "--seed 7,15s,-n 2，16:9、--dur 15,1080p,a"

    assert typed(text) == {
        "prompt": "a",
        "seed": 7,
        "seconds": 15,
        "count": 2,
        "ratio": "16:9",
        "resolution": "1080p",
    }


def test_a_flag_may_follow_a_comma_of_the_prompt() -> None:
    assert typed("一只猫，--seed 7") == {"prompt": "一只猫，", "seed": 7}


def test_a_comma_behind_a_value_stays_in_the_prompt() -> None:
    assert typed("a cat --seed 7, surfing --hd, slowly") == {
        "prompt": "a cat, surfing, slowly",
        "seed": 7,
        "resolution": "hd",
    }


@pytest.mark.parametrize(
    "prompt",
    [
        "- item",
        "-5 degrees",
        "a -x b",
        "a-n 2",
        "a--seed 7",
        "-n=2 cats",
        "-n, cats",
        "--- a",
        "--5 a",
        "--, a",
        "--你好",
        "— a",
        "—a cat— he said",
        "— seed 7",
        "a —seeds 7",
        "a–seed 7",
    ],
)
def test_other_dashes_are_prose(prompt: str) -> None:
    assert typed(prompt) == {"prompt": prompt}


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("-- portrait --seed 7 -- x", "portrait --seed 7 -- x"),
        ("a  cat -- --hd", "a  cat --hd"),
        ("a cat\n--\n--ration", "a cat\n--ration"),
        ("-- , a", ", a"),
        ("a cat --", "a cat"),
        ("--\n  a\n\n  b ", "a\n\n  b"),
    ],
)
def test_a_bare_double_dash_makes_the_rest_literal(text: str, prompt: str) -> None:
    assert typed(text) == {"prompt": prompt}
    assert typed(f"hd,{text}") == {"prompt": prompt, "resolution": "hd"}


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("  \"a  cat\"\n\n\tsays 'hi'  ", "\"a  cat\"\n\n\tsays 'hi'"),
        ("a\r\nb", "a\nb"),
        ("a --hd b", "a b"),
        ("a  b --hd  --fast   c  d", "a  b   c  d"),
        ("a\n--hd\nb", "a\nb"),
        ("a --hd\nb", "a\nb"),
        ("a\n--hd b", "a\nb"),
        ("a\n\n--hd\nb", "a\n\nb"),
        ("a\n--hd\n\nb", "a\n\nb"),
        ("a\n--hd\n--fast\n    b", "a\n    b"),
        ("a --hd\n\n--fast b", "a\n\nb"),
        ("a cat --hd\n", "a cat"),
        ("👩‍👩‍👧‍👦 ❤️ שלום \u200fمرحبا\u200d\u2028x", "👩‍👩‍👧‍👦 ❤️ שלום \u200fمرحبا\u200d\u2028x"),
    ],
)
def test_the_prompt_keeps_its_shape(text: str, prompt: str) -> None:
    assert typed(text)["prompt"] == prompt


@pytest.mark.parametrize(
    ("text", "shown", "meant"),
    [
        ("--ration 9:16 a", "--ration", "--ratio"),
        ("a --Ration=9:16", "--Ration", "--ratio"),
        ("a --hd.", "--hd.", "--hd"),
        ("a --quality high", "--quality", ""),
        ("--seed --sead a", "--sead", "--seed"),
        (f"--{'a' * 100_000}", f"--{'a' * 37}…", ""),
    ],
)
def test_an_unknown_flag_names_the_nearest_one(text: str, shown: str, meant: str) -> None:
    key, details = refusal(text)

    assert key == "option-unknown"
    assert details == {"given": shown, "allowed": FLAGS}
    assert nearest(text) == meant


@pytest.mark.parametrize(
    "text",
    ["a --ratio", "--ratio --hd a", "--ratio -n 2 a", "--ar -- a", "--ratio= 9:16", "--ar,"],
)
def test_a_flag_without_its_value_says_what_is_allowed(text: str) -> None:
    key, details = refusal(text)

    assert key == "option-needs-value"
    assert details["option"] in {"--ratio", "--ar"}
    assert details["allowed"] == "9:16, 16:9, 1:1, W:H"


@pytest.mark.parametrize(
    ("text", "option", "wrong", "allowed"),
    [
        ("--ratio wide a", "--ratio", "wide", "9:16, 16:9, 1:1, W:H"),
        ("--ar 70:30 a", "--ratio", "70:30", "9:16, 16:9, 1:1, W:H"),
        ("--ar 09:16 a", "--ratio", "09:16", "9:16, 16:9, 1:1, W:H"),
        (
            "--resolution 8k a",
            "--resolution",
            "8k",
            "hd, 360p, 480p, 540p, 720p, 768p, 1080p, 1440p, 2k, 4k",
        ),
        ("--hd=yes a", "--hd", "yes", "--hd"),
        ("--fast= a", "--fast", "", "--fast"),
    ],
)
def test_a_bad_value_says_what_is_allowed(
    text: str, option: str, wrong: str, allowed: str
) -> None:
    key, details = refusal(text)

    assert key == "option-bad-value"
    assert details == {"option": option, "given": wrong, "allowed": allowed}


@pytest.mark.parametrize(
    ("text", "name", "least", "most"),
    [
        ("601s a", "seconds", 1, 600),
        ("0s a", "seconds", 1, 600),
        ("--seconds long a", "seconds", 1, 600),
        ("x100 a", "count", 1, 99),
        ("x0 a", "count", 1, 99),
        (f"x{'9' * 100_000} a", "count", 1, 99),
        ("--seed -5 a", "seed", 0, 4294967295),
        ("--seed 4294967296 a", "seed", 0, 4294967295),
        ("--seed 1.5 a", "seed", 0, 4294967295),
        ("--seed 1,000 a", "seed", 0, 4294967295),
        ("--seed 1,000,000, a", "seed", 0, 4294967295),
        ("--dur １，５", "seconds", 1, 600),
    ],
)
def test_a_number_that_is_none_or_too_large_says_what_fits(
    text: str, name: str, least: int, most: int
) -> None:
    key, details = refusal(text)

    assert key == "option-range"
    assert details == {
        "name": name,
        "option": f"--{name}",
        "least": least,
        "most": most,
        "off": "no",
    }


@pytest.mark.parametrize(
    ("text", "option", "first", "second"),
    [
        ("portrait landscape a", "--ratio", "portrait", "landscape"),
        ("portrait 9:16 landscape a", "--ratio", "portrait", "landscape"),
        ("hd 1080p a", "--resolution", "hd", "1080p"),
        ("1080p a --hd", "--resolution", "1080p", "--hd"),
        ("15s a --seconds 16", "--seconds", "15s", "16"),
        ("a --seed 1 --seed 2 --seed 3", "--seed", "1", "2"),
    ],
)
def test_two_values_for_one_option_are_refused(
    text: str, option: str, first: str, second: str
) -> None:
    key, details = refusal(text)

    assert key == "option-twice"
    name = option.removeprefix("--")
    assert details == {"name": name, "option": option, "first": first, "second": second}


def test_the_same_value_twice_is_fine() -> None:
    text = "portrait 9:16 hd fast a --hd --fast --ar 竖屏 --seed 7 --seed 007"

    assert typed(text) == {
        "prompt": "a",
        "ratio": "9:16",
        "resolution": "hd",
        "fast": True,
        "seed": 7,
    }


@pytest.mark.parametrize(
    "text",
    ["", " \n", "portrait 15s", "--hd", "--", "hd -- ", ", ,", "\u200e", "hd \u200b", "-- \ufeff"],
)
def test_an_empty_prompt_is_refused(text: str) -> None:
    assert refusal(text) == ("prompt-empty", {})


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("a\x07", "U+0007", 2),
        ("\x00", "U+0000", 1),
        ("a\r\nb\rc", "U+000D", 4),
        ("-- \x7f", "U+007F", 4),
        ("\x85", "U+0085", 1),
        ("--seed \x9f", "U+009F", 8),
        ("a\ud83d", "U+D83D", 2),
        ("a\udfff", "U+DFFF", 2),
    ],
)
def test_a_control_character_is_refused(text: str, code: str, position: int) -> None:
    key, details = refusal(text)

    assert key == "prompt-control-character"
    assert details == {"code": code, "position": position}


def test_a_prompt_ends_at_its_limit() -> None:
    longest = "猫" * 32_000

    assert typed(f"hd {longest}")["prompt"] == longest
    assert refusal(f"{longest}!") == ("prompt-too-long", {"length": 32_001, "limit": 32_000})


@pytest.mark.parametrize(
    ("junk", "key"),
    [
        ("-- " * 50_000, "prompt-too-long"),
        ("- " * 50_000, "prompt-too-long"),
        ("-" * 100_000, "prompt-too-long"),
        ("—" * 100_000, "prompt-too-long"),
        ("portrait," * 20_000, "prompt-empty"),
        ("--hd " * 20_000, "prompt-empty"),
        ("--seed " * 20_000, "option-needs-value"),
        ("--seed " + "1," * 50_000, "option-range"),
        ("--seed" + " " * 100_000, "option-needs-value"),
        ("\u0301\u0323" * 50_000, "prompt-too-long"),
        ("--model " + "\u0301\u0323" * 50_000, "prompt-empty"),
        ("a" + "\n" * 50_000 + "--hd " * 10_000 + "b", "prompt-too-long"),
    ],
)
def test_a_hundred_kilobytes_of_junk_get_a_plain_answer(junk: str, key: str) -> None:
    assert refusal(junk)[0] == key


def test_a_command_without_prompt_refuses_the_rest() -> None:
    assert parse("mine --page 2", Bare) == Bare(page=2, mine=True)
    assert parse("", Bare) == Bare()

    key, details = refusal("mine pages 3", Bare)

    assert key == "option-unknown"
    assert details == {"given": "pages", "allowed": "--page"}
    assert nearest("mine pages 3", Bare) == "--page"


def test_a_prompt_with_a_default_may_be_missing() -> None:
    assert parse(" ", Chatty).prompt == "hello"
    assert parse("hd --", Chatty).prompt == "hd"


def test_an_option_is_described_for_menus_and_help() -> None:
    ratio, seconds, _, fast = describe(VideoOptions)[1:5]

    assert (ratio.name, ratio.description, ratio.label) == ("ratio", "option-ratio", "--ratio")
    assert ratio.kind is OptionKind.TEXT
    assert not ratio.required
    assert ratio.flags == ("--ratio", "--ar")
    assert ratio.words[:3] == ("portrait", "vertical", "竖屏")
    assert ratio.choices == ("9:16", "16:9", "1:1")
    assert ratio.metavar == "W:H"
    assert (seconds.kind, seconds.minimum, seconds.maximum) == (OptionKind.NUMBER, 1, 600)
    assert (fast.kind, fast.words, fast.choices) == (OptionKind.SWITCH, ("fast", "快速"), ())


def test_the_description_lists_every_field_that_can_be_typed() -> None:
    video = describe(VideoOptions)
    bare = describe(Bare)

    assert [option.name for option in video] == list(VideoOptions.model_fields)
    assert [option.name for option in video if option.required] == ["prompt"]
    assert [option.flags for option in video if option.name == "resolution"] == [
        ("--resolution", "--hd")
    ]
    assert [(option.name, option.label, option.kind) for option in bare] == [
        ("page", "--page", OptionKind.NUMBER),
        ("mine", "mine", OptionKind.SWITCH),
    ]


CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc",)) | st.sampled_from("\n\t -,")
VISIBLE = re.compile(rf"[^\s{MARKS}]")
PROMPTS = st.text(CHARACTERS, min_size=1).map(str.strip).filter(VISIBLE.search)
SEPARATORS = st.text(" \n\t\u3000,，、", min_size=1, max_size=3)
# One way to type each option, and what it sets.
LEADING = {
    "竖屏": {"ratio": "9:16"},
    "15S": {"seconds": 15},
    "1080p": {"resolution": "1080p"},
    "fast": {"fast": True},
    "×3": {"count": 3},
    "private": {"private": True},
    "--seed 7": {"seed": 7},
    "—model=sora-2": {"model": "sora-2"},
}
OPTIONS = st.builds(
    VideoOptions,
    prompt=PROMPTS,
    ratio=st.none() | st.builds("{}:{}".format, st.integers(1, 64), st.integers(1, 64)),
    seconds=st.none() | st.integers(1, 600),
    resolution=st.sampled_from([None, "hd", "720p", "1080p", "4k"]),
    fast=st.booleans(),
    count=st.integers(1, 99),
    private=st.booleans(),
    seed=st.none() | st.integers(0, 2**32 - 1),
    model=st.none() | st.from_regex("[a-z][a-z0-9.:/_-]{0,30}", fullmatch=True),
)


def render(options: VideoOptions) -> str:
    """Type the options as flags and the prompt as it is."""
    switches = [name for name in ("fast", "private") if getattr(options, name)]
    valued = ("ratio", "seconds", "resolution", "count", "seed", "model")
    values = {name: getattr(options, name) for name in valued}
    flags = [f"--{name}" for name in switches]
    flags += [f"--{name} {value}" for name, value in values.items() if value is not None]
    return " ".join((*flags, "--", options.prompt))


@given(st.data(), st.permutations(list(LEADING)), st.integers(1, len(LEADING)))
def test_leading_words_come_in_any_order_and_with_any_separators(
    data: st.DataObject, words: list[str], count: int
) -> None:
    chosen = words[:count]
    expected: dict[str, object] = {"prompt": "a cat"}
    for word in chosen:
        expected |= LEADING[word]

    text = "".join(word + data.draw(SEPARATORS) for word in chosen)

    assert typed(f"{text}a cat") == expected


@given(PROMPTS)
@example("-- --seed 7")
@example("portrait, a")
def test_any_prompt_behind_a_bare_double_dash_comes_back_exactly(prompt: str) -> None:
    assert typed(f" -- {prompt}") == {"prompt": prompt}
    assert typed(f"hd -- {prompt}") == {"prompt": prompt, "resolution": "hd"}


@given(OPTIONS)
def test_rendered_options_parse_to_themselves(options: VideoOptions) -> None:
    assert parse(render(options), VideoOptions) == options


@given(
    st.lists(st.text("abc猫。!\"'", min_size=1).filter(lambda word: word != "c"), min_size=1),
    st.lists(st.sampled_from(["--seed 7", "--hd", "—fast", "-n 2", "--ratio=竖屏"]), max_size=4),
    st.data(),
)
def test_flags_anywhere_leave_the_words_of_the_prompt(
    words: list[str], flags: list[str], data: st.DataObject
) -> None:
    text = list(words)
    for flag in flags:
        text.insert(data.draw(st.integers(0, len(text))), flag)

    assert typed(" ".join(text))["prompt"] == " ".join(words)


@given(PROMPTS)
def test_a_prompt_without_flags_comes_back_exactly(prompt: str) -> None:
    prose = "a cat " + prompt.translate({ord(dash): "~" for dash in "-－﹣–—﹘︱︲"})

    assert typed(prose) == {"prompt": prose}


FRAGMENTS = st.one_of(
    st.sampled_from(["--", "—", "-n", "--seed", "--hd", "--ratio", "--ration", "=", "\r\n"]),
    st.sampled_from(["7", "9:16", "portrait", "x2", "x", "15s", "1,000", "@x", "\x00", "\ud800"]),
    st.sampled_from([" ", "\n", "\u3000", ",", "，"]),
)


@given(st.text(st.characters(exclude_categories=())) | st.lists(FRAGMENTS).map("".join))
def test_any_text_gives_a_prompt_or_a_user_error(text: str) -> None:
    try:
        prompt = parse(text, VideoOptions).prompt
    except UserError:
        return

    assert prompt
    assert prompt == prompt.strip()


class Nothing(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def test_a_command_without_options_refuses_everything_without_naming_options() -> None:
    assert refusal("now", Nothing) == ("option-not-understood", {"given": "now"})


def test_what_a_form_gives_counts_more_than_the_text() -> None:
    given = {"ratio": "square", "seconds": "10", "fast": "true"}

    options = parse("portrait 15s hd a cat", VideoOptions, given)

    assert options == VideoOptions(
        prompt="a cat", ratio="1:1", seconds=10, fast=True, resolution="hd"
    )


def test_what_a_form_gives_is_checked_as_if_it_were_typed() -> None:
    with pytest.raises(UserError) as caught:
        parse("a cat", VideoOptions, {"ratio": "oval"})

    assert (caught.value.key, caught.value.details["given"]) == ("option-bad-value", "oval")
