"""The body of an answer that somebody listens to while another one reads it."""

from collections.abc import AsyncIterator, Callable
from typing import cast

import httpx


class WatchedBody(httpx.AsyncByteStream):
    """Gives the same bytes.

    Args:
        heard: is called with each piece.
        closed: is called when whoever reads has had enough.
    """

    def __init__(
        self,
        response: httpx.Response,
        heard: Callable[[bytes], None],
        closed: Callable[[], None],
    ) -> None:
        self._stream = cast("httpx.AsyncByteStream", response.stream)
        self._heard = heard
        self._closed = closed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the pieces as they come."""
        async for piece in self._stream:
            self._heard(piece)
            yield piece

    async def aclose(self) -> None:
        """Close it, and say so."""
        await self._stream.aclose()
        self._closed()
