"""The connection to Discord: logged in, then events over the gateway for as long as it lasts."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import discord
import httpx
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route
from pydantic import SecretStr

from bots.discord.adapter import DiscordAdapter
from bots.discord.clock import DiscordClock
from bots.discord.errors import meaning
from bots.discord.ids import NAME
from bots.discord.menu import Menu
from bots.discord.responses import TROUBLE
from bots.discord.tracing import watching
from bots.discord.unreadable import skip_unreadable
from bots.outages import Outages
from core.errors import SettingsError
from core.platform import SlowDownError
from core.public_http import proxy_for

log = logging.getLogger(__name__)

_LONGEST_PAUSE_SECONDS = 30.0
# The library sits out shorter limits by itself; a longer one is ours to obey.
_LONGEST_LIMIT_SECONDS = 30.0
# All of the program has 5 s to leave, and jobs need most of them.
_STOP_SECONDS = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordAccount:
    """How the bot reaches Discord.

    Attributes:
        api_url: the root of a proxy for Discord's REST API, with its version.
        clock: what time it is there.
    """

    token: SecretStr
    menu: Menu
    api_url: str | None = None
    clock: DiscordClock = field(default_factory=DiscordClock)


@asynccontextmanager
async def connect(account: DiscordAccount) -> AsyncGenerator[discord.AutoShardedClient]:
    """Log in; waits as long as Discord cannot be reached.

    Raises:
        SettingsError: Discord does not accept the token.
    """
    if account.api_url:
        Route.BASE = account.api_url.rstrip("/")
    client = await _log_in(account)
    try:
        yield client
    finally:
        await client.close()


async def _log_in(account: DiscordAccount) -> discord.AutoShardedClient:
    pause = 1.0
    while True:
        client = _build(account.clock)
        try:
            await client.login(account.token.get_secret_value())
        except discord.LoginFailure:
            await client.close()
            raise SettingsError("DISCORD_BOT_TOKEN: Discord does not accept it") from None
        except TROUBLE as error:
            await client.close()
            log.warning("Discord cannot be reached: %s", error or type(error).__name__)
            wait = max(pause, _told(error))
        except asyncio.CancelledError:
            await client.close()
            raise
        else:
            return client
        await asyncio.sleep(wait)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


def _told(error: Exception) -> float:
    """For how many seconds Discord wants to be left alone; 0 where it does not say."""
    # What stands in the way of the gateway's address is the cause of another error.
    cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
    told = meaning(cause)
    return told.retry_after if isinstance(told, SlowDownError) else 0.0


def _build(clock: DiscordClock) -> discord.AutoShardedClient:
    # Nobody speaks here, so nobody needs to hear that the parts for it are missing.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    # None of these needs Discord's approval; what names the bot comes without more.
    intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
    client = discord.AutoShardedClient(
        intents=intents,
        allowed_mentions=discord.AllowedMentions.none(),
        chunk_guilds_at_startup=False,
        member_cache_flags=discord.MemberCacheFlags.none(),
        max_messages=None,
        max_ratelimit_timeout=_LONGEST_LIMIT_SECONDS,
        http_trace=watching(clock),
        # The library itself does not look for one.
        proxy=proxy_for(httpx.URL(Route.BASE)),
    )
    skip_unreadable(client)
    return client


async def listen(
    client: discord.AutoShardedClient,
    adapter: DiscordAdapter,
    account: DiscordAccount,
    outages: Outages,
) -> None:
    """Take events in until it is cancelled, or Discord ends the connection for good."""
    adapter.attach(client)
    _watch(client, outages)
    menu = asyncio.create_task(account.menu.keep(client, adapter.catalog), name="discord-menu")
    try:
        await _stay(client, account)
        outages.fails(NAME)
    finally:
        menu.cancel()
        await asyncio.wait([menu])
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                await _hang_up(client)


def _watch(client: discord.AutoShardedClient, outages: Outages) -> None:
    """Take note of when the gateway is there."""

    async def on_connect() -> None:
        outages.works(NAME)

    async def on_resumed() -> None:
        outages.works(NAME)

    async def on_disconnect() -> None:
        outages.fails(NAME)

    for listener in (on_connect, on_resumed, on_disconnect):
        client.event(listener)


async def _stay(client: discord.AutoShardedClient, account: DiscordAccount) -> None:
    """Stay connected; the library reconnects by itself.

    Raises:
        Exception: it broke over something; then the client is closed.
    """
    pause = 1.0
    while True:
        try:
            if account.api_url:
                await _stay_behind_proxy(client)
            await client.connect()
        except (discord.ConnectionClosed, discord.PrivilegedIntentsRequired) as error:
            log.error("Discord has ended the connection for good: %s", error)  # noqa: TRY400 - the sentence says it all
            return
        except TROUBLE as error:
            if client.is_closed():
                raise  # the library has given it up
            log.warning("Discord cannot be reached: %s", error or type(error).__name__)
            wait = max(pause, _told(error))
        else:
            return
        await asyncio.sleep(wait)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


async def _stay_behind_proxy(client: discord.AutoShardedClient) -> None:
    """Let a session that was declared invalid begin anew where the proxy says.

    The library would go to Discord's own address then, whatever it was told at first.
    """
    _, url, _ = await client.http.get_bot_gateway()
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)


async def _hang_up(client: discord.AutoShardedClient) -> None:
    """Take no more events in; jobs may go on writing."""
    for shard in client.shards.values():
        await shard.disconnect()
