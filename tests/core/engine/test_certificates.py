"""A gateway or a storage whose certificate is nobody's: it gets neither an order nor the key."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import FaultKind
from core.jobs import JobState
from core.media import RemoteAsset
from tests.fakes.engine_harness import EngineHarness, stored


class Impostor:
    """Speaks TLS with a certificate that it has made itself."""

    def __init__(self) -> None:
        self.heard = b""
        self.url = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Listen to whatever is said after the handshake."""
        self.heard += await reader.read(65536)
        writer.close()


@pytest.fixture
async def impostor(tmp_path: Path) -> AsyncIterator[Impostor]:
    pair = str(tmp_path / "pair.pem")
    command = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1")
    try:
        made = await asyncio.create_subprocess_exec(
            *("openssl", *command, "-subj", "/CN=localhost", "-keyout", pair, "-out", f"{pair}.c"),
            stderr=asyncio.subprocess.DEVNULL,
        )
    except FileNotFoundError:
        pytest.skip("openssl makes the certificate")
    assert await made.wait() == 0
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{pair}.c", pair)
    impostor = Impostor()
    server = await asyncio.start_server(impostor.answer, "127.0.0.1", 0, ssl=context)
    impostor.url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield impostor


async def test_a_gateway_with_a_strange_certificate_is_asked_for_nothing(
    slow_harness: EngineHarness, impostor: Impostor
) -> None:
    slow_harness.root = impostor.url
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.fault
    assert (row.state, row.fault.kind) == (JobState.FAILED, FaultKind.NETWORK)
    assert not row.fault.maybe_billed
    assert impostor.heard == b""


async def test_a_result_behind_a_strange_certificate_is_not_fetched_and_can_be_asked_for_again(
    slow_harness: EngineHarness, impostor: Impostor
) -> None:
    origin = impostor.url
    slow_harness.media_origins = (origin,)
    results = (RemoteAsset(urls=(f"{origin}/film.mp4",)),)
    job = replace(slow_harness.job(), state=JobState.RUNNING, results=results)
    await slow_harness.leave(job)
    async with slow_harness.engine() as engine:
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.fault
    assert (row.state, row.fault.kind) == (JobState.FAILED, FaultKind.NETWORK)
    assert "certificate" in row.fault.detail
    assert "nothing is ordered a second time" in slow_harness.chat.writes[-1].text
    assert impostor.heard == b""
