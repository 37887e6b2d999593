"""The chat drivers, by the name of their platform."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from core.i18n import Locale, locale_of
from tests.examples.parlour_driver import parlour_driver
from tests.fakes.console_driver import ConsoleDriver
from tests.fakes.discord.bot import DiscordBotHarness
from tests.fakes.discord.driver import DiscordDriver
from tests.fakes.discord.server import DiscordServer, pointed_at
from tests.fakes.driver import ChatDriver
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.playground_driver import playground_driver
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness
from tests.fakes.telegram.driver import TelegramDriver
from tests.fakes.telegram.server import telegram_server

LIMIT_SECONDS = 120
"""After so long a platform hangs, on any machine."""

BOTS = Path(__file__).parents[2] / "bots"


@asynccontextmanager
async def console_driver(harness: EngineHarness, language: str) -> AsyncGenerator[ChatDriver]:
    """The operator has chosen the language."""
    yield ConsoleDriver(harness, locale_of(language, Locale.EN))


@asynccontextmanager
async def telegram_driver(
    harness: EngineHarness, language: str, *, group: bool = False
) -> AsyncGenerator[ChatDriver]:
    """Telegram knows the language. In a group there are others, too."""
    async with telegram_server() as telegram:
        ada = telegram.user(7, "Ada", language)
        chat = telegram.group(GROUP) if group else telegram.private(ada)
        yield TelegramDriver(
            TelegramBotHarness(telegram=telegram, harness=harness, ada=ada, chat=chat)
        )
        assert telegram.floods == []


@asynccontextmanager
async def discord_driver(harness: EngineHarness, language: str) -> AsyncGenerator[ChatDriver]:
    """Discord knows the language."""
    async with DiscordServer() as server:
        guild = server.world.create_guild("Films")
        channel = guild.create_text_channel("clips")
        ada = guild.add_member(server.world.create_user("ada"))
        server.world.locales[ada.id] = language
        discord_bot = DiscordBotHarness(
            server=server, harness=harness, guild=guild, channel=channel, ada=ada
        )
        with pointed_at(server):
            yield DiscordDriver(discord_bot)
        assert server.floods == 0


DRIVERS: Mapping[str, Callable[[EngineHarness, str], AbstractAsyncContextManager[ChatDriver]]] = {
    "console": console_driver,
    "telegram": telegram_driver,
    "discord": discord_driver,
    "playground": playground_driver,
    "parlour": parlour_driver,  # the example keeps to the contract, too
}
# The same where others are around.
AMONG_OTHERS = {**DRIVERS, "telegram": partial(telegram_driver, group=True)}

PLATFORMS = tuple(dict.fromkeys((*DRIVERS, *(p.parent.name for p in BOTS.glob("*/adapter.py")))))
"""All platforms that there are, those that have no driver yet included."""


@asynccontextmanager
async def driver_on(
    platform: str, harness: EngineHarness, language: str = "en", *, among_others: bool = False
) -> AsyncGenerator[ChatDriver]:
    """A person on that platform. The block may not take for ever."""
    drivers = AMONG_OTHERS if among_others else DRIVERS
    if platform not in drivers:
        pytest.fail(
            f"the platform {platform} has no driver: add one to DRIVERS in tests/fakes/drivers.py",
            pytrace=False,
        )
    async with drivers[platform](harness, language) as driver, asyncio.timeout(LIMIT_SECONDS):
        yield driver
