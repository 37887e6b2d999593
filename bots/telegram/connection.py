"""The connection to Telegram, in our own event loop."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, cast

from pydantic import SecretStr
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application, ApplicationBuilder, Updater
from telegram.request import HTTPXRequest

from bots.telegram.adapter import UPDATES, TelegramAdapter
from bots.telegram.menu import publish_menu
from bots.telegram.webhook import Webhook
from core.errors import SettingsError

log = logging.getLogger(__name__)
App = Application[Any, Any, Any, Any, Any, Any]

_CLOUD = "https://api.telegram.org"
_POLL_SECONDS = 30
# One upload holds one for minutes; edits of other jobs must not wait behind uploads.
_CONNECTIONS = 256
# As good as no limit: whoever waits in here waits for one chat, and those are limited.
_HANDLERS = 1 << 16
# Telegram is waited for, however long: a bot at home starts before its network.
_LONGEST_PAUSE_SECONDS = 30.0
# All of the program has 5 s to leave, and jobs need most of them.
_STOP_SECONDS = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramAccount:
    """How the bot reaches Telegram, and Telegram the bot.

    Attributes:
        api_url: the root of the operator's own Bot API server.
        webhook: where Telegram brings updates; they are asked for without it.
    """

    token: SecretStr
    api_url: str | None = None
    webhook: Webhook | None = None


@asynccontextmanager
async def connect(account: TelegramAccount) -> AsyncGenerator[App]:
    """Open the connection; waits as long as Telegram cannot be reached.

    Raises:
        SettingsError: Telegram does not accept the token.
    """
    app = _build(account)
    try:
        await _insist(app.initialize)
        yield app
    finally:
        await app.shutdown()


def _build(account: TelegramAccount) -> App:
    root = (account.api_url or _CLOUD).rstrip("/")
    builder = (
        ApplicationBuilder()
        .token(account.token.get_secret_value())
        .base_url(f"{root}/bot")
        .base_file_url(f"{root}/file/bot")
        .request(_requests(_CONNECTIONS))
        .get_updates_request(_requests(2))
        # Else commands that wait for room in one chat would hold up everybody's.
        .concurrent_updates(_HANDLERS)
        .job_queue(None)
    )
    return cast("App", builder.build())


def _requests(connections: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=10.0,
        read_timeout=20.0,
        write_timeout=20.0,
        pool_timeout=10.0,
        media_write_timeout=60.0,
    )


async def _insist(call: Callable[[], Awaitable[None]]) -> None:
    """Retry until Telegram can be reached."""
    pause = 1.0
    while True:
        try:
            await call()
        except InvalidToken:
            # The library's own sentence has the token in it.
            raise SettingsError("TELEGRAM_BOT_TOKEN: Telegram does not accept it") from None
        except RetryAfter as error:
            log.warning("Telegram cannot be used yet: %s", error)
        except TelegramError as error:
            log.warning("Telegram cannot be reached: %s", error)
        else:
            return
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


@asynccontextmanager
async def listen(
    app: App, adapter: TelegramAdapter, account: TelegramAccount
) -> AsyncGenerator[None]:
    """Take updates in while the block runs; what came before is not dropped."""
    app.add_handlers(adapter.handlers())
    app.add_error_handler(adapter.on_error)
    await app.start()
    # Beside the rest: a dozen requests, and nobody waits for a menu.
    menu = asyncio.create_task(publish_menu(app.bot, adapter.catalog), name="menu")
    try:
        await _start(app, account.webhook)
        yield
    finally:
        menu.cancel()
        await asyncio.wait([menu])
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                await _stop(app)


async def _start(app: App, webhook: Webhook | None) -> None:
    if webhook:
        await _insist(lambda: _call_us(app, webhook))
        return
    await _updater(app).start_polling(
        timeout=_POLL_SECONDS,
        # For ever, as everywhere else here.
        bootstrap_retries=-1,
        allowed_updates=UPDATES,
        error_callback=_complain,
    )


async def _call_us(app: App, webhook: Webhook) -> None:
    secret = webhook.secret.get_secret_value()
    await app.bot.set_webhook(webhook.url, allowed_updates=UPDATES, secret_token=secret)


async def _stop(app: App) -> None:
    updater = _updater(app)
    if updater.running:
        await updater.stop()
    await app.stop()


def _updater(app: App) -> Updater:
    if app.updater is None:
        raise TypeError("the application was built without an updater")
    return app.updater


def _complain(error: TelegramError) -> None:
    log.warning("updates could not be fetched: %s", error)
