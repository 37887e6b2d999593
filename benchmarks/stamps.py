"""Reads along on the wire when each progress line was sent, which the dialect has no use for."""

import re
from collections import deque
from collections.abc import AsyncIterator
from contextvars import ContextVar

import httpx

_STAMP = re.compile(rb'"sent_at": ?(\d+\.\d+)[,}]')

stamps_of_this_task: ContextVar[deque[float]] = ContextVar("stamps_of_this_task")
"""Where the moments go that a stream of this asyncio task tells, oldest first."""


class StampedTransport(httpx.AsyncHTTPTransport):
    """The usual transport, read along."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it; the answer's body is read along."""
        response = await super().handle_async_request(request)
        body = response.stream
        if isinstance(body, httpx.AsyncByteStream):
            response.stream = _StampedBody(body, stamps_of_this_task.get())
        return response


class _StampedBody(httpx.AsyncByteStream):
    def __init__(self, body: httpx.AsyncByteStream, stamps: deque[float]) -> None:
        self._body = body
        self._stamps = stamps

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the same bytes."""
        rest = b""
        async for chunk in self._body:
            text = rest + chunk
            end = 0
            for stamp in _STAMP.finditer(text):
                self._stamps.append(float(stamp[1]))
                end = stamp.end()
            rest = text[end:]
            yield chunk

    async def aclose(self) -> None:
        """Close what is read along."""
        await self._body.aclose()
