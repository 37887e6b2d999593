"""A command that pays, made by the recipe, is protected on both platforms by its fact alone."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from core.commands import COMMANDS
from core.commands.command import Command, Context
from core.commands.ordering import place_order
from core.commands.video import VideoOptions, request_of
from core.engine.engine import Engine
from core.platform import View
from tests.fakes.discord.bot import DiscordBotHarness, discord_bot
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness, telegram_bot

pytestmark = pytest.mark.slow

DONE = "That was paid."


class EncoreOptions(BaseModel):
    """What should be seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str = Field(description="option-prompt")


async def run(context: Context, options: EncoreOptions) -> None:
    """Order a second of it."""
    wanted = VideoOptions(prompt=options.prompt, model="sandbox-video", seconds=1)
    await place_order(context, partial(request_of, wanted))


class Tips:
    """A command that pays without a job."""

    def __init__(self) -> None:
        self.paid = 0

    async def run(self, _: Context, options: EncoreOptions) -> View:
        """Pay at once."""
        self.paid += 1
        return View(text=f"{DONE} {options.prompt}")


ENCORE = Command(name="encore", options=EncoreOptions, run=run, pays=True)


@asynccontextmanager
async def on_telegram(here: TelegramBotHarness) -> AsyncGenerator[Engine]:
    """Both commands told three times, the last time to a later process."""
    group = here.telegram.group(GROUP)
    told = [here.telegram.say(group, here.ada, f"/{name} a cat") for name in ("encore", "tip")]
    async with here.bot():
        for message in told:
            here.telegram.inbox.put("message", message.describe())
        await here.until_shown("Done in", group)
        await here.until_shown(DONE, group)
    async with here.bot() as engine:
        for message in told:
            here.telegram.inbox.put("message", message.describe())
        here.telegram.say(group, here.ada, "/tip a dog")
        await here.until_shown(f"{DONE} a dog", group)
        yield engine


@asynccontextmanager
async def on_discord(here: DiscordBotHarness) -> AsyncGenerator[Engine]:
    """The same, by the bot's name."""
    async with here.bot():
        for name in ("encore", "tip"):
            await here.ada.send(here.channel, f"<@{here.bot_id}> /{name} a cat")
            here.server.gateway.repeat("MESSAGE_CREATE")
        await here.until_shown("Done in")
        await here.until_shown(DONE)
    async with here.bot() as engine:
        here.server.gateway.repeat("MESSAGE_CREATE")
        await here.ada.send(here.channel, f"<@{here.bot_id}> /tip a dog")
        await here.until_shown(f"{DONE} a dog")
        yield engine


@pytest.fixture
def tips() -> Tips:
    return Tips()


async def test_on_telegram(tmp_path: Path, tips: Tips) -> None:
    tip = Command(name="tip", options=EncoreOptions, run=tips.run, pays=True)
    async with telegram_bot(tmp_path) as here:
        here.commands = {**COMMANDS, "encore": ENCORE, "tip": tip}
        async with on_telegram(here) as engine:
            await engine.idle()

        assert (here.harness.paid, tips.paid) == (1, 2)


async def test_on_discord(tmp_path: Path, tips: Tips) -> None:
    tip = Command(name="tip", options=EncoreOptions, run=tips.run, pays=True)
    async with discord_bot(tmp_path) as here:
        here.commands = {**COMMANDS, "encore": ENCORE, "tip": tip}
        async with on_discord(here) as engine:
            await engine.idle()

        assert (here.harness.paid, tips.paid) == (1, 2)
