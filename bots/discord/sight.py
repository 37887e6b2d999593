"""Who sees a channel: asked of Discord, which by itself tells a bot of none of its members."""

from typing import TYPE_CHECKING, cast

import discord

if TYPE_CHECKING:
    from discord.abc import GuildChannel


async def sees(client: discord.Client, user: int, server: int, channel: int) -> bool:
    """Whether somebody is in a server, and sees that channel or thread of it.

    Raises:
        discord.DiscordException: Discord does not say so now.
    """
    try:
        guild = await client.fetch_guild(server, with_counts=False)
    except (discord.NotFound, discord.Forbidden):
        # The bot is no member there itself: somebody has brought it along.
        return True
    try:
        member = await guild.fetch_member(user)
    except discord.NotFound:
        return False
    try:
        place = await guild.fetch_channel(channel)
        is_thread = isinstance(place, discord.Thread)
        around = await guild.fetch_channel(place.parent_id) if is_thread else place
    except (discord.NotFound, discord.Forbidden):
        # It is gone, or hidden from the bot as well: what is written there finds that out.
        return True
    may = cast("GuildChannel", around).permissions_for(member)
    if not isinstance(place, discord.Thread) or not place.is_private() or may.manage_threads:
        return may.view_channel
    return may.view_channel and await _is_in(place, member)


async def _is_in(thread: discord.Thread, member: discord.Member) -> bool:
    try:
        await thread.fetch_member(member.id)
    except discord.NotFound:
        return False
    return True
