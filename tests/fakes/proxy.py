"""A proxy on loopback, as networks have it that let nothing else out; it looks names up itself."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class Proxy:
    """Where the proxy is, and what it was asked for: `CONNECT host:port` or `GET …`."""

    url: str
    asked: list[str] = field(default_factory=list[str])


@asynccontextmanager
async def proxy(names: Mapping[str, str]) -> AsyncGenerator[Proxy]:
    """Serve while the block runs. `names` are its DNS: the `host:port` behind each `host:port`."""
    connections: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await _carry(names, found, reader, writer)
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    found = Proxy(url=f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}")
    try:
        yield found
    finally:
        listener.close()
        for connection in filter(None, connections):
            connection.cancel()
        await asyncio.gather(*filter(None, connections))


async def _carry(
    names: Mapping[str, str],
    found: Proxy,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    line, _, fields = head.partition(b"\r\n")
    method, target, _ = line.decode().split()
    found.asked.append(f"{method} {target}")
    place = target
    if method != "CONNECT":
        url = urlsplit(target)
        place = f"{url.hostname}:{url.port or 80}"
        path = url._replace(scheme="", netloc="").geturl()
        head = f"{method} {path} HTTP/1.1\r\n".encode() + fields
    if place not in names:
        writer.write(b"HTTP/1.1 502 Unknown Host\r\nContent-Length: 0\r\n\r\n")
        return
    host, _, port = names[place].rpartition(":")
    there = await asyncio.open_connection(host, int(port))
    if method == "CONNECT":
        writer.write(b"HTTP/1.1 200 Connection Established\r\n\r\n")
    else:
        there[1].write(head)
    await pump((reader, writer), there)


async def pump(one: Connection, other: Connection) -> None:
    """Carry bytes both ways until both are done."""
    try:
        await asyncio.gather(_carry_on(one[0], other[1]), _carry_on(other[0], one[1]))
    finally:
        one[1].close()
        other[1].close()


async def _carry_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()
    if sink.can_write_eof():  # TLS cannot
        sink.write_eof()
    else:
        sink.close()
