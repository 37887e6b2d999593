"""A gateway of a chat model that says only what the test says, when the test says it."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.fakes.raw_server import raw_server

_HEAD = b"HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


@dataclass(slots=True)
class TalkGateway:
    """Streams as `/v1/chat/completions` does; all who ask hear the same.

    Attributes:
        asked: how many questions came.
    """

    root: str = ""
    asked: int = 0
    _said: list[bytes] = field(default_factory=list[bytes])
    _ended: bool = False
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def say(self, text: str, *, thought: str = "") -> None:
        """Stream one piece."""
        delta = {"reasoning_content": thought} if thought else {"content": text}
        await self._add(_event({"choices": [{"index": 0, "delta": delta}]}))

    async def end(self) -> None:
        """Close the stream in order."""
        delta = {"content": ""}
        ending = _event({"choices": [{"index": 0, "delta": delta, "finish_reason": "stop"}]})
        await self._add(ending + b"data: [DONE]\n\n", ended=True)

    async def cut(self) -> None:
        """End the stream as a connection that breaks."""
        await self._add(b"", ended=True)

    async def _add(self, event: bytes, *, ended: bool = False) -> None:
        async with self._changed:
            self._said.append(event)
            self._ended = ended
            self._changed.notify_all()

    async def answer(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        """Stream what has been said, and what is said from now on."""
        del request
        self.asked += 1
        writer.write(_HEAD)
        told = 0
        while True:
            new, ended = await self._news(told)
            told += len(new)
            writer.write(b"".join(new))
            await writer.drain()
            if ended:
                return

    async def _news(self, told: int) -> tuple[list[bytes], bool]:
        """Wait for what was not told yet; and whether it is the last."""
        async with self._changed:
            await self._changed.wait_for(lambda: told < len(self._said) or self._ended)
            return self._said[told:], self._ended


@asynccontextmanager
async def talk_gateway() -> AsyncGenerator[TalkGateway]:
    """Serve while the block runs."""
    gateway = TalkGateway()
    async with raw_server(gateway.answer) as server:
        gateway.root = server.url
        yield gateway


def _event(told: object) -> bytes:
    return f"data: {json.dumps(told)}\n\n".encode()
