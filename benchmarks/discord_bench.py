"""The bench with a Discord that has its limits."""

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from math import inf
from pathlib import Path

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle
from simcord.enums import InteractionType

from benchmarks.bot_bench import HERE, BotBench, WriteAttempt, open_gateway
from benchmarks.journal import Journal, name_in
from tests.fakes.discord.people import RawChannel
from tests.fakes.discord.server import DiscordServer, pointed_at
from tests.fakes.discord.wire import Json, interaction_of


class DiscordPoster:
    """See `BarePoster`. The library makes it wait for room, one edit after the other."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._shown: discord.Message | None = None

    async def send(self, place: int, text: str) -> None:
        self._shown = await self._client.get_partial_messageable(place).send(text)

    async def edit(self, text: str) -> None:
        if self._shown:
            await self._shown.edit(content=text)

    async def post(self, place: int, caption: str) -> None:
        film = discord.File(BytesIO(b"a film"), "film.mp4")
        await self._client.get_partial_messageable(place).send(caption, file=film)


@dataclass(frozen=True, kw_only=True)
class DiscordBench(BotBench):
    """Where bots are started, between Discord and the gateway."""

    library = "discord.py"
    # The library takes an answer within microseconds for one to an earlier heartbeat.
    excused = "Can't keep up"
    keeps_commands = False

    discord: DiscordServer
    guild: GuildHandle
    people: dict[str, MemberActor] = field(default_factory=dict[str, MemberActor])

    @property
    def connections(self) -> int:
        return self.discord.gateway.identified

    @property
    def requests(self) -> int:
        return len(self.discord.calls)

    async def until_connected(self, before: int) -> None:
        await self.discord.until(lambda: self.connections > before)

    def open_place(self, name: str, *, shared: bool = False) -> int:
        """See `BotBench`. A channel is for everybody."""
        del shared
        return self.guild.create_text_channel(name).id

    def command(self, place: int, name: str, prompt: str = "", *, who: str = "ann") -> int:
        """See `BotBench`; it may be given before it is published. The id is the interaction's."""
        options: list[Json] = [{"name": "prompt", "type": 3, "value": prompt}] if prompt else []
        data: Json = {"id": "1", "name": name, "type": 1, "options": options}
        world = self.discord.world
        channel = RawChannel(world, world.backend.get_channel(place))
        channel.interact(self._person(who), InteractionType.APPLICATION_COMMAND, data)
        return max(self.discord.asked)

    def _person(self, who: str) -> MemberActor:
        if who not in self.people:
            self.people[who] = self.guild.add_member(self.discord.world.create_user(who))
        return self.people[who]

    async def answered(self, command: int) -> float:
        calls = await self.discord.until(
            lambda: self.discord.called(f"POST /interactions/{command}/*")
        )
        return calls[0].at

    def waits(self, commands: Iterable[int]) -> list[float]:
        """How many seconds each of them waited for its acknowledgment."""
        answered: dict[int, float] = {}
        for call in reversed(self.discord.called("POST /interactions/*/callback")):
            answered[int(call.parts[1])] = call.at
        return [answered.get(each, inf) - self.discord.asked[each] for each in commands]

    async def say(self, place: int, line: str, *, who: str) -> None:
        """Let somebody say something to the bot by its name."""
        world = self.discord.world
        bot, channel = world.backend.bot_user.id, world.backend.get_channel(place)
        here = ChannelHandle(world, self.guild, channel)
        await self._person(who).send(here, f"<@{bot}> {line}")

    def writes(self, place: int) -> Sequence[WriteAttempt]:
        """See `BotBench`; by the bot's own token, and by those of interactions."""
        here, backend = f"/channels/{place}/messages", self.discord.world.backend
        found = list[WriteAttempt]()
        for call in self.discord.called("* /*"):
            record = interaction_of(call, backend) if call.parts[0] == "webhooks" else None
            if not call.path.startswith(here) and (record is None or record.channel_id != place):
                continue
            # What fills "thinking…" changes nothing that there was to read.
            is_edit = call.method == "PATCH" and call.parts[-1] != "@original"
            found.append(
                WriteAttempt(
                    at=call.at,
                    status=call.status,
                    edited=call.parts[-1] if is_edit else "",
                    text=str(call.body.get("content", "")),
                )
            )
        return found

    def posted(self) -> Mapping[str, float]:
        posts = self.discord.called("POST /channels/*/messages")
        return {
            name_in(call.body["content"]): call.at
            for call in posts
            if call.files and call.status == 200
        }

    @asynccontextmanager
    async def bare_posters(self) -> AsyncGenerator[Callable[[], DiscordPoster]]:
        with pointed_at(self.discord):
            async with discord.Client(intents=discord.Intents.none()) as client:
                await client.login(self.discord.token)
                yield lambda: DiscordPoster(client)


@asynccontextmanager
async def open_discord_bench(
    stream_seconds: float, concurrency: int = 8
) -> AsyncGenerator[DiscordBench]:
    """Serve Discord and the gateway."""
    async with (
        open_gateway(stream_seconds) as (root, journal, folder),
        discord_bench_at(root, journal, folder) as bench,
    ):
        bench.write_catalog(concurrency)
        yield bench


@asynccontextmanager
async def discord_bench_at(
    root: str, journal: Journal, folder: Path
) -> AsyncGenerator[DiscordBench]:
    """Serve Discord before a gateway that is there already; the catalog is still to be written."""
    async with DiscordServer() as server:
        bare = str(HERE / "bare_discord.py")
        yield DiscordBench(
            root=root,
            journal=journal,
            folder=folder,
            variables={"DISCORD_BOT_TOKEN": server.token, "DISCORD_API_URL": server.api},
            bare=(bare, server.token, server.api, server.gateway.url),
            discord=server,
            guild=server.world.create_guild("Bench"),
        )
