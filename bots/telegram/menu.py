"""The commands as Telegram offers them, per language and kind of chat."""

import logging
from collections.abc import Collection

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import TelegramError

from bots.telegram import stars
from core.catalog import Catalog
from core.commands import COMMANDS
from core.commands.offer import offered
from core.i18n import Locale, translate
from core.people.sessions import Area

log = logging.getLogger(__name__)

_SCOPES: tuple[BotCommandScope, ...] = (
    BotCommandScopeAllPrivateChats(),
    BotCommandScopeAllGroupChats(),
    BotCommandScopeAllChatAdministrators(),
)
# The empty language is what everybody sees who has none of ours.
_LANGUAGES = {Locale.EN: "", Locale.ZH: "zh"}


async def publish_menu(
    bot: Bot, catalog: Catalog, *, sells: bool = False, areas: Collection[Area] = ()
) -> None:
    """Tell Telegram the commands, where it has others. Nothing depends on it."""
    try:
        for locale, language in _LANGUAGES.items():
            wanted = commands(locale, catalog, sells=sells, areas=areas)
            for scope in _SCOPES:
                await _publish(bot, scope, wanted, language)
    except TelegramError as error:
        log.warning("the menu could not be published: %s", error)


async def _publish(
    bot: Bot, scope: BotCommandScope, wanted: tuple[BotCommand, ...], language: str
) -> None:
    if await bot.get_my_commands(scope, language) != wanted:
        await bot.set_my_commands(wanted, scope, language)


def commands(
    locale: Locale, catalog: Catalog, *, sells: bool = False, areas: Collection[Area] = ()
) -> tuple[BotCommand, ...]:
    """All that everybody may use; who runs the bot knows the rest from /help."""
    shown = offered(catalog, COMMANDS.values(), areas=areas)
    told = {command.name: f"command-{command.name}" for command in shown}
    if sells:
        told |= {n: text for n, text in stars.COMMANDS.items() if n not in stars.FOR_ADMINS}
    return tuple(BotCommand(name, translate(locale, text)) for name, text in told.items())
