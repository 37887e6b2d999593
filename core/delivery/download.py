"""Takes a result from a gateway to our disk: whole, checked, and never all in memory."""

import asyncio
import logging
import os
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from io import BufferedWriter
from pathlib import Path

import httpx
from pydantic import BaseModel, ValidationError

from core.errors import Fault, FaultKind, JobError
from core.files.disk import disk_errors, unfinished
from core.files.media_info import EXTENSIONS, sniff
from core.media import RemoteAsset
from core.public_http import GuardedTransport, UnsafeAddressError
from core.public_http import origin as origin_of
from core.redact import quote

log = logging.getLogger(__name__)

_ATTEMPTS = 3
_REDIRECTS = 5
_PIECE_BYTES = 1_048_576
_SAID_BYTES = 4096
_TEXTS = ("application/json", "text/plain")
_SAID_CHARS = 200
_TIMEOUT = httpx.Timeout(60, connect=15)
_AGENT = "cliprelay"
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0"

_PASSING = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
# When no link works, the first of these that was met says most about what to do.
_TELLING = (
    FaultKind.UNREACHABLE_LINK,
    FaultKind.EXPIRED,
    FaultKind.OVERSIZED,
    FaultKind.NOT_MEDIA,
    FaultKind.LINK_DEAD,
    FaultKind.NETWORK,
)
_UNFINISHED = re.compile(r"not completed yet|\bin_progress\b", re.IGNORECASE)
_EXPIRED = re.compile(r"\bexpired\b|过期|已失效", re.IGNORECASE)
_MESSAGE = re.compile(r"<Message>([^<]*)|\"message\"\s*:\s*\"([^\"]*)", re.IGNORECASE)
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_QUERY = re.compile(r"(https?://[^\s?\"'<>]*)\?[^\s\"'<>]*", re.IGNORECASE)


async def download(  # noqa: PLR0913 all but two are named in the call
    remote: RemoteAsset,
    folder: Path,
    *,
    name: str,
    origin: str,
    headers: Mapping[str, str] = {},
    cap_bytes: int = 2_000_000_000,
    transport: httpx.AsyncBaseTransport | None = None,
    backoff_seconds: float = 1.0,
) -> Path:
    """Fetch the first of the urls that gives media into `folder/name.<what it is>`.

    The file has that name only when it is whole. `origin` is the endpoint's own: it may be a
    private address, and only it is ever sent `headers` (the key). `transport` replaces the
    guarded one and is closed at the end. Raises JobError, or StorageError for a broken disk.
    """
    own = origin_of(origin)
    faults: list[Fault] = []
    async with transport or GuardedTransport(frozenset({own})) as carrier:
        transfer = _Transfer(
            remote=remote,
            part=folder / f"{name}.part",
            own_origin=own,
            headers=headers,
            cap_bytes=cap_bytes,
            transport=carrier,
            backoff_seconds=backoff_seconds,
        )
        for url in remote.urls:
            try:
                return await transfer.fetch(url)
            except JobError as error:
                if error.fault.kind is FaultKind.DISK_FULL:
                    raise
                faults.append(error.fault)
    no_link = Fault(kind=FaultKind.NO_MEDIA)
    raise JobError(min(faults, key=lambda fault: _TELLING.index(fault.kind), default=no_link))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Transfer:
    remote: RemoteAsset
    part: Path
    own_origin: str
    headers: Mapping[str, str]
    cap_bytes: int
    transport: httpx.AsyncBaseTransport
    backoff_seconds: float

    async def fetch(self, url: str) -> Path:
        """Try one url, again after what passes by itself."""
        for attempt in range(1, _ATTEMPTS):
            try:
                return await self._attempt(url)
            except JobError as error:
                if error.fault.kind is not FaultKind.NETWORK:
                    raise
                log.info("download: attempt %d failed: %s", attempt, error)
            await asyncio.sleep(self.backoff_seconds * 2 ** (attempt - 1))
        return await self._attempt(url)

    async def _attempt(self, url: str) -> Path:
        try:
            return await self._take(url, agent=_AGENT, keyed=self.remote.authorized)
        except JobError as error:
            fault = error.fault
            if fault.http_status != HTTPStatus.FORBIDDEN or fault.kind is FaultKind.EXPIRED:
                raise
        # Some CDNs refuse whatever does not look like a browser, some a key beside a signature.
        return await self._take(url, agent=_BROWSER, keyed=False)

    async def _take(self, url: str, *, agent: str, keyed: bool) -> Path:
        try:
            async with self._opened(url, agent=agent, keyed=keyed) as response:
                await _check_status(response)
                return await self._store(response)
        except UnsafeAddressError as error:
            fault = Fault(kind=FaultKind.UNREACHABLE_LINK, detail=str(error))
            raise JobError(fault) from error
        except httpx.InvalidURL as error:
            fault = Fault(kind=FaultKind.LINK_DEAD, detail="the link is malformed")
            raise JobError(fault) from error
        except httpx.RequestError as error:
            detail = _said(str(error)) or type(error).__name__
            raise JobError(Fault(kind=FaultKind.NETWORK, detail=detail)) from error

    @asynccontextmanager
    async def _opened(
        self, url: str, *, agent: str, keyed: bool
    ) -> AsyncGenerator[httpx.Response]:
        """Follow redirects and a link in place of the media; the key goes to neither."""
        place = httpx.URL(url)
        for _ in range(_REDIRECTS + 1):
            keyed = keyed and origin_of(str(place)) == self.own_origin
            request = self._request(place, agent, self.headers if keyed else {})
            response = await self.transport.handle_async_request(request)
            try:
                if response.has_redirect_location:
                    place = place.join(response.headers["Location"])
                elif keyed and _is_short_text(response):
                    place = httpx.URL(await _named_link(response))
                else:
                    yield response
                    return
                keyed = False
            finally:
                await response.aclose()
        raise JobError(Fault(kind=FaultKind.LINK_DEAD, detail="too many redirects"))

    def _request(self, place: httpx.URL, agent: str, key: Mapping[str, str]) -> httpx.Request:
        plain = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": agent}
        timeout = {"timeout": _TIMEOUT.as_dict()}
        return httpx.Request("GET", place, headers={**plain, **key}, extensions=timeout)

    async def _store(self, response: httpx.Response) -> Path:
        self._check_size(int(response.headers.get("Content-Length", 0)))
        with disk_errors(), unfinished(self.part) as part:
            with _created(part) as file:
                mime = await self._copy(response, file)
            return part.replace(part.with_suffix(EXTENSIONS[mime]))

    async def _copy(self, response: httpx.Response, file: BufferedWriter) -> str:
        """Write the body; its first bytes tell what it is."""
        mime, size_bytes = "", 0
        async for piece in response.aiter_raw(_PIECE_BYTES):
            mime = mime or self._checked_mime(piece)
            size_bytes += len(piece)
            self._check_size(size_bytes)
            await asyncio.to_thread(file.write, piece)
        if not mime:
            raise JobError(Fault(kind=FaultKind.NOT_MEDIA, detail="the file is empty"))
        await asyncio.to_thread(_settle, file)
        return mime

    def _check_size(self, size_bytes: int) -> None:
        if size_bytes > self.cap_bytes:
            detail = f"more than {self.cap_bytes / 1e6:.0f} MB"
            raise JobError(Fault(kind=FaultKind.OVERSIZED, detail=detail))

    def _checked_mime(self, head: bytes) -> str:
        mime = sniff(head)
        if mime in EXTENSIONS and mime.startswith(self.remote.kind):
            return mime
        raise JobError(_fault(FaultKind.NOT_MEDIA, head, status=None))


