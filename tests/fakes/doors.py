"""All doors, by the name of their platform."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from core.i18n import Locale, locale_of
from tests.fakes.discord import DiscordServer, pointed_at
from tests.fakes.discord_stage import DiscordStage
from tests.fakes.door import Door
from tests.fakes.door_console import ConsoleDoor
from tests.fakes.door_discord import DiscordDoor
from tests.fakes.door_telegram import TelegramDoor
from tests.fakes.lab import Lab
from tests.fakes.stage import Stage
from tests.fakes.telegram import telegram_server


@asynccontextmanager
async def console_door(lab: Lab, language: str) -> AsyncGenerator[Door]:
    """The operator has chosen the language."""
    yield ConsoleDoor(lab, locale_of(language, Locale.EN))


@asynccontextmanager
async def telegram_door(lab: Lab, language: str) -> AsyncGenerator[Door]:
    """Telegram knows the language."""
    async with telegram_server() as telegram:
        ada = telegram.user(7, "Ada", language)
        yield TelegramDoor(Stage(telegram=telegram, lab=lab, ada=ada, chat=telegram.private(ada)))
        assert telegram.floods == []


@asynccontextmanager
async def discord_door(lab: Lab, language: str) -> AsyncGenerator[Door]:
    """Discord knows the language."""
    async with DiscordServer() as server:
        guild = server.world.create_guild("Films")
        channel = guild.create_text_channel("clips")
        ada = guild.add_member(server.world.create_user("ada"))
        server.world.locales[ada.id] = language
        stage = DiscordStage(server=server, lab=lab, guild=guild, channel=channel, ada=ada)
        with pointed_at(server):
            yield DiscordDoor(stage)
        assert server.floods == 0


DOORS: Mapping[str, Callable[[Lab, str], AbstractAsyncContextManager[Door]]] = {
    "console": console_door,
    "telegram": telegram_door,
    "discord": discord_door,
}
