"""Channels that somebody chooses: what Discord allows there, and how it names them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bots.discord.conversation import NAME
from bots.discord.incoming import GivenCommand
from bots.discord.keyboard import THREADS
from bots.discord.payloads import Channel
from core.commands import Command
from core.errors import UserError
from core.invocation import Place
from core.platform import ConversationRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A place that was chosen, or why nothing may be brought there."""

    place: Place | None = None
    objection: UserError | None = None


def chosen(
    interaction: discord.Interaction, channel_id: str, channels: Mapping[str, Channel]
) -> Choice:
    """The channel of that id, as a command knows it."""
    objection = server_objection(interaction) or _objection(
        interaction, channel_id, channels.get(channel_id)
    )
    if objection:
        return Choice(objection=objection)
    guild = str(interaction.guild_id)
    return Choice(
        place=Place(
            conversation=ConversationRef(platform=NAME, chat=guild, thread=channel_id),
            name=f"<#{channel_id}>",
            by=interaction.user.mention,
        )
    )


def brought(
    interaction: discord.Interaction, command: Command[Any] | None, typed: GivenCommand
) -> Choice:
    """What a command says of where it brings something, if it does that at all."""
    if command is None or not command.place:
        return Choice()
    if channel_id := typed.given.get(command.place):
        return chosen(interaction, channel_id, typed.channels)
    return Choice(objection=server_objection(interaction))


def server_objection(interaction: discord.Interaction) -> UserError | None:
    """Only where the bot is a member has it channels to post to."""
    if interaction.guild_id is None or interaction.guild is None:
        return UserError("share-server-only")
    if interaction.is_user_integration() and not interaction.is_guild_integration():
        return UserError("share-server-only")
    return None


def _objection(
    interaction: discord.Interaction, channel_id: str, told: Channel | None
) -> UserError | None:
    """Both have to be allowed to post a video there by themselves."""
    if told is None or not _may_post(discord.Permissions(told.permissions), told.type):
        return UserError("share-not-you")
    guild = interaction.guild
    channel = guild.get_channel_or_thread(int(channel_id)) if guild else None
    # A thread that the bot does not know yet refuses by itself, where it does.
    if guild and channel and not _may_post(channel.permissions_for(guild.me), told.type):
        return UserError("share-not-me")
    return None


def _may_post(may: discord.Permissions, channel_type: int) -> bool:
    threads = {kind.value for kind in THREADS}
    speaks = may.send_messages_in_threads if channel_type in threads else may.send_messages
    return may.view_channel and speaks and may.attach_files
