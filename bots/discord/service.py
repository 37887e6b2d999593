"""Discord as one of the platforms that are served."""

import logging

import discord

from bots.discord.adapter import DiscordAdapter
from bots.discord.connection import DiscordAccount, connect, listen
from bots.discord.conversation import DiscordPlatform
from bots.discord.ids import NAME
from bots.discord.menu import Menu
from bots.runtime import Runtime
from core.settings import Settings

log = logging.getLogger(__name__)


async def serve(runtime: Runtime) -> None:
    """Connect and serve until Discord rejects the bot for good.

    May be called again when it has raised: jobs then go on over the new connection.

    Raises:
        OperatorError: Discord does not take the token.
    """
    account = _account(runtime.settings)
    client = await runtime.lines.enter_async_context(connect(account))
    platform = await _platform(runtime, client)
    log.info("listening as %s on Discord", client.user)
    adapter = DiscordAdapter(runtime.engine, platform, runtime.locale)
    await listen(client, adapter, account, runtime.outages)


async def _platform(runtime: Runtime, client: discord.AutoShardedClient) -> DiscordPlatform:
    known = runtime.engine.services.platforms.get(NAME)
    if isinstance(known, DiscordPlatform):
        known.client = client
        return known
    platform = DiscordPlatform(client)
    await runtime.engine.join(platform)
    return platform


def _account(settings: Settings) -> DiscordAccount:
    if settings.discord_bot_token is None:
        raise TypeError("Discord is served only with a token")
    return DiscordAccount(
        token=settings.discord_bot_token,
        menu=Menu(guild_ids=settings.discord_guild_ids),
        api_url=settings.discord_api_url,
    )
