"""The scene with a Discord that has its limits."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from journal import name_in
from scene import Scene, open_stage, until_posted
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle
from simcord.enums import InteractionType

from tests.fakes.discord.people import raw_channel
from tests.fakes.discord.server import DiscordServer
from tests.fakes.discord.wire import DiscordCall, Json

# The library takes an answer that comes back within microseconds for one to an earlier heartbeat.
_EXCUSED = "Can't keep up"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordScene(Scene):
    """Where bots are started, between Discord and the gateway."""

    discord: DiscordServer
    guild: GuildHandle

    def person(self, name: str) -> MemberActor:
        """Somebody new in the server."""
        return self.guild.add_member(self.discord.world.create_user(name))

    def command(
        self, who: MemberActor, channel: ChannelHandle, name: str, prompt: str = ""
    ) -> int:
        """Let somebody give a command, also before it is published; gives the interaction."""
        options: list[Json] = [{"name": "prompt", "type": 3, "value": prompt}] if prompt else []
        data: Json = {"id": "1", "name": name, "type": 1, "options": options}
        where = raw_channel(self.discord.world, channel)
        where.interact(who, InteractionType.APPLICATION_COMMAND, data)
        return max(self.discord.asked)

    async def until_connected(self, before: int) -> None:
        """Wait for one more session than there were before."""
        await self.discord.until(lambda: self.discord.gateway.identified > before)

    async def until_taken(self, streams: Iterable[str], seconds: float) -> None:
        """Wait until Discord has the videos of all these streams."""
        await until_posted(self._posts, streams, seconds)

    def late(self, stream: str) -> float:
        """How many seconds after the end of a stream its video was in the channel."""
        return self._posts()[stream] - self.journal.ended[stream]

    def waits(self, interactions: Iterable[int]) -> list[float]:
        """How many seconds each of them waited for its acknowledgment."""
        answered: dict[int, float] = {}
        for call in reversed(self.discord.called("POST /interactions/*/callback")):
            answered[int(call.parts[1])] = call.at
        return [answered.get(each, inf) - self.discord.asked[each] for each in interactions]

    def gaps(self, channel: ChannelHandle) -> list[float]:
        """The seconds between writes to the same message that shows progress."""
        times: dict[str, list[float]] = defaultdict(list)
        for call in self.writes(channel):
            if call.method == "PATCH" and call.status == 200:
                times[call.parts[3]].append(call.at)
        return [late - soon for each in times.values() for soon, late in pairwise(each)]

    def writes(self, channel: ChannelHandle) -> list[DiscordCall]:
        """Everything that the bot wanted to write into a channel, refused or not."""
        return self.discord.called(f"* /channels/{channel.id}/messages*")

    def _posts(self) -> dict[str, float]:
        posts = self.discord.called("POST /channels/*/messages")
        return {
            name_in(call.body["content"]): call.at
            for call in posts
            if call.files and call.status == 200
        }


@asynccontextmanager
async def open_scene(stream_seconds: float, concurrency: int = 8) -> AsyncGenerator[DiscordScene]:
    """Serve Discord and the gateway."""
    async with (
        open_stage(stream_seconds) as (root, journal, folder),
        DiscordServer() as discord,
    ):
        scene = DiscordScene(
            root=root,
            journal=journal,
            folder=folder,
            variables={"DISCORD_BOT_TOKEN": discord.token, "DISCORD_API_URL": discord.api},
            excused=_EXCUSED,
            discord=discord,
            guild=discord.world.create_guild("Bench"),
        )
        scene.write_catalog(concurrency)
        yield scene
