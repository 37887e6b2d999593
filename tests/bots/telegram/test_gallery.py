"""/gallery on Telegram: in the person's own chat it opens inside Telegram, too."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.fakes.telegram.bot import GROUP, TelegramBotHarness, telegram_bot
from tests.fakes.telegram.chat import TelegramMessage

PUBLIC = "https://bot.example/here"


def opens(message: TelegramMessage) -> list[Mapping[str, str]]:
    return [button["web_app"] for button in message.buttons]


async def answer(here: TelegramBotHarness, *, in_group: bool) -> TelegramMessage:
    chat = here.telegram.group(GROUP) if in_group else here.chat
    here.telegram.say(chat, here.ada, "/gallery")
    if in_group:
        told = await here.until_shown("sent you the link", chat)
        assert told.buttons == []
    return await here.until_shown("Your gallery: ")


@pytest.mark.parametrize("in_group", [False, True])
async def test_the_answer_has_a_button_that_opens_it_inside(
    tmp_path: Path,
    in_group: bool,  # noqa: FBT001 - a parameter
) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.public_url = PUBLIC
        async with here.bot():
            message = await answer(here, in_group=in_group)

    assert f"{PUBLIC}/in/" in message.text
    assert opens(message) == [{"url": f"{PUBLIC}/in/telegram"}]


async def test_without_tls_the_link_comes_alone(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.public_url = "http://bot.example"
        async with here.bot():
            message = await answer(here, in_group=False)

    assert "http://bot.example/in/" in message.text
    assert message.buttons == []
