"""The gateway of the Discord stand-in: sessions that hear what happens, over websockets."""

import asyncio
import json
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any

import discord
from aiohttp import web
from simcord.backend import serializers
from simcord.gateway import FakeGateway
from simcord.intents import missing_privileged_intents

from tests.fakes.change_signal import ChangeSignal
from tests.fakes.discord.wire import Json
from tests.fakes.discord.world import DiscordWorld

RECONNECT, INVALID, HELLO, ACK = 7, 9, 10, 11
BAD_TOKEN, BAD_INTENTS = 4004, 4014


class GatewaySession:
    """All that one shard was told; it goes on while the shard is not connected.

    Attributes:
        told: the frames, oldest first.
    """

    def __init__(self, world: DiscordWorld, name: str, identity: Json) -> None:
        self.name = name
        self.intents = discord.Intents.none()
        self.intents.value = identity["intents"]
        self.shard, self.shards = identity.get("shard") or (0, 1)
        self.parsers = _Recorders(self.note)
        self.feed = FakeGateway(world.backend, self).feed
        self.told: list[str] = []
        self._grown = ChangeSignal()

    def note(self, event: str, payload: Json) -> None:
        """Tell the shard, now or when it is back."""
        number = len(self.told) + 1
        self.told.append(json.dumps({"op": 0, "t": event, "s": number, "d": payload}))
        self._grown.notify()

    def concerns(self, event: str, payload: Mapping[str, Any]) -> bool:
        """Whether an event is for this shard."""
        guild_id = payload.get("guild_id") or (event.startswith("GUILD_") and payload.get("id"))
        return (int(guild_id or 0) >> 22) % self.shards == self.shard

    async def frame(self, position: int) -> str:
        """Give what came at that position; wait for it."""
        await self._grown.until(lambda: len(self.told) > position, None)
        return self.told[position]


class _Recorders(dict[str, Callable[[Json], None]]):
    """Where simcord expects the parsers of a client: one for every event."""

    def __init__(self, note: Callable[[str, Json], None]) -> None:
        self._note = note

    def __missing__(self, event: str) -> Callable[[Json], None]:
        return partial(self._note, event)