class _Elsewhere(BaseModel):
    url: str | None = None
    video_url: str | None = None


def _is_short_text(response: httpx.Response) -> bool:
    mime = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    size_bytes = int(response.headers.get("Content-Length", 0))
    return response.is_success and mime in _TEXTS and size_bytes <= _SAID_BYTES


async def _named_link(response: httpx.Response) -> str:
    """Read the link that some gateways give in place of the bytes: as JSON or bare."""
    head = b""
    async for piece in response.aiter_raw(_SAID_BYTES):
        head += piece
        if len(head) > _SAID_BYTES:
            break
    link = _link_in(head.decode(errors="ignore").strip())
    if not link:
        raise JobError(_fault(FaultKind.NOT_MEDIA, head, status=None))
    return link


def _link_in(text: str) -> str:
    try:
        found = _Elsewhere.model_validate_json(text)
    except ValidationError:
        found = _Elsewhere(url=text)
    links = (found.video_url, found.url)
    return next((link for link in links if link and _LINK.fullmatch(link)), "")


async def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if status == HTTPStatus.OK:
        return
    head = b""
    with suppress(httpx.RequestError):
        head = await anext(response.aiter_raw(_SAID_BYTES), b"")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING:
        kind = FaultKind.NETWORK
    else:
        kind = FaultKind.NOT_MEDIA if response.is_success else FaultKind.LINK_DEAD
    raise JobError(_fault(kind, head, status=status))


def _fault(kind: FaultKind, body: bytes, *, status: int | None) -> Fault:
    """Say what an answer is that holds no media: its own words, if it has some."""
    mime = sniff(body)
    text = "" if mime or b"\0" in body else body[:_SAID_BYTES].decode(errors="ignore")
    if kind is not FaultKind.NETWORK and _EXPIRED.search(text):
        kind = FaultKind.EXPIRED
    elif kind is FaultKind.NOT_MEDIA and _UNFINISHED.search(text):
        kind = FaultKind.LINK_DEAD  # like a 400 that says so: the task is asked again
    return Fault(kind=kind, reason=_said(text), detail=mime, http_status=status)


def _said(text: str) -> str:
    # The rest of a storage's XML repeats what was signed, and how.
    message = _MESSAGE.search(text)
    words = (message[1] or message[2] or "") if message else text
    return quote(_QUERY.sub(r"\1", words), _SAID_CHARS)


def _created(path: Path) -> BufferedWriter:
    return path.open("wb")


def _settle(file: BufferedWriter) -> None:
    """Bring the bytes to the disk, so that not even a power cut leaves a named empty file."""
    file.flush()
    os.fsync(file.fileno())
