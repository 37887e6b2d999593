"""Tables of Markdown as text that people can read."""

import pytest

from core.messages.tables import width, with_drawn_tables

TABLE = """\
Before
| 名字 | Price | 价格 |
|:-----|------:|:---:|
| 猫🐈 | 1 | **b** \\| c |
| `x` | 20 |
after"""


def test_columns_are_aligned_also_in_chinese() -> None:
    assert with_drawn_tables(TABLE, 60).splitlines() == [
        "Before",
        "```",
        "名字  Price  价格",
        "----  -----  -----",
        "猫🐈      1  b | c",
        "x        20",
        "```",
        "after",
    ]


def test_a_wide_table_is_a_list_of_its_rows() -> None:
    assert with_drawn_tables(TABLE, 10).splitlines() == [
        "Before",
        "- 猫🐈",
        "  - Price: 1",
        "  - 价格: **b** \\| c",
        "- `x`",
        "  - Price: 20",
        "after",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a | b\nno rule",
        "| a | b |\n|---|",
        "```\n| a | b |\n|---|---|\n```",
        "~~~\n```\n| a | b |\n|---|---|\n",
        "a\n---\nb",
        "",
    ],
)
def test_what_is_no_table_stays(text: str) -> None:
    assert with_drawn_tables(text, 60) == text


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", 3),
        ("你好", 4),
        ("🌊", 2),
        ("👩‍👩‍👧", 2),
        ("é", 1),
        ("e\N{COMBINING ACUTE ACCENT}", 1),
    ],
)
def test_the_width_is_that_of_a_terminal(text: str, cells: int) -> None:
    assert width(text) == cells
