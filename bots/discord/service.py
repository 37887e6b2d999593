"""Discord as one of the platforms that are served."""

import logging
from collections.abc import Collection

import discord

from bots.discord.adapter import DiscordAdapter
from bots.discord.clock import DiscordClock
from bots.discord.connection import DiscordAccount, connect, listen
from bots.discord.conversation import DiscordPlatform
from bots.discord.ids import NAME
from bots.discord.menu import Menu
from bots.runtime import Runtime
from core.people.sessions import Area
from core.settings import Settings

log = logging.getLogger(__name__)


async def serve(runtime: Runtime) -> None:
    """Connect and serve until Discord rejects the bot for good; listen while that is up to us.

    May be called again when it has raised: jobs then go on over the new connection.

    Raises:
        OperatorError: Discord does not take the token.
    """
    account = _account(runtime.settings, runtime.engine.services.sessions.areas)
    client = await runtime.lines.enter_async_context(connect(account))
    platform = await _platform(runtime, client, account.clock)
    adapter = DiscordAdapter(runtime.engine, platform, runtime.locale)

    async def take_events() -> None:
        log.info("listening as %s on Discord", client.user)
        await listen(client, adapter, account, runtime.outages)

    await runtime.listening.listen(NAME, take_events, lambda: runtime.outages.works(NAME))


async def _platform(
    runtime: Runtime, client: discord.AutoShardedClient, clock: DiscordClock
) -> DiscordPlatform:
    known = runtime.engine.services.platforms.get(NAME)
    if isinstance(known, DiscordPlatform):
        known.client, known.interactions.clock = client, clock
        return known
    platform = DiscordPlatform(client, clock=clock)
    await runtime.engine.join(platform)
    return platform


def _account(settings: Settings, areas: Collection[Area]) -> DiscordAccount:
    if settings.discord_bot_token is None:
        raise TypeError("Discord is served only with a token")
    return DiscordAccount(
        token=settings.discord_bot_token,
        menu=Menu(guild_ids=settings.discord_guild_ids, areas=areas),
        api_url=settings.discord_api_url,
    )
