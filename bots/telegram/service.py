"""Telegram as one of the platforms that are served."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

from bots.runtime import Runtime
from bots.telegram.adapter import TelegramAdapter
from bots.telegram.connection import TelegramAccount, Webhook, connect, listen
from bots.telegram.conversation import TelegramPlatform
from bots.telegram.intake import UpdateIntake
from bots.telegram.richness import RichServer
from bots.telegram.stars import StarsPrice
from core.errors import SettingsError
from core.settings import Settings

log = logging.getLogger(__name__)


async def serve(runtime: Runtime) -> None:
    """Connect and serve, for ever.

    Raises:
        OperatorError: Telegram does not take the token, or what else was set.
    """
    account = _account(runtime.settings)
    bot = await runtime.lines.enter_async_context(connect(account))
    rich = RichServer(is_used=runtime.settings.telegram_rich)
    platform = TelegramPlatform(bot=bot, rich=rich)
    await runtime.engine.join(platform)
    adapter = TelegramAdapter(runtime.engine, platform, runtime.locale)
    if per_100 := runtime.settings.stars_per_100_credits:
        adapter.sell(StarsPrice(per_100=per_100))
    intake = UpdateIntake(bot, runtime.engine.services.arrivals, adapter)
    with _webhook(runtime, account, intake):
        async with listen(bot, adapter, account, intake, runtime.outages) as listening:
            log.info("listening as @%s", bot.username)
            await listening


@contextmanager
def _webhook(runtime: Runtime, account: TelegramAccount, intake: UpdateIntake) -> Generator[None]:
    """Answer Telegram at our own HTTP server; no longer when the platform is set up anew."""
    if account.webhook is None:
        yield
        return
    from bots.telegram.webhook import route  # noqa: PLC0415 - who polls serves no HTTP

    ours = route(account.webhook, intake)
    runtime.routes.append(ours)
    try:
        yield
    finally:
        runtime.routes.remove(ours)


def _account(settings: Settings) -> TelegramAccount:
    if settings.telegram_bot_token is None:
        raise TypeError("Telegram is served only with a token")
    if settings.telegram_local and not settings.telegram_api_url:
        raise SettingsError("TELEGRAM_LOCAL: is about your own server; set TELEGRAM_API_URL, too")
    url = settings.telegram_webhook_url
    return TelegramAccount(
        token=settings.telegram_bot_token,
        api_url=settings.telegram_api_url,
        local=settings.telegram_local,
        webhook=Webhook.at(url, settings.telegram_webhook_secret) if url else None,
    )
