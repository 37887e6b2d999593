"""Many connections to gateways at once."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from bots.app import open_http
from bots.pools import PooledTransport

ROOT = Path(__file__).parents[2]
MANY = 60


class CountingPool(httpx.AsyncHTTPTransport):
    """The usual pool, which says which ones are there."""

    def __init__(self, pools: set[httpx.AsyncBaseTransport]) -> None:
        super().__init__(limits=httpx.Limits(max_connections=None))
        self._pools = pools
        pools.add(self)

    async def aclose(self) -> None:
        await super().aclose()
        self._pools.discard(self)


class StreamServer:
    """Answers at once and goes on when it may; counts who has connected."""

    def __init__(self) -> None:
        self.connections = 0
        self.served = set[asyncio.Task[object] | None]()
        self.goes_on = asyncio.Event()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, for any number of requests."""
        self.connections += 1
        self.served.add(asyncio.current_task())
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbegun")
                await self.goes_on.wait()
                writer.write(b"ended")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def stream_server() -> AsyncGenerator[StreamServer]:
    found = StreamServer()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield found
    server.close()
    await asyncio.gather(*(each for each in found.served if each))


async def test_many_streams_are_spread_and_the_pools_go_when_they_end() -> None:
    pools = set[httpx.AsyncBaseTransport]()
    async with (
        stream_server() as server,
        httpx.AsyncClient(transport=PooledTransport(lambda: CountingPool(pools))) as http,
    ):
        async with AsyncExitStack() as stack:
            opened = [
                await stack.enter_async_context(http.stream("GET", server.url))
                for _ in range(MANY)
            ]
            assert (len(pools), server.connections) == (2, MANY)

            server.goes_on.set()
            assert [await each.aread() for each in opened] == [b"begunended"] * MANY

        assert len(pools) == 1
    assert not pools


async def test_a_connection_is_used_again() -> None:
    pools = set[httpx.AsyncBaseTransport]()
    async with (
        stream_server() as server,
        httpx.AsyncClient(transport=PooledTransport(lambda: CountingPool(pools))) as http,
    ):
        server.goes_on.set()
        for _ in range(3):
            await http.get(server.url)

        assert server.connections == 1


async def test_what_never_began_leaves_room() -> None:
    pools = set[httpx.AsyncBaseTransport]()
    async with httpx.AsyncClient(transport=PooledTransport(lambda: CountingPool(pools))) as http:
        for _ in range(MANY):
            with pytest.raises(httpx.ConnectError):
                await http.get("http://127.0.0.1:9")

        assert len(pools) == 1


@pytest.mark.parametrize(
    ("proxy", "url", "is_pooled"),
    [
        (None, "https://gateway.example/v1", True),
        (None, "http://127.0.0.1:8089/v1", True),
        ("HTTP_PROXY", "https://gateway.example/v1", True),
        ("HTTPS_PROXY", "https://gateway.example/v1", False),
        ("ALL_PROXY", "https://gateway.example/v1", False),
        ("ALL_PROXY", "http://[::1]:8089/v1", True),
    ],
)
async def test_the_bot_reaches_gateways_through_pools_and_what_needs_one_through_its_proxy(
    monkeypatch: pytest.MonkeyPatch, proxy: str | None, url: str, *, is_pooled: bool
) -> None:
    if proxy:
        monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    async with open_http() as http:
        way = http._transport_for_url(httpx.URL(url))  # pyright: ignore[reportPrivateUsage]

        assert isinstance(way, PooledTransport) == is_pooled


def test_a_bot_may_open_as_many_files_as_its_system_allows() -> None:
    limit = "resource.getrlimit(resource.RLIMIT_NOFILE)"
    code = (
        f"import resource; _, hard = {limit}; most = min(hard, 4_000)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, most))\n"
        "from bots.pools import allow_connections; allow_connections()\n"
        f"print({limit} == (most, most))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own Python

    assert done.stdout.strip() == "True"
