"""Markdown of models in the words of Discord."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.discord.limits import LIMITS
from bots.discord.markdown import written
from bots.discord.text import TEXT_CHARS, content
from core.messages.pages import pages
from core.platform import View


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("# One\n### Three ###", "# One\n### Three"),
        ("#### Four **bold**", "**Four bold**"),
        ("**bold**, *slanted*, ~~gone~~, `code`", "**bold**, *slanted*, ~~gone~~, `code`"),
        ("__bold__ but not my__init__ nor `__x__`", "**bold** but not my__init__ nor `__x__`"),
        ("---", "───"),
        ("* * *", "───"),
        ("* one\n  + two", "- one\n  - two"),
        ("- [ ] open\n- [x] done", "- ☐ open\n- ☑ done"),
        ("1. one", "1. one"),
        (">no space\n>>> all", "> no space\n> all"),
        ("-# not small", r"\-# not small"),
        # Links are named, and have no previews.
        ("[a](https://b.c/d_(e) 'title')", "[a](<https://b.c/d_(e)>)"),
        ("![a cat](https://b.c/cat.png)", "[a cat](<https://b.c/cat.png>)"),
        ("![](https://b.c/cat.png)", "<https://b.c/cat.png>"),
        ("[https://b.c](https://b.c)", "<https://b.c>"),
        ("[see https://b.c](https://d.e)", "[see b.c](<https://d.e>)"),
        ("[here](/relative)", "here (/relative)"),
        ("<https://b.c> https://d.e/f?g=h.", "<https://b.c> <https://d.e/f?g=h>."),
        ("**https://b.c** 见https://d.e，然后", "**<https://b.c>** 见<https://d.e>，然后"),
        # Nothing is hidden, and nobody is named.
        ("a || b || `c || d`", r"a \|\| b \|\| `c || d`"),
        ("真||假||", r"真\|\|假\|\|"),
        ("@everyone <@1> <@&2> <#3>", r"@everyone \<@1> \<@&2> \<#3>"),
        ("<:a:4> <t:5:R> </b:6>", r"\<:a:4> \<t:5:R> \</b:6>"),
        ("<b>html</b> <br>", "<b>html</b> <br>"),
        # Code stays as it is.
        ("```python title=x\na || b\n# c\n```", "```python\na || b\n# c\n```"),
        ("~~~\n---\n~~~\n---", "```\n---\n```\n───"),
        ("````md\n```\n````", "```md\n`\u200b`\u200b`\n```"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "```\na  b\n-  -\n1  2\n```"),
    ],
)  # fmt: skip
def test_markdown_says_the_same_on_discord(markdown: str, shown: str) -> None:
    assert written(markdown) == shown


TABLE = "| a | b |\n|--|--|\n"
SPICE = st.sampled_from(
    ["||", "`", "```", "\n", "https://a.b", "[a](https://b.c)", TABLE, "<@1>", "你", "🌊"]
)


@given(st.lists(SPICE | st.text(max_size=30), max_size=300).map("".join))
def test_any_text_fits_into_messages(text: str) -> None:
    for page in pages(LIMITS.written(text), TEXT_CHARS):
        assert len(content(View(text=page, is_markdown=True))) <= TEXT_CHARS
        assert content(View(text=page, is_markdown=True)) == page


def test_thoughts_are_small_print_above_as_far_as_there_is_room() -> None:
    view = View(text="Yes.", is_markdown=True, aside="Is it *so*?\n\n# It is.")

    assert content(view) == "-# Is it \\*so\\*?\n-# \\# It is.\nYes."


def test_thoughts_never_cost_the_answer_a_word() -> None:
    for size in (1_000, 1_995, 2_000):
        view = View(text="x" * size, is_markdown=True, aside="*thought* " * 50)

        assert content(view).endswith("x" * size)
        assert len(content(view)) <= TEXT_CHARS
