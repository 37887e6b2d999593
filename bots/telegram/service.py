"""Telegram as one of the platforms that are served."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bots.runtime import Runtime
from bots.telegram.adapter import TelegramAdapter
from bots.telegram.connection import STOP_SECONDS, TelegramAccount, Webhook, connect, listen
from bots.telegram.conversation import TelegramPlatform
from bots.telegram.ids import NAME
from bots.telegram.intake import UpdateIntake
from bots.telegram.richness import RichServer
from bots.telegram.stars import StarsPrice
from core.errors import SettingsError
from core.people.sessions import Area
from core.settings import Settings

log = logging.getLogger(__name__)


async def serve(runtime: Runtime) -> None:
    """Connect and serve, for ever; listen while that is up to this process.

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

    arrivals, calls = runtime.engine.services.arrivals, runtime.engine.services.calls

    def intake() -> UpdateIntake:
        return UpdateIntake(bot, arrivals, adapter, calls)

    at_the_door = intake()

    async def take_updates() -> None:
        # Between two turns others may have done what this one had begun with.
        ours = intake() if calls.are_heard else at_the_door
        async with listen(bot, adapter, account, ours, runtime.outages) as listening:
            log.info("listening as @%s", bot.username)
            await listening

    # Whoever listens: Telegram calls any of several processes.
    async with _door(runtime, account, at_the_door), _way_in(runtime, account):
        await runtime.listening.listen(NAME, take_updates, lambda: runtime.outages.works(NAME))


@asynccontextmanager
async def _door(
    runtime: Runtime, account: TelegramAccount, intake: UpdateIntake
) -> AsyncGenerator[None]:
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
        await intake.close(STOP_SECONDS)


@asynccontextmanager
async def _way_in(runtime: Runtime, account: TelegramAccount) -> AsyncGenerator[None]:
    """Let whoever opens a page of ours as a Mini App be known there, where there are pages."""
    if Area.GALLERY not in runtime.engine.services.sessions.areas:
        yield
        return
    from bots.telegram.mini_app import MiniAppWayIn  # noqa: PLC0415 - as above
    from bots.web.inside import InsidePages  # noqa: PLC0415 - as above

    way = MiniAppWayIn(token=account.token)
    pages = InsidePages(way, runtime.engine, runtime.locale).routes
    # In front of those of links, which would take its name for one.
    runtime.routes[:0] = pages
    try:
        yield
    finally:
        for page in pages:
            runtime.routes.remove(page)


def _account(settings: Settings) -> TelegramAccount:
    if (token := settings.telegram_bot_token) is None:
        raise TypeError("Telegram is served only with a token")
    if settings.telegram_local and not settings.telegram_api_url:
        raise SettingsError("TELEGRAM_LOCAL: is about your own server; set TELEGRAM_API_URL, too")
    url = settings.telegram_webhook_url
    return TelegramAccount(
        token=token,
        api_url=settings.telegram_api_url,
        local=settings.telegram_local,
        webhook=Webhook.at(url, settings.telegram_webhook_secret, token) if url else None,
    )
