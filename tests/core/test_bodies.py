"""A body counts as what it becomes, and costs no more than the limit on the way."""

import asyncio
import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import nullcontext as nothing

import brotli  # pyright: ignore[reportMissingTypeStubs] it has no types
import httpx
import pytest

from core.bodies import DecodedTooLargeError, body_of
from tests.fakes.raw_server import Handler, raw_server, replies, reply

LIMIT_BYTES = 1_000_000
TEXT = b'{"status": "SUCCESS", "progress": "100%"}' * 4000
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue]
    "identity": bytes,
    "utf-8": bytes,
    "aws-chunked": bytes,
}
SMALL_PIECE = 200_000


def encoded(body: bytes, *codings: str) -> bytes:
    return reply(
        body,
        headers={"Content-Encoding": ", ".join(codings), "Content-Length": str(len(body))},
    )


async def pieces(
    server: Handler, limit_bytes: int = LIMIT_BYTES, *, least_bytes: int = 1
) -> list[bytes]:
    """Read an answer over a real socket."""
    found: list[bytes] = []
    async with (
        raw_server(server) as place,
        httpx.AsyncClient(trust_env=False) as http,
        http.stream("GET", place.url) as response,
    ):
        async for piece in body_of(response, limit_bytes, least_bytes=least_bytes):
            found.append(piece)  # noqa: PERF401 what has come before an error is wanted
    return found


@pytest.mark.parametrize("coding", CODINGS)
async def test_a_body_that_is_compressed_once_is_read(coding: str) -> None:
    found = await pieces(replies(encoded(CODINGS[coding](TEXT), coding)))

    assert b"".join(found) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity"])
async def test_bytes_may_come_one_by_one(coding: str) -> None:
    head, _, body = encoded(CODINGS[coding](TEXT[:300]), coding).partition(b"\r\n\r\n")

    async def drip(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(head + b"\r\n\r\n")
        for byte in body:
            writer.write(bytes([byte]))
            await writer.drain()

    assert b"".join(await pieces(drip)) == TEXT[:300]


@pytest.mark.parametrize("coding", ["gzip", "identity"])
async def test_what_has_come_is_given_before_the_rest_has(coding: str) -> None:
    heard, gzipped = asyncio.Event(), zlib.compressobj(wbits=31)

    async def serve(_: bytes, writer: asyncio.StreamWriter) -> None:
        first = b"data: 1\n\n"
        if coding == "gzip":
            first = gzipped.compress(first) + gzipped.flush(zlib.Z_SYNC_FLUSH)
        writer.write(
            b"HTTP/1.1 200 X\r\nConnection: close\r\nContent-Encoding: %s\r\n\r\n"
            % coding.encode()
        )
        writer.write(first)
        await heard.wait()

    async with (
        raw_server(serve) as server,
        httpx.AsyncClient(trust_env=False) as http,
        http.stream("GET", server.url) as response,
    ):
        first = await anext(body_of(response, LIMIT_BYTES))
        heard.set()

    assert first == b"data: 1\n\n"


@pytest.mark.parametrize(
    "codings", [("gzip", "gzip"), ("gzip", "br"), ("deflate", "identity", "gzip")]
)
async def test_what_is_compressed_more_than_once_is_refused(codings: tuple[str, ...]) -> None:
    body = TEXT
    for coding in codings:
        body = CODINGS[coding](body)

    with pytest.raises(httpx.DecodingError, match="more than once"):
        await pieces(replies(encoded(body, *codings)))


async def test_two_heads_are_two_codings() -> None:
    body = gzip.compress(gzip.compress(TEXT))
    head = b"HTTP/1.1 200 X\r\nConnection: close\r\n" + b"Content-Encoding: gzip\r\n" * 2 + b"\r\n"

    with pytest.raises(httpx.DecodingError, match="more than once"):
        await pieces(replies(head + body))


@pytest.mark.slow
@pytest.mark.parametrize("coding", ["gzip", "br", "deflate"])
async def test_a_bomb_costs_no_more_than_a_body_of_the_limit(coding: str) -> None:
    """The attack and its quiet twin, in bytes that were held at once."""
    twin = encoded(CODINGS[coding](random.Random(1).randbytes(900_000)), coding)
    bomb = encoded(CODINGS[coding](bytes(300_000_000)), coding)
    assert len(bomb) < LIMIT_BYTES

    peaks: list[int] = []
    for answer in (twin, bomb):
        tracemalloc.start()
        with pytest.raises(DecodedTooLargeError) if answer is bomb else nothing():
            await pieces(replies(answer))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < 2 * peaks[0]


@pytest.mark.parametrize("coding", ["gzip", "br"])
async def test_a_body_of_just_the_limit_is_read_and_one_more_byte_is_not(coding: str) -> None:
    def served(size_bytes: int) -> Handler:
        return replies(encoded(CODINGS[coding](bytes(size_bytes)), coding))

    assert len(b"".join(await pieces(served(LIMIT_BYTES)))) == LIMIT_BYTES
    with pytest.raises(DecodedTooLargeError, match="more than 1 MB"):
        await pieces(served(LIMIT_BYTES + 1))


@pytest.mark.parametrize("coding", ["gzip", "br", "identity"])
async def test_what_follows_the_end_is_counted_too(coding: str) -> None:
    async def endless(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\nContent-Encoding: %s\r\n\r\n" % coding.encode())
        writer.write(CODINGS[coding](b"{}"))
        while True:
            writer.write(b"x" * 60_000)
            await writer.drain()

    # For brotli it is nonsense; all that counts is that it is not read for ever.
    with pytest.raises(httpx.DecodingError if coding == "br" else DecodedTooLargeError):
        await pieces(endless)


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate"])
async def test_what_is_not_what_it_says_is_refused(coding: str) -> None:
    with pytest.raises(httpx.DecodingError):
        await pieces(replies(encoded(b"<html>no coding at all, but a page</html>", coding)))


async def test_pieces_can_be_wanted_in_a_size() -> None:
    found = await pieces(replies(encoded(gzip.compress(TEXT), "gzip")), least_bytes=100_000)

    assert b"".join(found) == TEXT
    assert [len(piece) >= 100_000 for piece in found] == [True] * (len(found) - 1) + [False]
    assert max(map(len, found)) < SMALL_PIECE
