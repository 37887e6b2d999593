"""The clocks of Discord: 15 minutes for a token, an hour for edits; in virtual time."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import discord
import pytest
import simcord
from discord import app_commands
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle

from bots.discord.conversation import NAME, DiscordPlatform
from core.platform import ConversationRef, MediaPost, MessageLostError, MessageRef, View
from tests.fakes.discord.deferring_bot import RUNNING, asset

MIB = 1 << 20
DONE = View(text="Done")


class CommandBot(discord.Client):
    """Knows one command, which it defers, for one person or for all."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True, guild_messages=True))
        self.tree = app_commands.CommandTree(self)
        self.tree.command(name="video", description="-")(self.defer)
        self.platform = DiscordPlatform(self)
        self.noted: discord.Interaction[discord.Client] | None = None

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def defer(self, interaction: discord.Interaction, private: bool) -> None:  # noqa: FBT001 - an option
        """Do what the adapter does."""
        await interaction.response.defer(ephemeral=private, thinking=True)
        self.platform.note(interaction)
        self.noted = interaction


@dataclass(frozen=True, slots=True)
class VirtualTimeServer:
    """A server in virtual time."""

    env: simcord.Env
    bot: CommandBot
    guild: GuildHandle
    channel: ChannelHandle
    ann: MemberActor

    def place(self, *, private: bool) -> ConversationRef:
        return ConversationRef(
            platform=NAME,
            chat=str(self.guild.id),
            thread=str(self.channel.id),
            person=str(self.ann.id) if private else "",
            owner=str(self.ann.id),
        )

    async def command(self, *, private: bool) -> MessageRef:
        await self.ann.slash(self.channel, "video", private=private)
        assert self.bot.noted
        ref, token = self.place(private=private), self.bot.noted.token
        return MessageRef(conversation=ref, id=str(self.bot.noted.id), access=token)

    def texts(self) -> list[str]:
        shown = self.channel.history(viewer=self.ann)
        return [message.content for message in shown]

    def direct(self) -> list[discord.Message]:
        return self.ann.user.dm_channel.history()

    def requests(self, method: str) -> int:
        return sum(request.method == method for request in self.env.http_requests)


@asynccontextmanager
async def clocked() -> AsyncGenerator[VirtualTimeServer]:
    # No fixture: its end has another context than its start, which simcord does not like.
    bot = CommandBot()
    async with simcord.run(bot) as env:
        guild = env.create_guild()
        ann = guild.add_member(env.create_user("ann"))
        yield VirtualTimeServer(env, bot, guild, guild.create_text_channel("videos"), ann)


async def test_a_private_status_moves_once_into_a_direct_message() -> None:
    async with clocked() as here:
        command = await here.command(private=True)
        conversation = here.bot.platform.conversation(command.conversation)
        status = await conversation.send(RUNNING, replying=command)

        await here.env.advance_time(13 * 60)
        await conversation.edit(status, View(text="Rendering 90%"))
        await here.env.advance_time(90)
        asked = here.requests("PATCH")
        with pytest.raises(MessageLostError):
            await conversation.edit(status, DONE)
        told = await conversation.send(DONE)
        await conversation.edit(told, View(text="Told"))

        assert here.texts() == ["Rendering 90%"]
        assert [message.content for message in here.direct()] == ["Told"]
        assert here.requests("PATCH") == asked + 1


async def test_a_private_video_of_a_long_job_comes_by_direct_message(tmp_path: Path) -> None:
    async with clocked() as here:
        command = await here.command(private=True)
        conversation = here.bot.platform.conversation(command.conversation)
        status = await conversation.send(RUNNING, replying=command)
        post = MediaPost(key="k", assets=(asset(tmp_path, 1, 9),), view=DONE, replying=command)
        await here.env.advance_time(15 * 60)

        await conversation.deliver(post, replacing=None)
        await conversation.deliver(post, replacing=status)

        assert [len(message.attachments) for message in here.direct()] == [1, 1]
        assert here.texts() == ["Rendering 10%"]


async def test_a_public_status_is_edited_for_an_hour() -> None:
    async with clocked() as here:
        command = await here.command(private=False)
        conversation = here.bot.platform.conversation(command.conversation)
        status = await conversation.send(RUNNING, replying=command)

        await here.env.advance_time(59 * 60)
        await conversation.edit(status, DONE)
        await here.env.advance_time(2 * 60)
        with pytest.raises(MessageLostError):
            await conversation.edit(status, RUNNING)

        assert here.texts() == ["Done"]


async def test_a_public_status_is_reached_by_its_token_as_long_as_that_lives() -> None:
    async with clocked() as here:
        command = await here.command(private=False)
        conversation = here.bot.platform.conversation(command.conversation)
        status = await conversation.send(RUNNING, replying=command)
        reached = [conversation.reached(status)]
        await here.env.advance_time(15 * 60)
        reached.append(conversation.reached(status))
        await conversation.edit(reached[1], DONE)

        assert [bool(each.access) for each in reached] == [True, False]
        assert not conversation.reached(command).access
        assert here.texts() == ["Done"]


async def test_a_late_answer_to_a_command_is_a_message_of_its_own() -> None:
    async with clocked() as here:
        command = await here.command(private=False)
        conversation = here.bot.platform.conversation(command.conversation)
        await here.env.advance_time(15 * 60)

        await conversation.send(DONE, replying=command)

        assert here.texts()[-1] == "Done"
        assert not here.direct()


async def test_what_a_user_may_upload_counts_as_long_as_the_token() -> None:
    async with clocked() as here:
        command = await here.command(private=True)
        conversation = here.bot.platform.conversation(command.conversation)
        assert conversation.limits.upload_bytes == 25 * MIB

        await here.env.advance_time(15 * 60)

        assert conversation.limits.upload_bytes == 10 * MIB


async def test_interactions_are_forgotten_when_they_cannot_be_answered() -> None:
    async with clocked() as here:
        early = await here.command(private=False)
        await here.env.advance_time(15 * 60)
        late = await here.command(private=False)

        taken = [here.bot.platform.interactions.take(command) for command in (early, late, late)]

        assert [interaction is not None for interaction in taken] == [False, True, False]
