"""How far a ComfyUI job is, told over a websocket. A decoration: all that counts is asked for.

Source: docs/gateways.md, "Progress of comfyui".
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Self
from urllib.parse import quote as percent_encode

from core.dialects._json import Json, document, each, mapping, text
from core.dialects.endpoint import Endpoint

log = logging.getLogger(__name__)

_LONGEST_MESSAGE = 16_000_000
_HEARTBEAT_SECONDS = 30.0


class StepsHeard:
    """What was heard so far. `fraction` is in 0..1 and never falls; None before there was any."""

    def __init__(self) -> None:
        self.fraction: float | None = None
        self._most = 0.0

    def hear(self, message: str) -> None:
        """Take a message in. The node with the most steps is the one that takes the time."""
        body = document(message)
        for value, most in _steps(text(body.get("type")), mapping(body.get("data"))):
            if most >= self._most:
                self._most = most
                self.fraction = max(self.fraction or 0.0, min(value / most, 1.0))


def _steps(kind: str, data: Json) -> Iterator[tuple[float, float]]:
    """How many of how many steps a node has done, for each that has more than one."""
    told = [data] if kind == "progress" else each(data, "nodes.*")
    for node in map(mapping, told if kind in ("progress", "progress_state") else ()):
        value, most = node.get("value"), node.get("max")
        if isinstance(value, int | float) and isinstance(most, int | float) and most > 1:
            yield max(value, 0), most


class ProgressListener:
    """Listens to what is told about the jobs of a client, from the moment that one runs."""

    def __init__(self, endpoint: Endpoint, client_id: str) -> None:
        self.heard = StepsHeard()
        self._endpoint = endpoint
        self._client_id = client_id
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Listen from now on."""
        if self._task is None:
            work = _listen(self._endpoint, self._client_id, self.heard)
            self._task = asyncio.create_task(work)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task


async def _listen(endpoint: Endpoint, client_id: str, heard: StepsHeard) -> None:
    import aiohttp  # noqa: PLC0415 - 0.2 s that only who has such a server should wait

    url = f"{endpoint.url('/ws')}?clientId={percent_encode(client_id, safe='')}"
    try:
        async with (
            aiohttp.ClientSession(headers=endpoint.headers) as session,
            session.ws_connect(
                url, max_msg_size=_LONGEST_MESSAGE, heartbeat=_HEARTBEAT_SECONDS
            ) as socket,
        ):
            async for message in socket:
                # The others are previews.
                if message.type is aiohttp.WSMsgType.TEXT:
                    heard.hear(message.data)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        log.debug("no progress is told: %s", type(error).__name__)
