"""The HTTP side of the Telegram stand-in: reading bodies, and serving inside a running loop."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.requests import Request

from tests.fakes.telegram_schema import Upload

KEPT_BYTES = 1 << 20
FORM_BYTES = 1 << 20
_BOUNDARY = re.compile(r'boundary="?([^";]+)')
_NAME = re.compile(r'[ ;]name="([^"]*)"')
_FILE_NAME = re.compile(r'filename="([^"]*)"')
_MIME = re.compile(r"^content-type: *(\S+)", re.IGNORECASE | re.MULTILINE)


class TooLargeError(Exception):
    """A file is larger than what the server takes."""


@dataclass(slots=True)
class Body:
    """What a request carries, by name."""

    fields: dict[str, str] = field(default_factory=dict[str, str])
    uploads: dict[str, Upload] = field(default_factory=dict[str, Upload])


async def read_body(request: Request, upload_bytes: int) -> Body:
    """Read a form of either kind; a query string counts as well."""
    raw = await _read(request, upload_bytes + FORM_BYTES)
    body = Body(fields=dict(request.query_params))
    boundary = _BOUNDARY.search(request.headers.get("content-type", ""))
    if not boundary:
        body.fields |= parse_qsl(raw.decode(), keep_blank_values=True)
        return body
    for head, content in _parts(raw, boundary[1].encode()):
        _keep(body, head, content)
    if any(upload.size_bytes > upload_bytes for upload in body.uploads.values()):
        raise TooLargeError
    return body


async def _read(request: Request, most_bytes: int) -> bytes:
    """Read to the end even when it is too much: who still writes does not see the answer."""
    raw = bytearray()
    size_bytes = 0
    async for chunk in request.stream():
        size_bytes += len(chunk)
        if size_bytes <= most_bytes:
            raw += chunk
    if size_bytes > most_bytes:
        raise TooLargeError
    return bytes(raw)


def _parts(raw: bytes, boundary: bytes) -> Iterator[tuple[str, bytes]]:
    for part in (b"\r\n" + raw).split(b"\r\n--" + boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        yield head.decode(), content


def _keep(body: Body, head: str, content: bytes) -> None:
    name = _NAME.search(head)
    file_name = _FILE_NAME.search(head)
    mime = _MIME.search(head)
    assert name, head
    if not file_name:
        body.fields[name[1]] = content.decode()
        return
    body.uploads[name[1]] = Upload(
        name=file_name[1],
        mime=mime[1] if mime else "application/octet-stream",
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        data=content,
        kept=len(content) <= KEPT_BYTES,
    )
