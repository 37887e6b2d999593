"""Answers of chat models on Telegram: formatted, streamed, kept in order."""

from pathlib import Path

from tests.bots.telegram.test_formatting import told
from tests.fakes.telegram.bot import GROUP, telegram_bot


async def test_an_answer_is_formatted_below_what_was_thought(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group = here.telegram.group(GROUP)
        here.telegram.say(group, here.ada, "/ask #markdown #think")
        await here.until_shown("A quotation.", group)
        await engine.idle()
        (answer,) = here.written(group)

    shown = told(answer.text, answer.entities)
    assert shown[0] == ("expandable_blockquote", "Let me think. It is about this question.")
    assert ("bold", "bold") in shown
    assert ("text_link", "a link") in shown
    assert ("pre", 'print("你好 👩‍👩‍👧")') in shown
    assert ("blockquote", "A quotation.") in shown
    assert ("pre", "a | b\n--+--\n1 | 2") in shown
    assert "• two 🌊" in answer.text
    assert "**" not in answer.text


async def test_what_is_refused_for_its_formatting_arrives_without(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group = here.telegram.group(GROUP)
        here.telegram.refuse("editMessageText", "Bad Request: can't parse entities: odd")
        here.telegram.say(group, here.ada, "/ask #markdown")
        await here.until_shown("A quotation.", group)
        await engine.idle()
        (answer,) = here.written(group)
        refused = here.telegram.called("editMessageText")[0]

    assert refused.status == 400
    assert answer.history[1].text == refused.params["text"]
    assert answer.history[1].entities == ()
