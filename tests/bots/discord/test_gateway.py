"""What becomes of the bot when its connection to Discord breaks."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bots.discord.adapter import DiscordAdapter
from bots.discord.connection import connect, listen
from bots.discord.conversation import DiscordPlatform
from bots.outages import Outages
from core.errors import SettingsError
from core.i18n import Locale
from tests.fakes.clock import jumping_clock
from tests.fakes.discord.bot import discord_bot, slow_discord_bot
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK

SLOW = {"prompt": "a cat", "model": "sandbox-video"}


async def test_nothing_is_lost_while_the_connection_breaks_and_comes_back(tmp_path: Path) -> None:
    async with slow_discord_bot(tmp_path) as (here, gateway), here.bot():
        await here.ada.slash(here.channel, "video", **SLOW)
        await here.until_shown("a cat")
        here.server.gateway.drop()
        await here.server.until(lambda: here.server.gateway.connections == 0)
        asked = await here.ada.slash(here.channel, "status")
        await here.server.until(lambda: asked.response and "1. " in asked.response.content)
        await here.server.gateway.reconnect()
        await here.server.until(lambda: here.server.gateway.resumed == 2)
        await gateway.allow(CREATE, LOOK, FETCH)

        await here.until_shown("Done in")

    assert len(here.videos()) == 1
    assert here.outages.history[:2] == ["works", "fails"]
    assert here.outages.history[-1] == "works"


async def test_a_start_waits_until_discord_can_be_reached(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with discord_bot(tmp_path) as here:
        here.server.refuse("GET /users/@me", 403, 0, "Not now")
        async with connect(here.account) as client:
            assert client.user

    assert "Discord cannot be reached" in caplog.text


@jumping_clock
async def test_a_start_obeys_a_long_pause(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        here.server.flood("GET /users/@me", retry_after=600)
        async with connect(here.account):
            pass
        first, second = here.server.called("GET /users/@me")

    assert second.at >= first.at + 600


async def test_a_wrong_token_is_told_without_the_token(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        here.server.token = "another"  # noqa: S105 - opens nothing
        with pytest.raises(SettingsError, match="DISCORD_BOT_TOKEN") as refused:
            async with connect(here.account):
                pass

    assert here.account.token.get_secret_value() not in str(refused.value)


async def test_a_token_that_is_no_longer_good_ends_the_connection_with_a_word(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with discord_bot(tmp_path) as here:
        account = replace(here.account, token=SecretStr("good for the API"))
        here.server.token = "good for the API"  # noqa: S105 - opens nothing
        async with connect(account) as client, here.harness.engine() as engine:
            adapter = DiscordAdapter(engine, DiscordPlatform(client), Locale.EN)
            await listen(client, adapter, account, Outages())

    assert [r.levelno for r in caplog.records if "for good" in r.message] == [logging.ERROR]
