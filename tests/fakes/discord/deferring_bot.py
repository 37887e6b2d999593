"""A bot on the Discord stand-in that only defers, so that a test can answer in its place."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import discord
from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.builders import ChannelHandle, GuildHandle, UserHandle
from simcord.enums import InteractionType

from bots.discord.clock import DiscordClock
from bots.discord.conversation import NAME, DiscordConversation, DiscordPlatform
from bots.discord.tracing import watching
from core.media import Asset, MediaKind
from core.platform import Button, ConversationRef, MediaPost, MessageRef, View
from tests.fakes.discord.people import Person, RawChannel, raw_channel
from tests.fakes.discord.server import TOKEN, DiscordServer, pointed_at
from tests.fakes.discord.wire import Json

PATIENCE_SECONDS = 90.0
CANCEL = Button(label="Cancel", command="cancel", given={"job": "7"})
RUNNING = View(text="Rendering 10%", buttons=(CANCEL,))


class DeferringClient(discord.Client):
    """Defers every interaction, and keeps it."""

    def __init__(self) -> None:
        self.clock = DiscordClock()
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__(
            intents=intents,
            max_messages=None,
            max_ratelimit_timeout=30,
            guild_ready_timeout=0.05,
            http_trace=watching(self.clock),
        )
        self.platform = DiscordPlatform(self, clock=self.clock)
        self.ephemeral = False
        self.deferred: asyncio.Queue[discord.Interaction[discord.Client]] = asyncio.Queue()

    async def on_interaction(self, interaction: discord.Interaction[discord.Client]) -> None:
        """Do what the adapter does."""
        await interaction.response.defer(ephemeral=self.ephemeral, thinking=True)
        self.platform.note(interaction)
        self.deferred.put_nowait(interaction)


@dataclass(slots=True, kw_only=True)
class DeferringBotHarness:
    """A server with one channel, a person, and the bot.

    Attributes:
        folder: where the results lie.
        platform: what is tested; `forget` makes it that of a later process.
    """

    server: DiscordServer
    client: DeferringClient
    folder: Path
    guild: GuildHandle
    channel: ChannelHandle
    ann: MemberActor
    platform: DiscordPlatform = field(init=False)

    def __post_init__(self) -> None:
        self.platform = self.client.platform

    @property
    def user(self) -> UserHandle:
        return self.ann.user

    @property
    def public(self) -> ConversationRef:
        """The channel, for a job of Ann's."""
        return ConversationRef(
            platform=NAME,
            chat=str(self.guild.id),
            thread=str(self.channel.id),
            owner=str(self.ann.id),
        )

    @property
    def private(self) -> ConversationRef:
        """Ann's own view of the channel."""
        return ConversationRef(
            platform=NAME,
            chat=str(self.guild.id),
            thread=str(self.channel.id),
            person=str(self.ann.id),
        )

    def conversation(self, ref: ConversationRef | None = None) -> DiscordConversation:
        return self.platform.conversation(ref or self.public)

    def forget(self) -> None:
        """Be a later process."""
        self.platform = DiscordPlatform(self.client, clock=self.client.clock)

    async def command(
        self,
        ref: ConversationRef | None = None,
        *,
        where: RawChannel | None = None,
        user: Person | None = None,
        ephemeral: bool = False,
    ) -> MessageRef:
        """Let somebody give a command; gives it as soon as it is deferred."""
        self.client.ephemeral = ephemeral
        where = where or raw_channel(self.server.world, self.channel)
        data: Json = {"id": "1", "name": "video", "type": 1}
        where.interact(user or self.ann, InteractionType.APPLICATION_COMMAND, data)
        interaction = await asyncio.wait_for(self.client.deferred.get(), PATIENCE_SECONDS)
        return MessageRef(
            conversation=ref or self.public, id=str(interaction.id), access=interaction.token
        )

    def post(
        self,
        *,
        replying: MessageRef | None = None,
        count: int = 1,
        size_bytes: int = 10,
        spoiler: bool = False,
    ) -> MediaPost:
        """A finished job's."""
        return MediaPost(
            key=uuid4().hex,
            assets=tuple(asset(self.folder, n, size_bytes) for n in range(count)),
            view=View(text="Veo · 8 s"),
            replying=replying,
            spoiler=spoiler,
        )

    def messages(self, channel_id: int | str | None = None) -> list[Json]:
        """All that stands in a channel, oldest first, also what only one person sees."""
        backend = self.server.world.backend
        found = backend.messages[int(channel_id or self.channel.id)].values()
        return [dict(serializers.message_payload(backend, message)) for message in found]

    def direct(self) -> list[Json]:
        """What Ann was told directly."""
        return self.messages(self.user.dm_channel.id)

    def files(self, message: Json) -> list[bytes]:
        """The bytes of what is attached."""
        return [self.server.file(each["url"]) for each in message["attachments"]]


def place_in(chat: RawChannel, *, person: UserHandle) -> ConversationRef:
    """A group chat, where only the tokens of that person's own commands work."""
    return ConversationRef(platform=NAME, chat=str(chat.id), person=str(person.id))


def asset(folder: Path, number: int, size_bytes: int) -> Asset:
    """A result on our disk; that it is no video matters to nobody here."""
    path = folder / f"{number}.mp4"
    path.write_bytes(f"video {number}".encode().ljust(size_bytes, b"."))
    return Asset(
        kind=MediaKind.VIDEO,
        path=path,
        mime="video/mp4",
        size_bytes=size_bytes,
        width=16,
        height=9,
        seconds=8,
    )


@asynccontextmanager
async def deferring_bot(folder: Path) -> AsyncGenerator[DeferringBotHarness]:
    """Set it; the bot is there from the start."""
    async with DiscordServer() as server:
        guild = server.world.create_guild("Films")
        channel = guild.create_text_channel("videos")
        ann = guild.add_member(server.world.create_user("ann"))
        with pointed_at(server):
            async with DeferringClient() as client:
                running = asyncio.create_task(client.start(TOKEN))
                await client.wait_until_ready()
                yield DeferringBotHarness(
                    server=server,
                    client=client,
                    folder=folder,
                    guild=guild,
                    channel=channel,
                    ann=ann,
                )
                await client.close()
                await running
