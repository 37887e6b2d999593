"""What a server says in place of a file."""

import re
from contextlib import suppress
from http import HTTPStatus

import httpx
from pydantic import BaseModel, ValidationError

from core.bodies import body_of
from core.errors import Fault, FaultKind, JobError
from core.files.media_info import sniff
from core.redact import quote

_SAID_BYTES = 4096
_READ_BYTES = 1_000_000
_TEXTS = ("application/json", "text/plain")
_SAID_CHARS = 200

_PASSING = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
_UNFINISHED = re.compile(r"not completed yet|\bin_progress\b", re.IGNORECASE)
_EXPIRED = re.compile(r"\bexpired\b|过期|已失效", re.IGNORECASE)
_MESSAGE = re.compile(r"<Message>([^<]*)|\"message\"\s*:\s*\"([^\"]*)", re.IGNORECASE)
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_QUERY = re.compile(r"(https?://[^\s?\"'<>]*)\?[^\s\"'<>]*", re.IGNORECASE)


class _Elsewhere(BaseModel):
    url: str | None = None
    video_url: str | None = None


def is_short_text(response: httpx.Response) -> bool:
    """Tell whether an answer may be the name of a link, and no file."""
    mime = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    size_bytes = int(response.headers.get("Content-Length", 0))
    return response.is_success and mime in _TEXTS and size_bytes <= _SAID_BYTES


async def named_link(response: httpx.Response) -> str:
    """Read the link that some gateways give in place of the bytes: as JSON or bare."""
    head = await _head(response)
    link = _link_in(head.decode(errors="ignore").strip())
    if not link:
        raise JobError(fault_of(FaultKind.NOT_MEDIA, head, status=None))
    return link


def _link_in(text: str) -> str:
    try:
        found = _Elsewhere.model_validate_json(text)
    except ValidationError:
        found = _Elsewhere(url=text)
    links = (found.video_url, found.url)
    return next((link for link in links if link and _LINK.fullmatch(link)), "")


async def check_status(response: httpx.Response) -> None:
    """Raise JobError unless the answer promises a whole file."""
    status = response.status_code
    if status == HTTPStatus.OK:
        return
    head = b""
    with suppress(httpx.RequestError):
        head = await _head(response)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING:
        kind = FaultKind.NETWORK
    else:
        kind = FaultKind.NOT_MEDIA if response.is_success else FaultKind.LINK_DEAD
    raise JobError(fault_of(kind, head, status=status))


async def _head(response: httpx.Response) -> bytes:
    head = b""
    async for piece in body_of(response, _READ_BYTES):
        head += piece
        if len(head) > _SAID_BYTES:
            break
    return head


def fault_of(kind: FaultKind, body: bytes, *, status: int | None) -> Fault:
    """Describe an answer that holds no media, in its own words if it has any."""
    mime = sniff(body)
    text = "" if mime or b"\0" in body else body[:_SAID_BYTES].decode(errors="ignore")
    if kind is not FaultKind.NETWORK and _EXPIRED.search(text):
        kind = FaultKind.EXPIRED
    elif kind is FaultKind.NOT_MEDIA and _UNFINISHED.search(text):
        kind = FaultKind.LINK_DEAD  # like a 400 that says so: the task is asked again
    return Fault(kind=kind, reason=said(text), detail=mime, http_status=status)


def said(text: str) -> str:
    """Give what people may read of an answer or error."""
    # The rest of a storage's XML repeats what was signed, and how.
    message = _MESSAGE.search(text)
    words = (message[1] or message[2] or "") if message else text
    return quote(_QUERY.sub(r"\1", words), _SAID_CHARS)