class GatewayConnection:
    """One connection."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._socket = socket
        self._request = request
        zipped = request.query.get("compress") == "zlib-stream"
        self._zip = zlib.compressobj() if zipped else None
        self._playing: asyncio.Task[None] | None = None

    async def send(self, text: str) -> None:
        """Write one frame; one stream of zlib runs through all of them."""
        if self._zip is None:
            await self._socket.send_str(text)
            return
        zipped = self._zip.compress(text.encode()) + self._zip.flush(zlib.Z_SYNC_FLUSH)
        await self._socket.send_bytes(zipped)

    async def order(self, op: int, data: object = None) -> None:
        """Write one that is no event."""
        with suppress(ConnectionError):
            await self.send(json.dumps({"op": op, "d": data}))

    def follow(self, session: GatewaySession, position: int) -> None:
        """Tell all that the session has had since then, and will have."""
        self._playing = asyncio.create_task(self._play(session, position))

    async def close(self, code: int) -> None:
        """Hang up politely."""
        await self._socket.close(code=code)

    def drop(self) -> None:
        """Hang up without a word."""
        if self._request.transport:
            self._request.transport.abort()

    async def leave(self) -> None:
        """Tell nothing more."""
        if self._playing:
            self._playing.cancel()
            await asyncio.wait([self._playing])

    async def _play(self, session: GatewaySession, position: int) -> None:
        with suppress(ConnectionError):
            for each in count(position):
                await self.send(await session.frame(each))


class DiscordGateway:
    """All sessions and connections.

    Attributes:
        approved: privileged intents that the bot may ask for.
        identified, resumed, beats: how often that was asked.
        broken_greetings: how many of the next sessions begin with what no client can read.
    """

    def __init__(self, world: DiscordWorld, token: str, changed: ChangeSignal) -> None:
        self.url = ""
        self.sessions: dict[str, GatewaySession] = {}
        self.approved = discord.Intents.none()
        self.identified = self.resumed = self.beats = 0
        self.broken_greetings = 0
        self._world = world
        self._token = token
        self._changed = changed
        self._lines: list[GatewayConnection] = []
        self._numbers = count(1)
        world.backend.subscribers.append(self.broadcast)

    @property
    def connections(self) -> int:
        """How many shards are connected."""
        return len(self._lines)

    def broadcast(self, event: str, payload: Mapping[str, Any]) -> None:
        """Tell everybody whom it concerns and who asked for such events."""
        told = self._world.tell(event, payload)
        for session in self.sessions.values() if told is not None else ():
            if session.concerns(event, payload):
                session.feed(event, told or {})
        self._changed.notify()

    def repeat(self, event: str) -> None:
        """Tell the last event of that kind once more, to the session of today."""
        frames = [json.loads(f) for each in self.sessions.values() for f in each.told]
        last = [frame["d"] for frame in frames if frame["t"] == event][-1]
        [*self.sessions.values()][-1].note(event, last)

    def say(self, event: str, payload: Json) -> None:
        """Tell the session of today something that did not happen."""
        [*self.sessions.values()][-1].note(event, payload)

    def drop(self) -> None:
        """Lose all connections; what happens now is told after a RESUME."""
        for line in self._lines:
            line.drop()

    async def reconnect(self) -> None:
        """Ask all to connect anew."""
        for line in self._lines:
            await line.order(RECONNECT)

    async def invalidate(self, *, resumable: bool) -> None:
        """Tell all that their session is invalid."""
        if not resumable:
            self.sessions.clear()
        for line in self._lines:
            await line.order(INVALID, resumable)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Answer one connection until it is over."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        line = GatewayConnection(socket, request)
        self._lines.append(line)
        await line.order(HELLO, {"heartbeat_interval": 41_250})
        try:
            async for message in socket:
                await self._take(line, json.loads(message.data))
                self._changed.notify()
        finally:
            self._lines.remove(line)
            self._changed.notify()
            await line.leave()
        return socket

    async def _take(self, line: GatewayConnection, frame: Json) -> None:
        match frame["op"]:
            case 1:  # HEARTBEAT
                self.beats += 1
                await line.order(ACK)
            case 2:  # IDENTIFY
                self.identified += 1
                await self._identify(line, frame["d"])
            case 6:  # RESUME
                self.resumed += 1
                await self._resume(line, frame["d"])
            case _:
                pass

    async def _identify(self, line: GatewayConnection, identity: Json) -> None:
        if identity["token"] != self._token:
            await line.close(BAD_TOKEN)
            return
        session = GatewaySession(self._world, f"session-{next(self._numbers)}", identity)
        if missing_privileged_intents(session.intents, self.approved):
            await line.close(BAD_INTENTS)
            return
        self._greet(session)
        self.sessions[session.name] = session
        line.follow(session, 0)

    async def _resume(self, line: GatewayConnection, wanted: Json) -> None:
        session = self.sessions.get(wanted["session_id"])
        if session is None or wanted["token"] != self._token:
            await line.order(INVALID, data=False)
            return
        session.note("RESUMED", {})
        line.follow(session, wanted["seq"] or 0)

    def _greet(self, session: GatewaySession) -> None:
        backend = self._world.backend
        members = [each for each in backend.guilds if each not in self._world.outside]
        guilds = [self._world.describe(each) for each in members]
        mine = [each for each in guilds if session.concerns("GUILD_CREATE", each)]
        ready = {
            "v": 10,
            "user": dict(serializers.user_payload(backend.bot_user)),
            "guilds": [{"id": each["id"], "unavailable": True} for each in mine],
            "session_id": session.name,
            "resume_gateway_url": self.url,
            "shard": [session.shard, session.shards],
            "application": {"id": str(backend.application_id), "flags": 0},
        }
        if self.broken_greetings:
            self.broken_greetings -= 1
            ready = {}
        session.note("READY", ready)
        for each in mine:
            session.feed("GUILD_CREATE", each)
