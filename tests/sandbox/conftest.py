"""A sandbox on a real socket, and a client that talks to it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bots.sandboxing import sandbox_tables
from core.catalog import load
from core.dialects import DIALECTS
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.tls import TLS

KEY = {"Authorization": "Bearer sk-any"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamAnswer:
    """What came over one stream, in the shapes a client puts it into."""

    raw: bytes
    content: str
    reasoning: str
    whole: bool


Say = Callable[..., Awaitable[StreamAnswer]]


@pytest.fixture
def options(tmp_path: Path) -> SandboxOptions:
    return SandboxOptions(state_dir=tmp_path, speed=1000, short_side=96, fps=8)


@pytest.fixture
async def root(options: SandboxOptions) -> AsyncIterator[str]:
    async with serve(options) as url:
        yield url


@pytest.fixture(scope="session")
def presets() -> tuple[Mapping[str, object], ...]:
    """All models of the catalog; to read them takes longer than most of what they are read for."""
    return sandbox_tables(load((), tuple(DIALECTS)))


@pytest.fixture
async def hosts(tmp_path: Path, presets: tuple[Mapping[str, object], ...]) -> AsyncIterator[str]:
    """A sandbox that plays the presets, and is done in 50 ms."""
    options = SandboxOptions(state_dir=tmp_path, speed=200, short_side=32, fps=1, models=presets)
    async with serve(options) as url:
        yield url


@pytest.fixture
async def http(root: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=root, headers=KEY, trust_env=False, verify=TLS
    ) as client:
        yield client


@pytest.fixture
async def cdn(root: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a key, as one should go to a CDN."""
    async with httpx.AsyncClient(base_url=root, trust_env=False, verify=TLS) as client:
        yield client


@pytest.fixture
def say(http: httpx.AsyncClient) -> Say:
    """Order a video over a chat stream and collect the answer, whole or broken off."""

    async def order(
        prompt: str, *, model: str = "sandbox-stream", **fields: object
    ) -> StreamAnswer:
        messages = [{"role": "user", "content": prompt}]
        body = {"model": model, "stream": True, "messages": messages, **fields}
        raw, whole = b"", True
        async with http.stream("POST", "/v1/chat/completions", json=body) as response:
            response.raise_for_status()
            try:
                async for piece in response.aiter_bytes():
                    raw += piece
            except httpx.RemoteProtocolError:
                whole = False
        return StreamAnswer(
            raw=raw,
            content=_said(raw, "content"),
            reasoning=_said(raw, "reasoning_content"),
            whole=whole,
        )

    return order


def _said(raw: bytes, key: str) -> str:
    texts: list[str] = []
    for line in raw.decode().splitlines():
        try:
            chunk = json.loads(line.removeprefix("data: "))
        except ValueError:
            continue
        texts += [choice["delta"].get(key) or "" for choice in chunk.get("choices", ())]
    return "".join(texts)
