"""A growing answer on the console: each line once, when it is whole."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bots.console.paint import painted
from bots.console.speech import Paint, Speech
from core.messages.pages import closed
from core.platform import Button, View

STOP = Button(label="Stop", command="stop", style="danger")
CODE, OFF = "\x1b[36m", "\x1b[39m"


def raw(text: str) -> list[str]:
    return text.split("\n")


def coloured(text: str) -> list[str]:
    return painted(text, 40)


def said(text: str, cuts: list[int], paint: Paint) -> list[str]:
    """What is printed of a text that is seen at these moments, and when it has ended."""
    speech, lines = Speech(), list[str]()
    ends = sorted(min(cut, len(text)) for cut in cuts)
    for end in ends:
        view = View(text=closed(text[:end].strip()), buttons=(STOP,), is_markdown=True)
        lines += speech.news(view, paint, str)
    lines += speech.news(View(text=closed(text.strip()), is_markdown=True), paint, str)
    return lines


PIECES = st.sampled_from(
    [
        "\n",
        "\n\n",
        "```\n",
        "~~~~py\n",
        "| a | b |\n",
        "|---|--:|\n",
        "a | b",
        "- x\n",
        "# t\n",
        "`",
    ]
)


@given(
    st.lists(PIECES | st.text("ab *_|你", max_size=8), max_size=20).map("".join).filter(str.strip),
    st.lists(st.integers(0, 150), max_size=12),
)
@example("| a | b |\n|---|---|\n| 1 | 2 |\n| long | 3 |\nend", [12, 20, 32, 40, 46])
@example("```py\nprint(1)\n```\nend", [5, 8, 14, 15, 18])
@pytest.mark.parametrize("paint", [raw, coloured])
def test_however_it_comes_every_line_is_printed_once(
    paint: Paint, text: str, cuts: list[int]
) -> None:
    assert said(text, cuts, paint) == paint(closed(text.strip()))


def test_a_line_is_printed_as_soon_as_it_is_whole() -> None:
    speech = Speech()
    shown = ["o", "one\n", "one\ntw", "one\ntwo\nthr"]
    news = [list(speech.news(View(text=text, buttons=(STOP,)), raw, str)) for text in shown]

    assert news == [[], ["one"], [], ["two"]]


def test_thoughts_come_before_the_answer_and_once() -> None:
    speech = Speech()
    growing = [
        ("Let me", "…"),
        ("Let me\nthink", "…"),
        ("Let me\nthink.", "Yes"),
        ("Let me\nthink.", "Yes\nNo"),
    ]
    news = [
        list(speech.news(View(text=text, aside=aside, buttons=(STOP,)), raw, "({})".format))
        for aside, text in growing
    ]

    assert news == [[], ["(Let me)"], [], ["(think.)", "Yes"]]


@pytest.mark.parametrize(
    ("markdown", "lines"),
    [
        ("# One", ["\x1b[1;4mOne\x1b[22;24m"]),
        ("a **b** *c* ~~d~~", ["a \x1b[1mb\x1b[22m \x1b[3mc\x1b[23m \x1b[9md\x1b[29m"]),
        ("snake_case 2*3*x \\*", ["snake_case 2\x1b[3m3\x1b[23mx *"]),
        ("`a*b*`", [f"{CODE}a*b*{OFF}"]),
        ("[a **b**](https://c.d)", ["a \x1b[1mb\x1b[22m (https://c.d)"]),
        ("[https://c.d](https://c.d) <https://e.f>", ["https://c.d https://e.f"]),
        ("![cat](https://c.d/e.png)", ["cat (https://c.d/e.png)"]),
        ("<b>html</b>", ["<b>html</b>"]),
        ("> **q**", ["\x1b[2m│\x1b[22m \x1b[1mq\x1b[22m"]),
        ("* a\n  - [x] b\n2. c", ["• a", "  • ☑ b", "2. c"]),
        ("```py\n**a**\n\n```", [f"{CODE}**a**{OFF}", ""]),
        ("|a|b|\n|-|-|\n|你|c|", [f"{CODE}{row}{OFF}" for row in ("a   b", "--  -", "你  c")]),
        ("half **open [a](http", ["half **open [a](http"]),
    ],
)
def test_a_terminal_shows_formatting_and_not_its_marks(markdown: str, lines: list[str]) -> None:
    assert painted(markdown, 40) == lines
