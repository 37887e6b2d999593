"""Responses that take their time, or break off; they stop when the client leaves."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
Result = TypeVar("Result")


class ClientConnection:
    """The connection over which one response is written."""

    def __init__(self, send: Send, transport: asyncio.Transport) -> None:
        self._send = send
        self._transport = transport

    async def open(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the status line and the headers."""
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": pairs})

    async def write(self, data: bytes) -> None:
        """Send a piece of the body."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    def write_raw(self, data: bytes) -> None:
        """Send bytes past HTTP: what the connection is after an upgrade is nobody's here."""
        self._transport.write(data)

    async def close(self) -> None:
        """End the response as it should end."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def hang_up(self) -> None:
        """Close the connection in the middle of the response."""
        self._transport.close()
        await self.stay_silent()

    async def reset(self) -> None:
        """Break the connection: the client gets an error, not an end."""
        sock = self._transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self._transport.abort()
        await self.stay_silent()

    async def stay_silent(self) -> None:
        """Say nothing more; ends when the client leaves."""
        await asyncio.Event().wait()


class SlowResponse(Response):
    """A response written piece by piece, at its own pace."""

    def __init__(self, write: Callable[[ClientConnection], Awaitable[None]]) -> None:
        super().__init__()
        self._write = write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Write until all is said or the client has left."""
        connection = ClientConnection(send, scope["state"]["transport"])
        await unless_gone(self._write(connection), receive)


async def unless_gone(work: Awaitable[Result], receive: Receive) -> Result | None:
    """Stop the work when the client leaves (and give None)."""
    working = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        gone.cancel()
        await asyncio.gather(working, gone, return_exceptions=True)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
