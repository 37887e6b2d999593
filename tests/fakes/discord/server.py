"""Discord on loopback, for the real client: the API, the gateway, the files and the people."""

import asyncio
import math
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any, Self, TypeVar

import discord
import yarl
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route
from simcord.backend import serializers
from simcord.backend.errors import BackendError
from simcord.http import router

from tests.fakes.change_signal import ChangeSignal
from tests.fakes.discord.app_commands import AppCommands
from tests.fakes.discord.faults import RequestFaults
from tests.fakes.discord.gateway import DiscordGateway
from tests.fakes.discord.limits import (
    DiscordPace,
    DiscordPacer,
    FloodError,
    bucket_of,
    check,
    nonce_of,
)
from tests.fakes.discord.wire import (
    DiscordCall,
    DiscordWrite,
    Json,
    interaction_of,
    read_call,
    reply,
    write_of,
)
from tests.fakes.discord.world import DiscordWorld

TOKEN = "stand-in.of.discord"  # noqa: S105 - opens nothing
HOST = "127.0.0.1"
LARGEST_BYTES = 1 << 30
NONCE_SECONDS = 300
PATIENCE_SECONDS = 90.0
OLD_EDIT_SECONDS = 60.0
UNAUTHORIZED = BackendError(401, 0, "401: Unauthorized")
UNKNOWN = (router.RouteNotImplemented, router.UnsupportedField, NotImplementedError, LookupError)
Seen = TypeVar("Seen")


