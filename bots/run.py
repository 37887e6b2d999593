"""`cliprelay run`: all chat platforms that have a token, until it is stopped."""

import asyncio
import logging

from bots.app import Setup, open_engine
from bots.telegram.adapter import TelegramAdapter
from bots.telegram.conversation import NAME, TelegramPlatform
from bots.telegram.listen import TelegramAccount, connect, listen
from core.errors import SettingsError
from core.i18n import Locale
from core.settings import Settings

log = logging.getLogger(__name__)


async def run(setup: Setup) -> None:
    """Serve until it is cancelled.

    Raises:
        OperatorError: no platform has a token, or one is wrong.
    """
    settings = setup.settings
    account = _telegram(settings)
    async with connect(account) as app:
        platform = TelegramPlatform(bot=app.bot, own_server=account.api_url is not None)
        async with open_engine(setup, {NAME: platform}) as engine:
            adapter = TelegramAdapter(engine, platform, Locale(settings.default_locale))
            async with listen(app, adapter, account):
                log.info("listening as @%s", app.bot.username)
                await asyncio.Event().wait()


def _telegram(settings: Settings) -> TelegramAccount:
    if settings.telegram_bot_token is None:
        raise SettingsError("Set TELEGRAM_BOT_TOKEN: @BotFather in Telegram gives you one")
    return TelegramAccount(
        token=settings.telegram_bot_token,
        api_url=settings.telegram_api_url,
        webhook_url=settings.telegram_webhook_url,
        webhook_secret=settings.telegram_webhook_secret,
        port=settings.http_port,
    )
