"""Answers in Markdown as Telegram's messages: every word, and formatting that fits."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import pyromark
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bots.telegram.formatting import FormattedText, formatted, units
from core.platform import View

_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_MATH
)
_SEEN = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "So"}
_WORDS = st.sampled_from(
    ["a", "Zoë", "7", "中文", "😀", "👩‍👩‍👧", "🇩🇪", "x_1", "don't", "1.5", "https://e.com/a_b"]
)
_SIGNS = st.sampled_from(
    [
        *("**", "*", "_", "__", "~~", "~", "`", "``", "||", "|", "\\", "$", "$$", "[", "]", "!["),
        *(
            "](https://e.com/ü)",
            "](x)",
            "[x]:",
            "<",
            ">",
            "<b>",
            "</div>",
            "<div>",
            "<br>",
            "<!--",
        ),
        *("&amp;", "&lt;", "#", "```", "~~~", "<https://e.com>", ":", "-->", "<T>", "=", "-"),
    ]
)
_STARTS = st.sampled_from(
    [
        *("# ", "###### ", "- ", "* ", "1. ", "9) ", "- [ ] ", "- [x] ", "> ", ">> ", "    "),
        *("```python\n", "```\n", "~~~\n", "---\n", "***\n", "===\n", "| a | b |\n|---|:-:|\n"),
        *("|", "| ", "  - ", "   ", "[1]: https://e.com ", "<div>\n", "$$\n", "\t"),
    ]
)
MARKDOWN = st.lists(
    st.one_of(
        _WORDS, _SIGNS, st.sampled_from([" ", " ", "\n", "\n\n"]), _STARTS.map("\n".__add__)
    ),
    max_size=60,
).map("".join)
_TAG = re.compile(r"</?(?!br)\w+>")


def shown(markdown: str, aside: str = "") -> FormattedText:
    return formatted(View(text=markdown, is_markdown=True, aside=aside))


def told(text: str, entities: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What each entity, as Telegram tells it, is about."""
    raw = text.encode("utf-16-le")
    return [
        (
            each["type"],
            raw[each["offset"] * 2 : (each["offset"] + each["length"]) * 2].decode("utf-16-le"),
        )
        for each in entities
    ]


def parts(text: FormattedText) -> list[tuple[str, str]]:
    """What each entity is about."""
    return told(text.text, [each.to_dict() for each in text.entities])


def seen(text: str) -> str:
    """The letters, digits and pictures of a text; x₁ in a formula is x1."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(each for each in plain if unicodedata.category(each)[:2] in _SEEN)


def words_of(markdown: str) -> Iterator[str]:
    """All that a reader of Markdown is meant to read, and HTML, which a model means as words."""
    for event in pyromark.events(markdown, options=_OPTIONS):
        if isinstance(event, dict):
            for kind in ("Text", "Code", "InlineMath", "DisplayMath"):
                yield event.get(kind, "")
            html = event.get("InlineHtml", event.get("Html", ""))
            # What is between the tags may be Markdown again, whose signs are not for readers.
            yield "" if html == "<br>" else "".join(_TAG.findall(html))


def is_within(words: str, text: str) -> bool:
    """Whether all characters are there in this order."""
    rest = iter(text)
    return all(each in rest for each in words)


def check(text: FormattedText) -> None:
    """Raise where Telegram would refuse it, or pass over a part of it."""
    assert 0 < units(text.text) <= 4096
    assert text.text == text.text.strip()
    assert len(text.entities) <= 100
    for each in text.entities:
        assert each.offset >= 0
        assert each.length > 0
        assert each.offset + each.length <= units(text.text)
    # Decodes only where none begins or ends in the middle of a character.
    parts(text)
    for one, other in combinations(text.entities, 2):
        first, second = sorted((one, other), key=lambda each: (each.offset, -each.length))
        end = first.offset + first.length
        assert second.offset >= end or second.offset + second.length <= end


@given(MARKDOWN.filter(str.strip))
@settings(max_examples=300)
@example("List<String> is not <div>\nhidden\n</div>")
@example("|a||$x$|\n|-|-|-|\n|b||c|")
def test_every_word_arrives_and_every_format_fits(markdown: str) -> None:
    text = shown(markdown)

    check(text)
    assert is_within(seen("".join(words_of(markdown))), seen(text.text))


@given(MARKDOWN.filter(str.strip), st.integers(1))
@settings(max_examples=100)
def test_what_is_cut_anywhere_is_as_good(markdown: str, place: int) -> None:
    beginning = markdown[: place % len(markdown) + 1]
    if beginning.strip():
        check(shown(beginning, aside="hm 😀"))


def test_code_in_all_its_places_is_as_it_was_written() -> None:
    code = 'if a || b < c:\n    print("<b>", [x]: 1)'
    text = shown(
        f"`a || b` and List<String>\n\n- one\n\n  ```python\n  {code}\n  ```".replace(
            "\n    print", "\n      print"
        )
    )

    assert parts(text) == [("code", "a || b"), ("pre", code)]
    assert text.entities[1].language == "python"
    assert text.text.startswith("a || b and List<String>\n\n• one")


def test_tables_keep_their_empty_cells_breaks_and_formulas() -> None:
    text = shown("| a | b<br>c | |\n|---|---|---|\n|中||$x$|")

    assert parts(text) == [("pre", text.text)]
    assert text.text.splitlines()[2].split("|") == ["中 ", "     ", " $x$"]


def test_links_are_links_also_around_code_and_definitions_are_words() -> None:
    text = shown("[`foo`](https://e.com/a_b) [1] [bad](x)\n\n[1]: https://e.com")

    assert [(each.type, each.url) for each in text.entities] == [
        ("text_link", "https://e.com/a_b")
    ]
    assert text.text == "foo [1] bad\n\n[1]: https://e.com"


def test_formatting_goes_before_words_where_there_is_too_much() -> None:
    many = shown(" ".join(f"*{number}*" for number in range(150)))
    links = shown(" ".join(f"[{number}](https://e.com)" for number in range(101)))
    table = "|a|b|\n|-|-|\n" + f"|{'x' * 300}|y|\n" + "|x|y|\n" * 300
    mixed = shown("*a* " * 100 + "[b](https://e.com) ```\nc\n```")

    assert len(many.entities) == 100
    assert many.text.split() == [str(number) for number in range(150)]
    assert links.text.endswith("[100](https://e.com)")
    assert not links.entities
    assert shown(table) == FormattedText(text=table.strip())
    assert "text_link" in [each.type for each in mixed.entities]


def test_thoughts_are_cut_before_the_answer_is() -> None:
    text = shown("x" * 3_072, aside="😀" * 1_024)

    assert units(text.text) <= 4096
    assert text.text.endswith("…\n" + "x" * 3_072)
    assert parts(text)[0][0] == "expandable_blockquote"


def test_what_is_no_markdown_stays_as_it_is() -> None:
    assert formatted(View(text="*a* <b> _c_ ")) == FormattedText(text="*a* <b> _c_ ")
