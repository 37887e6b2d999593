"""The HTTP side of the Telegram stand-in: reading bodies, and serving inside a running loop."""

import hashlib
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from tempfile import TemporaryFile
from urllib.parse import parse_qsl

from starlette.requests import Request

from tests.fakes.telegram.schema import TelegramUpload

KEPT_BYTES = 1 << 20
READ_BYTES = 10 << 20
Raw = bytes | mmap
FORM_BYTES = 1 << 20
_BOUNDARY = re.compile(r'boundary="?([^";]+)')
_NAME = re.compile(r'[ ;]name="([^"]*)"')
_FILE_NAME = re.compile(r'filename="([^"]*)"')
_MIME = re.compile(r"^content-type: *(\S+)", re.IGNORECASE | re.MULTILINE)


class BodyTooLargeError(Exception):
    """A file is larger than what the server takes."""


@dataclass(slots=True)
class RequestBody:
    """What a request carries, by name."""

    fields: dict[str, str] = field(default_factory=dict[str, str])
    uploads: dict[str, TelegramUpload] = field(default_factory=dict[str, TelegramUpload])


async def read_body(request: Request, upload_bytes: int) -> RequestBody:
    """Read a form of either kind; a query string counts as well."""
    boundary = _BOUNDARY.search(request.headers.get("content-type", ""))
    body = RequestBody(fields=dict(request.query_params))
    async with _received(request, upload_bytes + FORM_BYTES) as raw:
        if not boundary:
            body.fields |= parse_qsl(raw[:].decode(), keep_blank_values=True)
            return body
        for head, start, end in _parts(raw, boundary[1].encode()):
            _keep(body, head, raw, slice(start, end))
    if any(upload.size_bytes > upload_bytes for upload in body.uploads.values()):
        raise BodyTooLargeError
    return body


@asynccontextmanager
async def _received(request: Request, most_bytes: int) -> AsyncGenerator[Raw]:
    """Read to the end even when it is too much: who still writes does not see the answer."""
    with TemporaryFile() as file:
        size_bytes = 0
        async for chunk in request.stream():
            size_bytes += len(chunk)
            if size_bytes <= most_bytes:
                file.write(chunk)
        if size_bytes > most_bytes:
            raise BodyTooLargeError
        file.flush()
        if not size_bytes:
            yield b""
            return
        with mmap(file.fileno(), 0, access=ACCESS_READ) as raw:
            yield raw


def _parts(raw: Raw, boundary: bytes) -> Iterator[tuple[str, int, int]]:
    """Give the head of each part, and where its content begins and ends."""
    mark = b"\r\n--" + boundary
    start = len(mark) - 2
    while (end := raw.find(mark, start)) >= 0:
        begin = raw.find(b"\r\n\r\n", start)
        yield raw[start:begin].decode(), begin + 4, end
        start = end + len(mark)


def _keep(body: RequestBody, head: str, raw: Raw, where: slice) -> None:
    name = _NAME.search(head)
    file_name = _FILE_NAME.search(head)
    mime = _MIME.search(head)
    assert name, head
    if not file_name:
        body.fields[name[1]] = raw[where].decode()
        return
    size_bytes = where.stop - where.start
    digest = hashlib.sha256()
    for start in range(where.start, where.stop, KEPT_BYTES):
        digest.update(raw[start : min(start + KEPT_BYTES, where.stop)])
    body.uploads[name[1]] = TelegramUpload(
        name=file_name[1],
        mime=mime[1] if mime else "application/octet-stream",
        size_bytes=size_bytes,
        sha256=digest.hexdigest(),
        data=raw[where] if size_bytes <= READ_BYTES else b"",
        kept=size_bytes <= KEPT_BYTES,
    )
