"""The bot in this loop, between a Discord stand-in and a gateway on this machine."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

from PIL import Image
from pydantic import SecretStr
from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.builders import ChannelHandle, GuildHandle
from simcord.results import InteractionResult, ResponseMessage

from bots.discord.adapter import DiscordAdapter
from bots.discord.connection import DiscordAccount, connect, listen
from bots.discord.conversation import NAME, DiscordPlatform
from bots.discord.limits import LIMITS
from bots.discord.menu import Menu
from core.commands import COMMANDS, Commands
from core.engine.engine import Engine
from core.i18n import Locale
from core.jobs import Job
from core.platform import ConversationRef, User
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.discord.limits import DiscordPace
from tests.fakes.discord.server import TOKEN, DiscordServer, pointed_at
from tests.fakes.discord.wire import Json
from tests.fakes.engine_harness import EngineHarness, stored_when
from tests.fakes.manual_gateway import ManualGateway, open_gateway
from tests.fakes.movies import make_movie
from tests.fakes.noted_outages import NotedOutages

EPHEMERAL = 64
# Less time, for the bot as for the stand-in: the window is counted as ever, and nobody waits five
# seconds for it. A shorter one would not be told to the next process.
HURRIED_PACE = DiscordPace(writes=LIMITS.writes, seconds=2.0)
HURRIED = replace(LIMITS, window_seconds=2.05)
PUBLISHED = "PUT /applications/*/commands"


@dataclass(slots=True, kw_only=True)
class DiscordBotHarness:
    """Where bots are started, one after the other, on one database and one Discord."""

    server: DiscordServer
    harness: EngineHarness
    guild: GuildHandle
    channel: ChannelHandle
    ada: MemberActor
    commands: Commands = field(default_factory=lambda: COMMANDS)
    hurried: bool = True
    outages: NotedOutages = field(default_factory=NotedOutages)

    def __post_init__(self) -> None:
        if self.hurried:
            self.server.pace = HURRIED_PACE

    @property
    def account(self) -> DiscordAccount:
        return DiscordAccount(token=SecretStr(TOKEN), menu=Menu())

    @property
    def place(self) -> ConversationRef:
        """The channel, as jobs know it."""
        chat, thread = str(self.guild.id), str(self.channel.id)
        return ConversationRef(platform=NAME, chat=chat, thread=thread)

    def person(self, member: MemberActor) -> User:
        """Somebody, as jobs know them."""
        return User(platform=NAME, id=str(member.id))

    def thread(self) -> ChannelHandle:
        """A new thread in the channel."""
        backend = self.server.world.backend
        made = backend.create_thread(self.channel.id, "Talk", owner_id=self.ada.id)
        return ChannelHandle(self.server.world, self.guild, made)

    @asynccontextmanager
    async def bot(self, account: DiscordAccount | None = None) -> AsyncGenerator[Engine]:
        """A process's worth of bot; leaving it is an orderly stop."""
        account, known = account or self.account, self.server.gateway.identified
        async with connect(account) as client:
            platform = DiscordPlatform(client, HURRIED if self.hurried else LIMITS, account.clock)
            self.harness.platforms = {NAME: platform}
            async with self.harness.engine() as engine:
                adapter = DiscordAdapter(engine, platform, Locale.EN, self.commands)
                await account.menu.publish(client, self.harness.catalog)
                listening = asyncio.create_task(listen(client, adapter, account, self.outages))
                await self.server.until(lambda: self.server.gateway.identified > known)
                yield engine
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening

    @property
    def bot_id(self) -> int:
        return self.server.world.backend.bot_user.id

    def messages(self, channel_id: int | None = None) -> list[Json]:
        """What the bot has written in a channel, oldest first, also what only one person sees."""
        backend = self.server.world.backend
        found = backend.messages[channel_id or self.channel.id].values()
        told: list[Json] = [
            dict(serializers.message_payload(backend, message)) for message in found
        ]
        return [message for message in told if message["author"]["id"] == str(self.bot_id)]

    def shows(self, text: str, channel_id: int | None = None) -> Json | None:
        """The last message of the bot that has this text in it now."""
        found = [m for m in self.messages(channel_id) if text in m["content"]]
        return found[-1] if found else None

    async def until_shown(self, text: str, channel_id: int | None = None) -> Json:
        """Wait until a message of the bot has this text in it."""
        found = await self.server.until(lambda: self.shows(text, channel_id))
        assert found
        return found

    async def until_answered(self, result: InteractionResult) -> str:
        """What the bot has answered to an interaction."""
        await self.server.until(lambda: result.response and result.response.content)
        assert result.response
        return result.response.content

    def videos(self, channel_id: int | None = None) -> list[Json]:
        """The bot's messages with files."""
        return [message for message in self.messages(channel_id) if message["attachments"]]

    def message(self, told: Json) -> ResponseMessage:
        """A message as actors press on it."""
        backend = self.server.world.backend
        stored = backend.get_message(int(told["channel_id"]), int(told["id"]))
        return ResponseMessage(self.server.world, stored)

    async def job(self, engine: Engine) -> Job:
        """The only job there is, which is Ada's, when it is done."""
        # What only one person sees takes the place of its status message, which then says nothing.
        await self.server.until(self.videos)
        (job,) = await engine.jobs_of(self.person(self.ada))
        return await stored_when(engine, job.id, lambda row: row.told)


@asynccontextmanager
async def discord_bot(
    folder: Path, *, speed: float = 200, hurried: bool = True
) -> AsyncGenerator[DiscordBotHarness]:
    """Everything real; the gateway is fast."""
    options = SandboxOptions(state_dir=folder / "sandbox", speed=speed, short_side=96, fps=8)
    async with serve(options) as root, DiscordServer() as server:
        with pointed_at(server):
            yield _set(server, EngineHarness(folder=folder, root=root), hurried=hurried)


@asynccontextmanager
async def slow_discord_bot(
    folder: Path, *, hurried: bool = True
) -> AsyncGenerator[tuple[DiscordBotHarness, ManualGateway]]:
    """The same, where the gateway answers only when it is told to."""
    film = make_movie(folder / "film.mp4", 64, 64, 1.0).read_bytes()
    async with open_gateway(film) as gateway, DiscordServer() as server:
        with pointed_at(server):
            harness = EngineHarness(folder=folder, root=gateway.root)
            yield _set(server, harness, hurried=hurried), gateway


def _set(
    server: DiscordServer, harness: EngineHarness, *, hurried: bool = True
) -> DiscordBotHarness:
    guild = server.world.create_guild("Films")
    channel = guild.create_text_channel("clips")
    ada = guild.add_member(server.world.create_user("ada"))
    return DiscordBotHarness(
        server=server, harness=harness, guild=guild, channel=channel, ada=ada, hurried=hurried
    )


def picture(width: int = 64) -> bytes:
    """A small JPEG."""
    file = BytesIO()
    Image.new("RGB", (width, 48), "red").save(file, "JPEG")
    return file.getvalue()
