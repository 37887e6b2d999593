"""Reads bodies of HTTP answers, decoded in small steps: a limit counts what bytes become.

Gateways compress whatever was asked for, and a few kilobytes can become gigabytes.
"""

import zlib
from collections.abc import AsyncGenerator, Iterator
from typing import Any, Protocol

import brotli  # pyright: ignore[reportMissingTypeStubs] it has no types
import httpx

_brotli: Any = brotli
_STEP_BYTES = 65_536
_ANY_ZLIB = 32 + zlib.MAX_WBITS  # with the head of gzip or of zlib


class DecodedTooLargeError(httpx.DecodingError):
    """The body is larger than anybody wants it."""


async def body_of(
    response: httpx.Response, limit_bytes: int, *, least_bytes: int = 1
) -> AsyncGenerator[bytes]:
    """Give an open answer's body as it comes, in pieces of `least_bytes` but for the last.

    Raises:
        DecodedTooLargeError: it has more bytes than the limit, as it comes or decoded.
        httpx.DecodingError: it is not what its head says, or was encoded more than once.
        httpx.TransportError: it did not come to its end.
    """
    coding = _coding_of(response)
    held, came_bytes, made_bytes = bytearray(), 0, 0
    async for chunk in response.aiter_raw():
        came_bytes += len(chunk)
        _check(came_bytes, limit_bytes)  # also what follows the end of the coding
        for step in coding.steps(chunk):
            made_bytes += len(step)
            _check(made_bytes, limit_bytes)
            held += step
            if len(held) >= least_bytes:
                yield bytes(held)
                held.clear()
    if held:
        yield bytes(held)


def _check(size_bytes: int, limit_bytes: int) -> None:
    if size_bytes > limit_bytes:
        raise DecodedTooLargeError(f"more than {limit_bytes / 1e6:g} MB")


class _Coding(Protocol):
    def steps(self, chunk: bytes) -> Iterator[bytes]:
        """Decode a chunk; no step has more than a little over `_STEP_BYTES`."""
        ...


def _coding_of(response: httpx.Response) -> _Coding:
    told = response.headers.get_list("content-encoding", split_commas=True)
    # Some tell what is no coding at all: "utf-8", "aws-chunked".
    known = [name for each in told if (name := each.strip().lower()) in _CODINGS]
    if len(known) > 1:
        raise httpx.DecodingError("the answer is compressed more than once")
    return _CODINGS[known[0]]() if known else _Identity()


class _Identity:
    def steps(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk


class _Zlib:
    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(_ANY_ZLIB)

    def steps(self, chunk: bytes) -> Iterator[bytes]:
        step = b"" if self._inflater.eof else chunk
        while step:
            try:
                step = self._inflater.decompress(chunk, _STEP_BYTES)
            except zlib.error as error:
                raise httpx.DecodingError(str(error)) from error
            chunk = self._inflater.unconsumed_tail
            yield step


class _Brotli:
    def __init__(self) -> None:
        self._inflater = _brotli.Decompressor()

    def steps(self, chunk: bytes) -> Iterator[bytes]:
        inflater, step = self._inflater, chunk
        while (step or not inflater.can_accept_more_data()) and not inflater.is_finished():
            try:
                step = inflater.process(chunk, output_buffer_limit=_STEP_BYTES)
            except _brotli.error as error:
                raise httpx.DecodingError(str(error)) from error
            chunk = b""
            yield step


_CODINGS = {"br": _Brotli, "deflate": _Zlib, "gzip": _Zlib, "x-gzip": _Zlib}
