"""A gateway of tasks that answers each kind of question only when the test says so."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.fakes.raw_server import raw_server, reply

CREATE, LOOK, FETCH = "create", "look", "fetch"
DONE_PERCENT = 100


@dataclass(slots=True)
class ManualGateway:
    """Answers as the task gateways do, with one video for everybody.

    Attributes:
        asked: how often each kind of question came.
        open: what is answered; everything else waits for `allow`.
        percent: how far the task is; it is done at 100.
        refusal: what creations are answered with instead of a task.
        said: what answers to looks hold besides, or instead.
    """

    film: bytes
    root: str = ""
    asked: Counter[str] = field(default_factory=Counter[str])
    open: set[str] = field(default_factory=set[str])
    dead_links: int = 0
    percent: int = 100
    refusal: bytes = b""
    said: dict[str, object] = field(default_factory=dict[str, object])
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def reached(self, kind: str, times: int = 1) -> None:
        """Wait until that question has come."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.asked[kind] >= times)

    async def allow(self, *kinds: str) -> None:
        """Answer these questions from now on."""
        async with self._changed:
            self.open.update(kinds)
            self._changed.notify_all()

    async def answer(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        """Answer one request, or let it wait."""
        kind = CREATE if request.startswith(b"POST") else LOOK if b" /v2/" in request else FETCH
        async with self._changed:
            self.asked[kind] += 1
            self._changed.notify_all()
            await self._changed.wait_for(lambda: kind in self.open)
        writer.write(self._reply(kind))

    def _reply(self, kind: str) -> bytes:
        if kind == CREATE:
            return self.refusal or reply(json.dumps({"task_id": "task-7"}).encode())
        if kind == LOOK and self.percent < DONE_PERCENT:
            told = {"status": "IN_PROGRESS", "progress": f"{self.percent}%"}
            return reply(json.dumps(told | self.said).encode())
        if kind == LOOK:
            output = {"output": f"{self.root}/film.mp4"}
            done = {"status": "SUCCESS", "data": output}
            return reply(json.dumps(done | self.said).encode())
        if self.dead_links:
            self.dead_links -= 1
            return reply(b"<Message>Request has expired</Message>", status=403)
        return reply(self.film, headers={"Content-Type": "video/mp4"})


@asynccontextmanager
async def open_gateway(film: bytes) -> AsyncGenerator[ManualGateway]:
    """Serve while the block runs."""
    gateway = ManualGateway(film)
    async with raw_server(gateway.answer) as server:
        gateway.root = server.url
        yield gateway
