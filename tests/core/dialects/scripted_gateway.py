"""What the tests of the dialects share: a dialect and its scripted gateway on a real socket."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from pydantic import SecretStr

from core.callbacks.hooks import Hook
from core.catalog import Model
from core.dialects import Endpoint, Generation, MediaDialect
from core.dialects.endpoint import Pace
from core.errors import Fault, JobError
from core.media import Event, MediaRequest, RemoteAsset, Rendering, Report, TaskRef
from tests.core.dialects.http_answers import KEY, RESET, Answer
from tests.core.dialects.scripts import dialect_of, script_of
from tests.fakes.raw_server import Handler, RawServer, raw_server

BRISK = Pace().scaled(0.002)
HASTY = Pace(least=0, longest=0, window=0, patience=-1, grace=-1, again=0, afterwards=0.01)
"""Gives up as soon as its rules allow, however slow the machine is."""
CALM = Pace(least=0, longest=0, window=0, patience=1000, grace=1000, again=0)
"""Never gives up, however slow the machine is."""

SOCKET = b"GET /ws?"
"""Who asks for a websocket does so beside all else, and can do without."""
REQUEST = MediaRequest(prompt="画只猪在天上飞", ratio="9:16", seconds=10)
LIMIT_SECONDS = 300
"""After so long a dialect hangs, however busy the machine is."""


def at_origin(urls: tuple[str, ...], origin: str) -> tuple[str, ...]:
    """Links with ORIGIN for the gateway's own address, which no script can know."""
    return tuple(url.replace(origin, "ORIGIN") if origin else url for url in urls)


@dataclass(slots=True)
class DialectRun:
    """What a dialect did, and what came of it."""

    assets: tuple[RemoteAsset, ...] = ()
    fault: Fault | None = None
    error: str = ""
    events: list[Event] = field(default_factory=list[Event])
    requests: list[bytes] = field(default_factory=list[bytes])
    url: str = ""

    @property
    def urls(self) -> list[tuple[str, ...]]:
        return [asset.urls for asset in self.assets]

    @property
    def links(self) -> list[tuple[str, ...]]:
        """The urls as a script knows them."""
        return [at_origin(urls, self.url) for urls in self.urls]

    @property
    def posts(self) -> int:
        return sum(request.startswith(b"POST ") for request in self.requests)

    @property
    def lines(self) -> list[str]:
        return [request.split(b"\r\n", 1)[0].decode() for request in self.requests]

    @property
    def fractions(self) -> list[float]:
        told = [event.fraction for event in self.events if isinstance(event, Rendering)]
        return [fraction for fraction in told if fraction is not None]


_TLS = ssl.create_default_context()


def client() -> httpx.AsyncClient:
    """A real client that does not read the roots of trust anew each time."""
    return httpx.AsyncClient(verify=_TLS)


def impatient() -> httpx.AsyncClient:
    """A client whose connections lose patience at once, whatever the request says."""

    class Impatient(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            request.extensions["timeout"]["read"] = 0.05
            return await super().handle_async_request(request)

    return httpx.AsyncClient(transport=Impatient(verify=_TLS))


def endpoint(url: str, *, pace: Pace = BRISK, key: str = KEY) -> Endpoint:
    return Endpoint(gateway="test", root=url, key=SecretStr(key), pace=pace)


async def ignore(event: Event) -> None:
    """Listen to what is reported, and do nothing about it."""
    del event


def generation_of(
    model: Model | str,
    request: MediaRequest = REQUEST,
    *,
    report: Report = ignore,
    task: TaskRef | None = None,
    hook: Hook | None = None,
) -> Generation:
    """What a dialect is asked to do, with that model or the one in its script."""
    chosen = script_of(model).model if isinstance(model, str) else model
    return Generation(model=chosen, request=request, report=report, task=task, hook=hook)


@asynccontextmanager
async def speaker(
    name: str,
    serve: Handler,
    *,
    pace: Pace = CALM,
    key: str = KEY,
    http: Callable[[], httpx.AsyncClient] = client,
) -> AsyncGenerator[tuple[MediaDialect, RawServer]]:
    """A dialect and the gateway that it speaks to. The block may not take for ever."""
    async with raw_server(serve) as server, http() as pool, asyncio.timeout(LIMIT_SECONDS):
        account = endpoint(server.url, pace=pace, key=key)
        yield dialect_of(name)(account, pool), server


async def talk(
    dialect: str,
    *,
    creation: Sequence[Answer] = (),
    looks: Sequence[Answer] = (),
    request: MediaRequest = REQUEST,
    model: Model | None = None,
    task: str | None = None,
    pace: Pace = BRISK,
    key: str = KEY,
    report: Report | None = None,
    hook: Hook | None = None,
) -> DialectRun:
    """Let a dialect generate against a gateway that answers as scripted; the last answer stays.

    ORIGIN in an answer and in `task` stands for the gateway's own address.
    """
    script = {b"POST": list(creation), b"GET ": list(looks)}
    told = DialectRun()

    async def serve(asked: bytes, writer: asyncio.StreamWriter) -> None:
        if asked.startswith(SOCKET):
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        left = script.get(asked[:4])
        assert left, f"{dialect} asks for what it has no answer to here: {asked[:60]!r}"
        answer = left.pop(0) if len(left) > 1 else left[0]
        if answer == RESET:
            writer.transport.abort()
            return
        for piece in (answer,) if isinstance(answer, bytes) else answer:
            writer.write(piece.replace(b"ORIGIN", server.url.encode()))
            await writer.drain()
            await asyncio.sleep(0)

    async def keep(event: Event) -> None:
        told.events.append(event)
        if report is not None:
            await report(event)

    async with speaker(dialect, serve, pace=pace, key=key) as (speaking, server):
        told.url = server.url
        begun = TaskRef(id=task.replace("ORIGIN", server.url)) if task else None
        generation = generation_of(model or dialect, request, report=keep, task=begun, hook=hook)
        try:
            told.assets = await speaking.generate(generation)
        except JobError as error:
            told.fault, told.error = error.fault, str(error)
        told.requests = [each for each in server.requests if not each.startswith(SOCKET)]
    return told
