"""An HTTP server on loopback that answers with the very bytes it is told and keeps what it got."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Handler = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class RawServer:
    """Where the server is, and every request that came, head and body, as bytes."""

    url: str
    requests: list[bytes] = field(default_factory=list[bytes])


@asynccontextmanager
async def raw_server(handler: Handler) -> AsyncGenerator[RawServer]:
    """Serve while the block runs; each connection takes one request and is closed after it."""
    connections: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(asyncio.current_task())
        # The client may go away whenever it likes, and the test may end before it does.
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                request = await _read_request(reader)
                server.requests.append(request)
                await handler(request, writer)
                await writer.drain()
        finally:  # a client does not wait for a handler that has failed
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    server = RawServer(url=f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}")
    try:
        yield server
    finally:
        listener.close()
        for connection in filter(None, connections):
            connection.cancel()
        await asyncio.gather(*filter(None, connections))
        await listener.wait_closed()


def replies(*answers: bytes) -> Handler:
    """Answer the first request with the first bytes, and so on; the last answer stays."""
    left = list(answers)

    async def handler(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])

    return handler


def reply(
    body: bytes = b"", *, status: int = 200, headers: Mapping[str, str] | None = None
) -> bytes:
    """Write a whole answer; `headers` replace the usual ones."""
    fields = {"Content-Length": str(len(body)), "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body


def redirect(location: str, *, status: int = 302) -> bytes:
    """Write an answer that sends the client elsewhere."""
    return reply(status=status, headers={"Location": location})


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return head + await reader.readexactly(int(line.partition(b":")[2]))
    return head
