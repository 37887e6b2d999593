"""The gateway that `lantern.py` speaks to, on loopback."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from core.dialects._json import Json, mapping
from tests.fakes.raw_server import raw_server, reply

CATALOG = Path(__file__).with_name("lantern.toml")


@dataclass(slots=True)
class LanternGateway:
    """Shows one film to everybody, after it has been drawn for one look.

    Attributes:
        orders: the bodies of the creations.
    """

    film: bytes
    root: str = ""
    orders: list[Json] = field(default_factory=list[Json])
    lines: list[str] = field(default_factory=list[str])

    async def answer(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        head, _, body = request.partition(b"\r\n\r\n")
        line = head.split(b" HTTP/", 1)[0].decode()
        self.lines.append(line)
        if line == "GET /film.mp4":
            writer.write(reply(self.film, headers={"Content-Type": "video/mp4"}))
        else:
            writer.write(reply(json.dumps(self._told(line, body)).encode()))

    def _told(self, line: str, body: bytes) -> Json:
        if line == "POST /slides":
            self.orders.append(mapping(json.loads(body)))
            return {"slide": {"number": f"s/{len(self.orders)}"}}
        if self.lines.count(line) == 1:
            return {"phase": "drawing", "part": 0.5}
        return {"phase": "shown", "film": f"{self.root}/film.mp4"}


@asynccontextmanager
async def lantern_gateway(film: bytes) -> AsyncGenerator[LanternGateway]:
    """Serve while the block runs."""
    gateway = LanternGateway(film)
    async with raw_server(gateway.answer) as server:
        gateway.root = server.url
        yield gateway
