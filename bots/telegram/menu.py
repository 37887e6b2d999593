"""The commands as Telegram offers them, per language and kind of chat."""

import logging

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import TelegramError

from core.commands import COMMANDS
from core.commands.command import Audience
from core.i18n import Locale, translate

log = logging.getLogger(__name__)

SHARE = "share"
_SCOPES: tuple[BotCommandScope, ...] = (
    BotCommandScopeAllPrivateChats(),
    BotCommandScopeAllGroupChats(),
    BotCommandScopeAllChatAdministrators(),
)
# The empty language is what everybody sees who has none of ours.
_LANGUAGES = {Locale.EN: "", Locale.ZH: "zh"}


async def publish_menu(bot: Bot) -> None:
    """Tell Telegram the commands, where it has others. Nothing depends on it."""
    try:
        for scope in _SCOPES:
            for locale, language in _LANGUAGES.items():
                await _publish(bot, scope, locale, language)
    except TelegramError as error:
        log.warning("the menu could not be published: %s", error)


async def _publish(bot: Bot, scope: BotCommandScope, locale: Locale, language: str) -> None:
    wanted = tuple(commands(locale))
    if await bot.get_my_commands(scope, language) != wanted:
        await bot.set_my_commands(wanted, scope, language)


def commands(locale: Locale) -> list[BotCommand]:
    """All that everybody may use; who runs the bot knows the rest from /help."""
    typed = [command for command in COMMANDS.values() if command.is_typed]
    shown = [command.name for command in typed if command.audience is not Audience.ADMINS]
    told = [BotCommand(name, translate(locale, f"command-{name}")) for name in shown]
    return [*told, BotCommand(SHARE, translate(locale, "menu-share"))]
