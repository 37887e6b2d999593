"""A link that lags gets half a minute, a slow file the time that it needs, and no more."""

import asyncio
import gzip
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from core.delivery.collect import collect
from core.delivery.download import Speed, download
from core.dialects import Endpoint
from core.dialects.endpoint import Pace
from core.errors import RECOVERABLE, FaultKind, JobError
from core.media import RemoteAsset
from tests.fakes.raw_server import Handler, raw_server, replies, reply

MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(range(256)) * 40
CHUNKED = b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n"
# Where something hangs for ever, the test shall not.
AT_LAST = 120


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


async def fetch(url: str, folder: Path, **more: Any) -> Path:
    settings: dict[str, Any] = {"name": "clip", "backoff_seconds": 0.0, **more}
    async with asyncio.timeout(AT_LAST):
        return await download(RemoteAsset(urls=(url,)), folder, origin=url, **settings)


async def refusal(server: Handler, folder: Path, **more: Any) -> tuple[JobError, int]:
    """Download what cannot be had: nothing may stay behind."""
    async with raw_server(server) as place:
        with pytest.raises(JobError) as raised:
            await fetch(place.url, folder, **more)
        asked = len(place.requests)
    assert files(folder) == []
    return raised.value, asked


@pytest.mark.parametrize("status", [403, 404, 500, 503])
async def test_a_link_that_lags_is_asked_again_with_growing_pauses(
    status: int, tmp_path: Path
) -> None:
    asked: list[float] = []
    clock = asyncio.get_running_loop().time
    unit = 0.02

    async def lag(request: bytes, writer: asyncio.StreamWriter) -> None:
        if b"Mozilla" not in request:
            asked.append(clock())
        writer.write(reply(MP4) if len(asked) == 6 else reply(status=status))

    async with raw_server(lag) as server:
        path = await fetch(server.url, tmp_path, backoff_seconds=unit)

    pauses = [after - before for before, after in pairwise(asked)]
    assert path.read_bytes() == MP4
    assert len(pauses) == 5
    for pause, least in zip(pauses, (1, 2, 4, 8, 15), strict=True):
        assert pause >= least * unit * 0.9


@pytest.mark.parametrize("status", [404, 403, 500])
async def test_what_says_that_it_has_expired_is_not_asked_again(
    status: int, tmp_path: Path
) -> None:
    said = replies(reply(b"<Message>Request has expired</Message>", status=status))

    error, asked = await refusal(said, tmp_path)

    assert asked == (6 if status == 500 else 1)
    assert error.fault.kind is (FaultKind.NETWORK if status == 500 else FaultKind.EXPIRED)


async def test_the_wait_for_a_link_can_be_cancelled(tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def missing(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(status=404))
        asked.set()

    async with raw_server(missing) as server:
        job = asyncio.create_task(fetch(server.url, tmp_path, backoff_seconds=1000))
        await asked.wait()
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job

    assert files(tmp_path) == []


async def test_no_other_result_waits_for_a_link_that_lags(tmp_path: Path) -> None:
    other = asyncio.Event()

    async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
        if b"GET /other" in request:
            other.set()
        writer.write(reply(status=404))

    async with raw_server(serve) as server:
        pace = Pace(again=AT_LAST)
        gateway = Endpoint(gateway="x", root=server.url, key=SecretStr("k"), pace=pace)
        results = [RemoteAsset(urls=(f"{server.url}/{name}",)) for name in ("late", "other")]
        job = asyncio.create_task(collect(results, tmp_path, gateway))
        async with asyncio.timeout(AT_LAST / 2):
            await other.wait()
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 X\r\nServer: ", CHUNKED, CHUNKED + chunk(MP4)],
    ids=["nothing", "half a head", "a head", "the beginning of a film"],
)
async def test_a_file_that_drips_is_left(start: bytes, tmp_path: Path) -> None:
    async def drip(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(chunk(b"x") if start.startswith(CHUNKED) else b"x" if start else b"")
            await writer.drain()
            await asyncio.sleep(0.01)

    error, asked = await refusal(drip, tmp_path, speed=Speed(start_seconds=0.5))

    assert error.fault.kind is FaultKind.NETWORK
    assert error.fault.kind in RECOVERABLE
    assert error.fault.detail == "the file comes too slowly"
    assert asked == 3


async def test_a_slow_file_has_the_time_that_its_size_needs(tmp_path: Path) -> None:
    """It takes longer than the start alone would allow, beside one that drips and is left."""
    speed = Speed(start_seconds=2, least_bytes=50_000)
    piece = bytes(262_144)

    async def steady(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED + chunk(MP4))
        for _number in range(6):
            writer.write(chunk(piece))
            await writer.drain()
            await asyncio.sleep(0.5)
        writer.write(b"0\r\n\r\n")

    async with raw_server(steady) as server:
        path = await fetch(server.url, tmp_path, speed=speed)

        assert path.stat().st_size == len(MP4) + 6 * len(piece)
        assert len(server.requests) == 1


async def test_a_file_without_end_is_left_when_its_time_is_up(tmp_path: Path) -> None:
    async def pour(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED + chunk(MP4))
        while True:
            writer.write(chunk(bytes(10_000)))
            await writer.drain()
            await asyncio.sleep(0.001)

    error, asked = await refusal(pour, tmp_path, speed=Speed(whole_seconds=1))

    assert error.fault.kind is FaultKind.NETWORK
    assert asked == 1


def packed(body: bytes, times: int) -> Handler:
    for _ in range(times):
        body = gzip.compress(body)
    codings = ", ".join(["gzip"] * times)
    heads = {"Content-Encoding": codings, "Content-Length": str(len(body))}
    return replies(reply(body, headers=heads))


async def test_a_file_that_was_compressed_once_is_taken(tmp_path: Path) -> None:
    async with raw_server(packed(MP4, 1)) as server:
        path = await fetch(server.url, tmp_path)

    assert path.read_bytes() == MP4


async def test_a_file_that_was_compressed_twice_is_refused(tmp_path: Path) -> None:
    error, asked = await refusal(packed(MP4, 2), tmp_path)

    assert error.fault.kind is FaultKind.NOT_MEDIA
    assert error.fault.detail == "the answer is compressed more than once"
    assert asked == 1


async def test_a_compressed_file_counts_as_what_it_becomes(tmp_path: Path) -> None:
    error, asked = await refusal(packed(MP4 + bytes(50_000_000), 1), tmp_path, cap_bytes=1_000_000)

    assert error.fault.kind is FaultKind.OVERSIZED
    assert asked == 1
