"""The baseline: the least that a client of such a stream can do."""

import json
from collections.abc import AsyncGenerator, Callable
from typing import Any

import httpx

from benchmarks.sandbox_process import MODEL
from bots.pools import PooledTransport
from core.public_http import trusted_roots

Heard = Callable[[float], None]


def open_http(
    transport: type[httpx.AsyncHTTPTransport] = httpx.AsyncHTTPTransport,
) -> httpx.AsyncClient:
    """A client like the bot's own: as many connections as there are jobs, in pools of some.

    One pool alone is busier with looking at its connections than with streams, from 1,000 on.
    """
    roots = trusted_roots()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    pools = PooledTransport(lambda: transport(verify=roots, limits=limits))
    return httpx.AsyncClient(transport=pools)


async def listen(http: httpx.AsyncClient, root: str, prompt: str, heard: Heard) -> None:
    """Read one stream to its end, parse each frame, tell when a stamped one was sent."""
    async for frame in frames(http, root, prompt, MODEL):
        if "sent_at" in frame:
            heard(frame["sent_at"])


async def frames(
    http: httpx.AsyncClient, root: str, prompt: str, model: str
) -> AsyncGenerator[dict[str, Any]]:
    """Read one stream to its end; gives each frame, parsed."""
    body = {
        "model": model,
        "stream": True,
        "messages": [{"role": "user", "content": prompt}],
    }
    headers = {"Authorization": "Bearer bench", "Accept-Encoding": "identity"}
    url = f"{root}/v1/chat/completions"
    async with http.stream("POST", url, json=body, headers=headers, timeout=60) as response:
        async for line in response.aiter_lines():
            if line.startswith("data:") and not line.endswith("[DONE]"):
                yield json.loads(line[5:])
