"""What is recorded breaks nothing, and shows no key."""

import asyncio
from pathlib import Path

import httpx
import pytest

from bots.transcript import GatewayTranscript, Line
from core.redact import know
from tests.fakes.raw_server import raw_server, reply

KEY = "4c0b7e52-1f1b-4c6e-9d57-1f2a3b4c5d6e"


async def recorded(folder: Path, body: bytes, kind: str) -> tuple[httpx.Response, Line]:
    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(body, headers={"Content-Type": kind}))

    told: list[Line] = []
    async with raw_server(answer) as server, httpx.AsyncClient() as http:
        http.event_hooks = GatewayTranscript(folder / "t.jsonl", server.url, told.append).hooks
        answered = await http.get(server.url)
    return answered, told[0]


async def test_what_is_nested_to_do_harm_breaks_no_request(tmp_path: Path) -> None:
    body = b"[" * 100_000
    answered, line = await recorded(tmp_path, body, "application/json")

    assert answered.content == body
    assert f"({len(body)} bytes of application/json)" in str(line)


@pytest.mark.parametrize("place", range(199_960, 200_001, 10))
async def test_no_part_of_a_key_is_left_where_a_body_is_cut(tmp_path: Path, place: int) -> None:
    know(KEY)
    body = b"x" * place + f" {KEY} and so on".encode()
    _, line = await recorded(tmp_path, body, f"text/plain; for={KEY}")

    assert KEY[:6] not in str(line)
