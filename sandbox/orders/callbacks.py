"""Calls whoever asked to be called when a task has ended."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import httpx
from starlette.responses import Response

from sandbox.options import SandboxOptions
from sandbox.orders.order import PaidOrder, wait_seconds

LATE_FACTOR = 3
CALLBACK_WORDS = ("hook-late", "hook-twice", "no-hook")
SLACK_SECONDS = 0.02  # so that the task is over by the clock of whoever asks now
TIMEOUT_SECONDS = 5


class Callbacks:
    """The calls that are still to be made; a restart forgets them, as it may."""

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options
        self._calls: set[asyncio.Task[None]] = set()

    def schedule(self, order: PaidOrder, tell: Callable[[], Response]) -> None:
        """Call the order's hook, if it has one, with what `tell` says when its task is over."""
        if order.hook.startswith(("http://", "https://")) and "no-hook" not in order.words:
            call = asyncio.create_task(self._call(order, tell))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

    async def _call(self, order: PaidOrder, tell: Callable[[], Response]) -> None:
        factor = LATE_FACTOR if "hook-late" in order.words else 1
        ends_at = order.accepted_at + wait_seconds(order, self._options) * factor
        await asyncio.sleep(ends_at - time.time() + SLACK_SECONDS)
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as http:
            for _ in range(2 if "hook-twice" in order.words else 1):
                with suppress(httpx.HTTPError, httpx.InvalidURL):
                    json = {"Content-Type": "application/json"}
                    await http.post(order.hook, content=bytes(tell().body), headers=json)
