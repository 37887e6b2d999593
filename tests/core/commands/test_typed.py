"""What a typed text asks the bot for, whatever keyboard or app it comes from."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.commands.typed import Typed, read_typed
from core.commands.video import VideoOptions
from core.errors import UserError
from core.options.grammar import parse

NAMES = ("@clipbot", "<@42>", "<@!42>")
MARKS = "\u200e\u200f\u200b\u2060\ufeff\u00a0\u3000"


def ordered(text: str, **where: bool) -> tuple[str, str] | None:
    """The command and the prompt of an order for a video."""
    typed = read_typed(text, NAMES, **where)
    return typed and (typed.command, parse(typed.text, VideoOptions).prompt)


@pytest.mark.parametrize(
    "text",
    [
        "/video a cat",
        "/VIDEO a cat",
        "／video a cat",
        "／ｖｉｄｅｏ a cat",
        "/video: a cat",
        "/video : a cat",
        "/video，a cat",
        "/video, a cat",
        "/video、a cat",
        "/video\na cat",
        "/video@clipbot a cat",
        "/video@ClipBot: a cat",
        "/视频 a cat",
        "/视频：a cat",
        "@clipbot /video a cat",
        "@ClipBot, /视频 a cat",
        "@clipbot：/video@clipbot: a cat",
        "<@42> ／video a cat",
        "<@!42>/video a cat",
        *(f"{mark}/video{mark} a cat" for mark in MARKS),
        *(f"@clipbot{mark}/{mark.strip()}video a cat" for mark in MARKS),
    ],
)
def test_a_command_is_known_however_it_is_typed(text: str) -> None:
    assert ordered(text) == ("video", "a cat")


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("/video：一只猫", "一只猫"),
        ("/video一只猫", "一只猫"),
        ("/video@clipbot一只猫", "一只猫"),
        ("/video :) a cat", ":) a cat"),
        ("/video  \u200d“a  cat”: x", "\u200d“a  cat”: x"),
    ],
)
def test_the_prompt_is_all_behind_the_command(text: str, prompt: str) -> None:
    assert ordered(text) == ("video", prompt)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/角色列表", "characters"),
        ("/角色 1-3 tom", "character"),
        ("/确认", "confirm"),
        ("/帮助", "help"),
        ("/取消：2", "cancel"),
        ("/vidoe a cat", "vidoe"),
        ("/视频猫 a", "视频猫"),
    ],
)
def test_commands_have_chinese_names(text: str, command: str) -> None:
    typed = read_typed(text)

    assert typed
    assert (typed.command, typed.addressed) == (command, False)


@pytest.mark.parametrize(
    "text", ["portrait a cat", "--hd a cat", "（竖屏，高清）a cat", "15s a cat"]
)
def test_options_in_front_are_an_order_where_the_bot_is_spoken_to(text: str) -> None:
    assert read_typed(text, NAMES) is None
    assert ordered(text, alone=True) == ("video", "a cat")
    assert ordered(f"@clipbot {text}") == ("video", "a cat")
    assert ordered(f"<@42>，{text}") == ("video", "a cat")


@pytest.mark.parametrize(
    "text",
    ["hello", "", "a portrait of a cat", "-- a cat", "/home/me/cat.jpg", "/视频猫!", "// x", "😀"],
)
def test_other_words_order_nothing(text: str) -> None:
    assert read_typed(text, NAMES) is None
    assert read_typed(text, NAMES, alone=True) == Typed(command="", text=text, addressed=True)
    assert read_typed(f"@clipbot {text}", NAMES) == Typed(command="", text=text, addressed=True)


def test_another_bot_is_meant() -> None:
    assert read_typed("/video@otherbot a cat", NAMES) is None
    assert read_typed("@clipbots portrait a cat", NAMES) is None
    assert read_typed("thanks @clipbot /video", NAMES) is None
    alone = read_typed("/video@otherbot a cat", NAMES, alone=True)
    assert alone
    assert alone.command == ""


PIECES = st.one_of(
    st.sampled_from(["/", "／", "video", "视频", "@clipbot", "<@42>", ":", "：", " ", "\n"]),
    st.sampled_from(["(", ")", "【", "】", "hd", "竖屏", "15s/", "--hd", "-n", "猫", "\ud800"]),
    st.sampled_from(MARKS),
)
TEXTS = st.text(st.characters(exclude_categories=())) | st.lists(PIECES).map("".join)


@given(text=TEXTS, alone=st.booleans())
@example(text="/" * 50_000, alone=True)
@example(text="/" + "video" * 20_000, alone=True)
@example(text="(" * 50_000, alone=True)
@example(text="\u200e" * 50_000, alone=True)
def test_whatever_is_typed_is_read_to_its_end(text: str, *, alone: bool) -> None:
    typed = read_typed(text, NAMES, alone=alone)

    assert typed is not None or not alone
    if typed:
        assert text.endswith(typed.text)
        try:
            prompt = parse(typed.text, VideoOptions).prompt
        except UserError:
            return
        assert prompt.strip(MARKS)


WORDS = st.text("ab猫!。\u200d:(", min_size=1).filter(lambda word: word.strip("\u200d"))
PROMPTS = st.lists(WORDS).map(lambda words: " ".join(("猫", *words)))
FRONTS = st.sampled_from(["/video ", "／视频：", "@clipbot /video@clipbot, ", "\u200e/video: "])
LEADS = st.sampled_from(["", "hd ", "（竖屏,15s/高清）", "\u200f15s\u200e，x2 "])


@given(FRONTS, LEADS, PROMPTS)
def test_the_prompt_comes_back_whole(front: str, lead: str, prompt: str) -> None:
    assert ordered(f"{front}{lead}{prompt}") == ("video", prompt)
