"""Connections to gateways: thousands of them at once, without looking at all for each request."""

import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import cast

import httpx

# A pool of httpx looks at each of its connections whenever a request begins or ends: with 5,000
# streams open that is 10 ms each time, and they could not be opened as fast as they are ordered.
_MOST = 50
# More than one process can use; an unlimited system would make tables for a billion.
_FILES = 65_536


def allow_connections() -> None:
    """Let as many be open as the system allows: it often begins with 1,024, and asks nobody."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


@dataclass(slots=True, eq=False)
class _Pool:
    """Some connections, and how many requests they are busy with."""

    transport: httpx.AsyncBaseTransport
    busy: int = 0


class PooledTransport(httpx.AsyncBaseTransport):
    """Sends each request through the first pool that is not full yet.

    So a bot with little to do has one pool, and its connections are used again as ever.

    Args:
        make: makes a pool.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._make = make
        self._pools = [_Pool(make())]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pool = self._with_room()
        pool.busy += 1
        try:
            response = await pool.transport.handle_async_request(request)
        except BaseException:
            await self._leave(pool)
            raise
        body = cast("httpx.AsyncByteStream", response.stream)
        response.stream = _WatchedBody(body, lambda: self._leave(pool))
        return response

    async def aclose(self) -> None:
        for pool in self._pools:
            await pool.transport.aclose()

    def _with_room(self) -> _Pool:
        for pool in self._pools:
            if pool.busy < _MOST:
                return pool
        self._pools.append(_Pool(self._make()))
        return self._pools[-1]

    async def _leave(self, pool: _Pool) -> None:
        pool.busy -= 1
        # Nobody would close its connections once they have been idle for too long.
        if not pool.busy and len(self._pools) > 1:
            self._pools.remove(pool)
            await pool.transport.aclose()


class _WatchedBody(httpx.AsyncByteStream):
    """An answer's body that says when it is closed."""

    def __init__(self, body: httpx.AsyncByteStream, closed: Callable[[], Awaitable[None]]) -> None:
        self._body = body
        self._closed = closed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the same bytes."""
        async for chunk in self._body:
            yield chunk

    async def aclose(self) -> None:
        """Close it, and say so; httpx does it once."""
        try:
            await self._body.aclose()
        finally:
            await self._closed()