class DiscordServer(RequestFaults):
    """The server. Patterns are like "POST /channels/*/messages" (method and path, fnmatch).

    Attributes:
        world: servers, channels and people; see simcord's Env.
        gateway: the connections of the bot.
        calls: every request, oldest first.
        writes: what came of them.
        commands: those of the app.
        stickers: their bytes, by paths like "stickers/1.png".
        violations: what the stand-in does not know; they fail at the end.
        pace: how often one channel can be written to; None means without end.
        old_edit_seconds: the pause that an edit of an old message is told.
        date: the `Date` of its answers; the right one where it is "".
        asked: when each interaction came, by the clock of the loop.
    """

    def __init__(self, token: str = TOKEN, *, shards: int = 1) -> None:
        super().__init__()
        self.token = token
        self.shards = shards
        self.url = ""
        self.world = DiscordWorld()
        self.calls: list[DiscordCall] = []
        self.writes: list[DiscordWrite] = []
        self.commands = AppCommands()
        self.stickers: dict[str, bytes] = {}
        self.violations: list[str] = []
        self.pace: DiscordPace | None = DiscordPace()
        self.old_edit_seconds = OLD_EDIT_SECONDS
        self.date = ""
        self.asked: dict[int, float] = {}
        self._changed = ChangeSignal()
        self.gateway = DiscordGateway(self.world, token, self._changed)
        self._pacer = DiscordPacer()
        self._nonces: dict[tuple[str, str], tuple[int, float]] = {}
        self.world.backend.subscribers.append(self._note_interaction)

    @property
    def api(self) -> str:
        """The root of the API, for DISCORD_API_URL."""
        return f"{self.url}/api/v10"

    @property
    def floods(self) -> int:
        """How often the bot was told to slow down."""
        return sum(call.status == HTTPStatus.TOO_MANY_REQUESTS for call in self.calls)

    def called(self, pattern: str) -> list[DiscordCall]:
        """The requests of that kind."""
        return [call for call in self.calls if fnmatchcase(call.line, pattern)]

    def wrote(self, kind: str) -> list[DiscordWrite]:
        """The writes of that kind."""
        return [write for write in self.writes if write.kind == kind]

    def now(self) -> float:
        """The time on Discord, in seconds since 1970; it stands still but for `advance`."""
        return self.world.now().timestamp()

    def advance(self, seconds: float) -> None:
        """Let time pass on Discord, not for the bot."""
        self.world.backend.advance_clock(seconds)
        self._changed.notify()

    async def until(
        self, predicate: Callable[[], Seen], seconds: float = PATIENCE_SECONDS
    ) -> Seen:
        """Wait until it gives something true, and give that; it is asked at every change."""
        try:
            return await self._changed.until(predicate, seconds)
        except TimeoutError as error:
            last = [f"{call.line} {call.status} {call.json}" for call in self.calls[-10:]]
            error.add_note("The last calls:\n" + "\n".join(last))
            error.add_note(f"Violations: {self.violations}")
            raise

    def file(self, url: str) -> bytes:
        """What the bot has uploaded."""
        data = self.world.cdn.fetch(url)
        assert data is not None, f"Nothing is at {url}"
        return data

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST_BYTES)
        app.router.add_get("/gateway", self.gateway.serve)
        app.router.add_get("/cdn/{path:.*}", self._download)
        app.router.add_get("/api/v10/gateway/bot", self._find_gateway)
        app.router.add_route("*", "/api/v10/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        self.url = f"http://{HOST}:{self._runner.addresses[0][1]}"
        self.gateway.url = f"{self.url.replace('http', 'ws')}/gateway"
        self.world.cdn.root = self.url
        return self

    async def __aexit__(self, failure: type[BaseException] | None, *_: object) -> None:
        self.release_all()
        self.gateway.drop()
        await self._runner.cleanup()
        assert failure or not self.violations, self.violations

    async def _find_gateway(self, request: web.Request) -> web.Response:
        if not self._knows(request):
            return reply(UNAUTHORIZED.to_json(), UNAUTHORIZED.status, {})
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        told: Json = {"url": self.gateway.url, "shards": self.shards, "session_start_limit": limit}
        return reply(told, 200, {})

    async def _download(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        data = self.stickers.get(path) or self.world.cdn.fetch(request.path_qs)
        if data is None:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=data)

    async def _answer(self, request: web.Request) -> web.Response:
        call = await read_call(request, asyncio.get_running_loop().time())
        self.calls.append(call)
        self._changed.notify()
        if await self.stop(request, call, done=False):
            return web.Response()
        headers = self._settle(call, authorized=self._knows(request))
        headers |= {"Date": self.date} if self.date else {}
        self._changed.notify()
        await self.stop(request, call, done=True)
        if self.is_garbled(call):
            return web.Response(text="<html>Just a moment</html>", content_type="text/html")
        return reply(call.answer, call.status, headers)

    def _settle(self, call: DiscordCall, *, authorized: bool) -> dict[str, str]:
        headers: dict[str, str] = {}
        try:
            headers = self._admit(call, authorized=authorized or bool(call.token))
            self.trip(call)
            check(self.world, call, self.old_edit_seconds)
            call.answer = self._do(call)
            call.status = 204 if call.answer is None else 200
            self.writes += write_of(call, self.world.backend)
            self.trip(call, done=True)
        except BackendError as error:
            call.answer, call.status, call.code = error.to_json(), error.status, error.code
            headers |= error.headers if isinstance(error, FloodError) else {}
        return headers

    def _knows(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bot {self.token}"

    def _admit(self, call: DiscordCall, *, authorized: bool) -> dict[str, str]:
        if not authorized:
            raise UNAUTHORIZED
        if self.pace is None or not bucket_of(call)[0]:
            return {}
        now = call.at + self.world.backend.clock.elapsed
        record = interaction_of(call, self.world.backend)
        if call.method == "POST" and record:
            self._pacer.count_follow_up(record.channel_id, now)
        return self._pacer.count(call, self.pace, now)

    def _do(self, call: DiscordCall) -> Any:
        nonce = nonce_of(call)
        if nonce and (posted := self._posted(nonce)):
            return posted
        try:
            told = self.commands.answer(call, self._dispatch)
        except UNKNOWN as gap:
            self.violations.append(f"{call.line}: {gap!r}")
            raise BackendError(400, 0, f"Not in the stand-in: {gap}") from None
        if nonce:
            self._nonces[nonce] = int(told["id"]), self.now()
        return told

    def _dispatch(self, call: DiscordCall) -> Any:
        if call.method == "GET" and (asked := re.fullmatch(r"/guilds/(\d+)", call.path)):
            return self.world.tell_of(int(asked[1]))
        return router.dispatch(
            self.world.backend,
            call.method,
            call.path,
            json=call.json,
            params=call.params,
            files=call.files,
            message_content_access=self.gateway.approved.message_content,
        )

    def _posted(self, nonce: tuple[str, str]) -> Json | None:
        """Find the message that was posted with that nonce a few minutes ago."""
        message_id, at = self._nonces.get(nonce, (0, -math.inf))
        backend = self.world.backend
        message = backend.messages[int(nonce[0])].get(message_id)
        if message is None or self.now() > at + NONCE_SECONDS:
            return None
        return dict(serializers.message_payload(backend, message))

    def _note_interaction(self, event: str, payload: Any) -> None:
        if event == "INTERACTION_CREATE":
            self.asked[int(payload["id"])] = asyncio.get_running_loop().time()


@contextmanager
def pointed_at(server: DiscordServer) -> Generator[None]:
    """Let the clients of this process take the server for Discord."""
    api, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = server.api
    # discord.py goes there without asking when its session was declared invalid
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(server.gateway.url)
    cdn = discord.Asset.BASE
    discord.Asset.BASE = f"{server.url}/cdn"  # pyright: ignore[reportAttributeAccessIssue] - no other way
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = api, gateway
        discord.Asset.BASE = cdn
