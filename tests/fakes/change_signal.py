"""Lets tests wait for something to become true without asking again and again."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")


class ChangeSignal:
    """Wakes everybody who waits for something to become true."""

    def __init__(self) -> None:
        self._beat = asyncio.Event()

    def notify(self) -> None:
        """Something has changed."""
        self._beat.set()
        self._beat = asyncio.Event()

    async def until(self, predicate: Callable[[], Seen], seconds: float | None) -> Seen:
        """Wait until it gives something true, and give that; TimeoutError when it never does."""
        async with asyncio.timeout(seconds):
            while not (seen := predicate()):
                await self._beat.wait()
        return seen
