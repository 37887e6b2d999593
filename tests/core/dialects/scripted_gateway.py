"""What the tests of the dialects share: a scripted gateway on a real socket, and its answers."""

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx
from pydantic import SecretStr

from core.callbacks.hooks import Hook
from core.catalog import Model, load
from core.dialects import DIALECTS, Endpoint
from core.dialects.endpoint import Pace
from core.errors import Fault, JobError
from core.media import Event, MediaRequest, RemoteAsset, Rendering, Report, TaskRef
from tests.fakes.raw_server import raw_server, reply

KEY = "sk-test0123456789abcdefghij"
BRISK = Pace().scaled(0.002)
HASTY = Pace(first=0, interval=0, longest=0, patience=-1, grace=-1, again=0, afterwards=0.01)
"""Gives up as soon as its rules allow, however slow the machine is."""
CALM = Pace(first=0, interval=0, longest=0, patience=1000, grace=1000, again=0)
"""Never gives up, however slow the machine is."""

MODELS = {model.key: model for model in load((), tuple(DIALECTS)).models}
MODEL_OF = {
    "chat_image": "whatai/gpt-4o-image",
    "gemini": "whatai/gemini-2.5-flash-image",
    "images": "whatai/nano-banana",
    "chat_video": "apiyi/veo-3.1",
    "openai_videos": "whatai/sora-2-pro-videos",
    "seedance": "whatai/seedance-2.0",
    "video_tasks": "whatai/sora-2-pro",
}

RESET = b"(reset)"
"""An answer that is none: the connection is torn down once the request has been read."""

Answer = bytes | Sequence[bytes]


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


async def talk(
    dialect: str,
    *,
    creation: Sequence[Answer] = (),
    looks: Sequence[Answer] = (),
    request: MediaRequest | None = None,
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
        left = script[asked[:4]]
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

    async with raw_server(serve) as server, client() as http, asyncio.timeout(30):
        told.url = server.url
        speaker = DIALECTS[dialect](endpoint(server.url, pace=pace, key=key), http)
        try:
            told.assets = await speaker.generate(
                model or MODELS[MODEL_OF[dialect]],
                request or MediaRequest(prompt="画只猪在天上飞", ratio="9:16", seconds=10),
                keep,
                TaskRef(id=task.replace("ORIGIN", server.url)) if task else None,
                hook,
            )
        except JobError as error:
            told.fault, told.error = error.fault, str(error)
        told.requests = server.requests
    return told


def stream(body: bytes | str, *, headers: Mapping[str, str] | None = None) -> bytes:
    """Write an answer that ends where the connection does."""
    fields = {"Content-Type": "text/event-stream", "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    body = body.encode() if isinstance(body, str) else body
    return f"HTTP/1.1 200 OK\r\n{head}\r\n".encode() + body


def broken(body: bytes | str) -> bytes:
    """Write an answer that breaks off: it was to be longer."""
    size = len(body if isinstance(body, bytes) else body.encode())
    return stream(body, headers={"Content-Length": str(size + 10_000)})


def as_json(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    raw = body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()
    fields = {"Content-Type": "application/json", **(headers or {})}
    return reply(raw, status=status, headers=fields | {"Content-Length": str(len(raw))})


def as_html(body: str, *, status: int = 200) -> bytes:
    raw = body.encode()
    return reply(
        raw,
        status=status,
        headers={
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(raw)),
            "Connection": "close",
        },
    )


def frame(delta: Mapping[str, object], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "foaicmpl-xxx", "object": "chat.completion.chunk", "choices": [choice]}
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


def told(*contents: str, reasoning: Sequence[str] = ()) -> str:
    """Write the frames of a stream that has not ended."""
    thoughts = "".join(frame({"reasoning_content": part}) for part in reasoning)
    return thoughts + "".join(frame({"content": part}) for part in contents)


STOP = frame({}, "stop") + "data: [DONE]\n\n"
"""How a stream ends well."""
