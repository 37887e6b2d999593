"""Voice messages on Telegram: in private, behind the bot's name, or replied to."""

from pathlib import Path
from typing import Any

import pytest

from tests.bots.telegram.test_along import nowhere, tell
from tests.bots.telegram.test_answers import latest
from tests.fakes.sounds import sound
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness, telegram_bot
from tests.fakes.telegram.people import Document

HEARD = "I heard: “I heard 2.0 seconds.”"


def voice(here: TelegramBotHarness, kind: str = "voice") -> dict[str, Any]:
    """A voice message's content, which lies at Telegram."""
    eve = here.telegram.user(9, "Eve")
    file = Document("say.wav", sound(), "audio/wav")
    told = here.telegram.say(here.telegram.group(-1009), eve, document=file).describe()
    named = {key: told["document"][key] for key in ("file_id", "file_unique_id", "file_size")}
    return {kind: named | {"duration": 2, "mime_type": "audio/wav"}}


@pytest.mark.parametrize("kind", ["voice", "audio"])
async def test_alone_it_is_the_question(tmp_path: Path, kind: str) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        tell(here, "", **voice(here, kind))
        await here.until_shown(HEARD)
        await engine.idle()
        exchange = await latest(here, engine)

    assert exchange.prompt == "I heard 2.0 seconds."
    assert here.harness.paid == 2


@pytest.mark.parametrize("words", ["/ask", "@{bot}"])
async def test_in_a_group_it_takes_the_bots_name_or_a_reply(tmp_path: Path, words: str) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group, said = here.telegram.group(GROUP), voice(here)
        here.telegram.admin(group, here.telegram.me)
        eve = here.telegram.user(9, "Eve")
        theirs = here.telegram.say(group, eve, "-").describe() | said
        here.telegram.inbox.pending.pop()
        del theirs["text"]
        here.telegram.inbox.put("message", theirs)
        line = words.format(bot=here.telegram.me.username)
        asked = here.telegram.say(group, here.ada, line).describe()
        here.telegram.inbox.pending.pop()
        if words == "/ask":
            here.telegram.inbox.put("message", asked | {"reply_to_message": theirs})
        else:
            del asked["text"]
            here.telegram.inbox.put("message", asked | said | {"caption": line})
        await here.until_shown(HEARD, group)
        await engine.idle()

    # What Eve has said to the others is none of the bot's business.
    assert len(here.written(group)) == 1


async def test_what_somebody_else_said_is_what_typed_words_are_about(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        tell(here, "/ask sum this up", reply_to_message=nowhere(voice(here)))
        await here.until_shown(HEARD)
        await engine.idle()
        exchange = await latest(here, engine)

    assert (exchange.prompt, exchange.quoted) == ("sum this up", "I heard 2.0 seconds.")
