"""The connection to Telegram, in our own event loop."""

import asyncio
import hmac
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

from pydantic import SecretStr
from telegram import Update
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bots.outages import Outages
from bots.runtime import MENU_PAUSE_SECONDS
from bots.telegram.adapter import TelegramAdapter
from bots.telegram.client import ApiRequest, RawBot, is_garbled
from bots.telegram.errors import seconds_of
from bots.telegram.ids import NAME
from bots.telegram.intake import UpdateIntake
from bots.telegram.menu import publish_menu
from bots.telegram.polling import poll
from core.errors import SettingsError
from core.public_http import trusted_roots
from core.redact import quote

log = logging.getLogger(__name__)

_UPDATES = (
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CHANNEL_POST,
    Update.EDITED_CHANNEL_POST,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.PRE_CHECKOUT_QUERY,
)
_CLOUD = "https://api.telegram.org"
# One upload holds one for minutes; edits of other jobs must not wait behind uploads.
_CONNECTIONS = 256
# Telegram is waited for, however long: a bot at home starts before its network.
_LONGEST_PAUSE_SECONDS = 30.0
# All of the program has 5 s to leave, and jobs need most of them.
STOP_SECONDS = 0.8
_LOOK_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where Telegram brings updates, and what it has to know."""

    url: str
    secret: SecretStr

    @classmethod
    def at(cls, url: str, secret: SecretStr | None, token: SecretStr) -> Self:
        """A webhook there. Where the operator has no secret, it follows from the bot's token.

        So whichever process Telegram calls knows it, and after a restart as before.
        """
        follows = hmac.digest(token.get_secret_value().encode(), b"webhook", "sha256").hex()
        return cls(url=url, secret=secret or SecretStr(follows))


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramAccount:
    """How the bot reaches Telegram, and Telegram the bot.

    Attributes:
        api_url: the root of the operator's own Bot API server.
        local: whether that server runs with --local.
        webhook: where Telegram brings updates; they are asked for without it.
    """

    token: SecretStr
    api_url: str | None = None
    local: bool = False
    webhook: Webhook | None = None


@asynccontextmanager
async def connect(account: TelegramAccount) -> AsyncGenerator[RawBot]:
    """Open the connection; waits as long as Telegram cannot be reached.

    Raises:
        SettingsError: Telegram does not accept the token, or something else answers in its place.
    """
    bot = _build(account)
    try:
        await _insist(bot.initialize, account)
        yield bot
    finally:
        await bot.shutdown()


def _build(account: TelegramAccount) -> RawBot:
    root = (account.api_url or _CLOUD).rstrip("/")
    return RawBot(
        account.token.get_secret_value(),
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=_requests(_CONNECTIONS),
        get_updates_request=_requests(2),
        local_mode=account.local,
    )


def _requests(connections: int) -> ApiRequest:
    return ApiRequest(
        connection_pool_size=connections,
        connect_timeout=10.0,
        read_timeout=20.0,
        write_timeout=20.0,
        pool_timeout=10.0,
        media_write_timeout=60.0,
        httpx_kwargs={"verify": trusted_roots()},
    )


async def _insist(call: Callable[[], Awaitable[object]], account: TelegramAccount) -> None:
    """Retry until Telegram can be reached.

    Raises:
        SettingsError: what the operator has set is wrong, so that no retry helps.
    """
    pause = 1.0
    while True:
        wait = pause
        try:
            await call()
        except RetryAfter as error:
            wait = max(pause, seconds_of(error.retry_after))
            log.warning("Telegram cannot be used for %.0f s yet", wait)
        except TelegramError as error:
            if wrong := _mistake(error, account):
                # from None: the library's own sentence has the token in it.
                raise SettingsError(wrong) from None
            log.warning("Telegram cannot be reached: %s", quote(error.message))
        else:
            return
        await asyncio.sleep(wait)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


def _mistake(error: TelegramError, account: TelegramAccount) -> str:
    """What the operator has set wrong, if that is why Telegram refuses."""
    match error:
        case InvalidToken() if not is_garbled(error):
            return "TELEGRAM_BOT_TOKEN: Telegram does not accept it"
        case InvalidToken() if account.api_url:
            return "TELEGRAM_API_URL: what answers there is no Bot API server"
        case BadRequest() if not is_garbled(error) and account.webhook:
            return f"TELEGRAM_WEBHOOK_URL: Telegram refuses it: {quote(error.message)}"
        case _:
            return ""


@asynccontextmanager
async def listen(
    bot: RawBot,
    adapter: TelegramAdapter,
    account: TelegramAccount,
    intake: UpdateIntake,
    outages: Outages,
) -> AsyncGenerator[Awaitable[object]]:
    """Take updates in while the block runs; what came before is not dropped.

    Gives what ends only with a defect.

    Raises:
        SettingsError: Telegram does not take the webhook.
    """
    # Beside the rest: a dozen requests, and nobody waits for a menu.
    helpers: list[asyncio.Task[Any]] = [
        asyncio.create_task(_publish_menu(bot, adapter), name="menu")
    ]
    try:
        await intake.resume()
        if account.webhook:
            await _call_us(bot, account, account.webhook)
            bringing: Coroutine[Any, Any, object] = _be_called(bot, intake, outages)
        else:
            await _insist(bot.delete_webhook, account)
            bringing = poll(bot, intake, _UPDATES, outages)
        listening = asyncio.create_task(bringing, name="listening")
        helpers.append(listening)
        yield listening
    finally:
        for helper in helpers:
            helper.cancel()
        await asyncio.wait(helpers)
        await intake.close(STOP_SECONDS)


async def _publish_menu(bot: RawBot, adapter: TelegramAdapter) -> None:
    await asyncio.sleep(MENU_PAUSE_SECONDS)
    await publish_menu(bot, adapter.catalog, sells=adapter.sells, areas=adapter.areas)


async def _be_called(bot: RawBot, intake: UpdateIntake, outages: Outages) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_watch(bot, outages))
        group.create_task(intake.follow())


async def _watch(bot: RawBot, outages: Outages) -> None:
    """Ask from time to time whether Telegram is there: who waits for its calls does not notice."""
    while True:
        try:
            await bot.get_me()
        except TelegramError:
            outages.fails(NAME)
        else:
            outages.works(NAME)
        await asyncio.sleep(_LOOK_SECONDS)


async def _call_us(bot: RawBot, account: TelegramAccount, webhook: Webhook) -> None:
    secret = webhook.secret.get_secret_value()

    async def call() -> None:
        await bot.set_webhook(webhook.url, allowed_updates=_UPDATES, secret_token=secret)

    await _insist(call, account)
