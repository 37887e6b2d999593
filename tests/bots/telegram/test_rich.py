"""Markdown as the blocks of rich messages: every word, and nothing that Telegram refuses."""

from typing import Any

from aiogram.types import InputRichMessage
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bots.telegram.rich import rich_content
from core.platform import View
from tests.bots.telegram.test_formatting import MARKDOWN, is_within, seen, words_of
from tests.fakes.telegram.rich import inline, read_rich
from tests.fakes.telegram.schema import strangers


def blocks(markdown: str, aside: str = "") -> list[dict[str, Any]]:
    content = rich_content(View(text=markdown, is_markdown=True, aside=aside))
    return list(content.blocks) if content else []


@given(MARKDOWN.filter(str.strip))
@settings(max_examples=300)
@example("List<String> is not <div>\nhidden\n</div>")
@example("|a||$x$|\n|-|-|-|\n|b||c|")
@example("- a\n- \n- b\n\n# \n\n```\n```\n\n>\n\n[x]: y")
@example(">" * 3_000 + "a")
@example("[\n[1]: https://e.com \na")
def test_every_word_arrives_and_every_block_is_one_that_telegram_takes(markdown: str) -> None:
    found = blocks(markdown, aside="hm 😀")
    if not found:
        return

    given = InputRichMessage.model_validate({"blocks": found})
    words = "".join(words_of(markdown))

    assert list(strangers(given)) == []
    # Where nothing but a line is drawn, there is nothing to read.
    if words.strip():
        assert is_within(seen(words), seen(read_rich(given).text))


def test_headings_tables_and_lists_are_real_ones() -> None:
    table = "| a | b<br>c | |\n|---|:-:|--:|\n|中||$x$|"
    found = blocks(f"## On *it*\n\n{table}\n\n3. one\n   - [x] two\n4. three")
    by_kind = {each["type"]: each for each in found}

    assert by_kind["heading"]["text"] == ["On ", {"type": "italic", "text": "it"}]
    assert by_kind["heading"]["size"] == 2
    rows = by_kind["table"]["cells"]
    assert [[cell.get("text") for cell in row] for row in rows] == [
        ["a", "b c", None],
        ["中", None, "$x$"],
    ]
    assert [cell["align"] for cell in rows[0]] == ["left", "center", "right"]
    assert [cell.get("is_header", False) for row in rows for cell in row[:1]] == [True, False]
    one, three = by_kind["list"]["items"]
    assert (one["value"], three["value"]) == (3, 4)
    (two,) = one["blocks"][1]["items"]
    assert two["is_checked"]


def test_code_links_and_formulas_are_as_they_were_written() -> None:
    found = blocks("`a || b` [l](https://e.com) [m](x) $x^2$\n\n```python\nif a:\n    b\n```")

    assert found == [
        {
            "type": "paragraph",
            "text": [
                {"type": "code", "text": "a || b"},
                " ",
                {"type": "url", "text": "l", "url": "https://e.com"},
                " m ",
                {"type": "mathematical_expression", "expression": "x^2"},
            ],
        },
        {"type": "pre", "text": "if a:\n    b", "language": "python"},
    ]


def test_thoughts_are_folded_and_go_before_the_answer_does() -> None:
    folded, answer = blocks("x" * 20_000, aside="😀" * 4_000)
    full = blocks("x" * 32_768, aside="hm")

    assert (folded["type"], answer["type"]) == ("details", "paragraph")
    assert [each["type"] for each in full] == ["paragraph"]


def test_a_long_list_and_many_paragraphs_are_lines() -> None:
    real = blocks("- a\n" * 249)
    lines = blocks("3. a\n   - [ ] b *c*\n\n     d\n" + "4. e\n" * 300 + "\n\nf\n\ng")

    assert [each["type"] for each in real] == ["list"]
    (paragraph,) = lines
    text = "".join(inline(paragraph["text"]))
    assert text.startswith("3. a\n   ☐ b c\n      d\n4. e\n5. e")
    assert text.endswith("303. e\n\nf\n\ng")


def test_what_is_more_than_a_rich_message_holds_is_none() -> None:
    assert blocks("x" * 32_768)
    assert not blocks("x" * 32_769)
    assert not blocks("```\na\n```\n" * 501)
    assert blocks("|a" * 20 + "|\n" + "|-" * 20 + "|\n")
    assert not blocks("|a" * 21 + "|\n" + "|-" * 21 + "|\n")
    assert not blocks("> " * 30 + "a")


@given(st.text(max_size=200))
def test_what_is_no_markdown_is_no_rich_message(text: str) -> None:
    assert rich_content(View(text=text)) is None
