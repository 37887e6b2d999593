"""A Discord for bots that run in processes of their own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.builders import ChannelHandle

from tests.fakes.discord.server import DiscordServer
from tests.fakes.discord.wire import Json


@dataclass(slots=True, kw_only=True)
class DiscordProcess:
    """A server with a channel and a person, for a bot in a process of its own."""

    server: DiscordServer
    channel: ChannelHandle
    ada: MemberActor

    @property
    def variables(self) -> dict[str, str]:
        return {"DISCORD_BOT_TOKEN": self.server.token, "DISCORD_API_URL": self.server.api}

    async def until_listening(self) -> None:
        await self.server.until(lambda: self.server.gateway.identified)
        await self.server.until(
            lambda: [c for c in self.server.called("PUT /applications/*") if c.status]
        )

    def shown(self) -> list[Json]:
        """All that stands in the channel."""
        backend = self.server.world.backend
        found = backend.messages[self.channel.id].values()
        return [dict(serializers.message_payload(backend, message)) for message in found]

    async def until_shown(self, text: str) -> None:
        await self.server.until(lambda: self.shows(text))

    def shows(self, text: str) -> bool:
        return any(text in message["content"] for message in self.shown())


@asynccontextmanager
async def discord_process() -> AsyncGenerator[DiscordProcess]:
    """Run it while the block runs."""
    async with DiscordServer() as server:
        guild = server.world.create_guild("Films")
        channel = guild.create_text_channel("clips")
        ada = guild.add_member(server.world.create_user("ada"))
        yield DiscordProcess(server=server, channel=channel, ada=ada)
