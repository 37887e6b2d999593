"""Takes a result from a gateway to our disk: whole, checked, and never all in memory."""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from io import BufferedWriter
from pathlib import Path

import httpx

from core.bodies import DecodedTooLargeError, body_of
from core.delivery.refusals import check_status, fault_of, is_short_text, named_link, said
from core.errors import Fault, FaultKind, JobError
from core.files.disk import disk_errors, unfinished
from core.files.media_info import EXTENSIONS, sniff
from core.media import RemoteAsset
from core.public_http import GuardedTransport, UnsafeAddressError
from core.public_http import origin as origin_of

log = logging.getLogger(__name__)

# Pauses before a link is asked again, in units of `backoff_seconds`. Storages lag behind the
# gateways that name their files: half a minute is given to what answers as if there were none.
_PAUSES = (1, 2, 4, 8, 15)
_BREAKS = 2  # but no more of them where it was the transfer that failed
_REDIRECTS = 5
_PIECE_BYTES = 262_144
_TIMEOUT = httpx.Timeout(60, connect=15)
_AGENT = "cliprelay"
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0"

_LAGGING = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
# When no link works, the first of these that was met says most about what to do.
_TELLING = (
    FaultKind.UNREACHABLE_LINK,
    FaultKind.EXPIRED,
    FaultKind.OVERSIZED,
    FaultKind.NOT_MEDIA,
    FaultKind.LINK_DEAD,
    FaultKind.NETWORK,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How slowly a file may come.

    Attributes:
        start_seconds: how long nothing need come, for each attempt.
        least_bytes: so many a second on average from then on.
        whole_seconds: for all links and attempts together.
    """

    start_seconds: float = 60
    least_bytes: float = 50_000
    whole_seconds: float = 1800


_SPEED = Speed()


async def download(  # noqa: PLR0913 all but two are named in the call
    remote: RemoteAsset,
    folder: Path,
    *,
    name: str,
    origin: str,
    media_origins: Collection[str] = (),
    headers: Mapping[str, str] = {},
    cap_bytes: int = 2_000_000_000,
    transport: httpx.AsyncBaseTransport | None = None,
    backoff_seconds: float = 1.0,
    speed: Speed = _SPEED,
) -> Path:
    """Fetch the first of the urls that gives media into `folder/name.<what it is>`.

    The file has that name only when it is whole. `origin` is the endpoint's own: it may be a
    private address, as may `media_origins`, and only it is ever sent `headers` (the key).
    `transport` replaces the guarded one and is closed at the end. What may pass by itself is asked
    again, for half a minute with `backoff_seconds` of 1.

    Raises:
        JobError: none of them gives media.
        StorageError: the disk is broken.
    """
    own = origin_of(origin)
    allowed = frozenset({own, *media_origins})
    async with transport or GuardedTransport(allowed) as carrier:
        transfer = _Transfer(
            remote=remote,
            part=folder / f"{name}.part",
            own_origin=own,
            headers=headers,
            cap_bytes=cap_bytes,
            transport=carrier,
            speed=speed,
        )
        try:
            async with asyncio.timeout(speed.whole_seconds):
                return await _first(transfer, remote.urls, backoff_seconds)
        except TimeoutError as error:
            raise _too_slow() from error


async def _first(transfer: "_Transfer", urls: Sequence[str], backoff_seconds: float) -> Path:
    """Try all links in turn, and try those again that may work later."""
    faults: dict[str, Fault] = {}
    left = list(urls)
    for number, pause in enumerate((0, *_PAUSES)):
        if left:
            await asyncio.sleep(pause * backoff_seconds)
        for url in tuple(left):
            try:
                return await transfer.attempt(url)
            except JobError as error:
                if error.fault.kind is FaultKind.DISK_FULL:
                    raise
                log.info("download: attempt %d failed: %s", number + 1, error)
                faults[url] = error.fault
                if not _may_pass(error.fault, number):
                    left.remove(url)
    no_link = Fault(kind=FaultKind.NO_MEDIA)
    told = min(faults.values(), key=lambda fault: _TELLING.index(fault.kind), default=no_link)
    raise JobError(told)


def _may_pass(fault: Fault, number: int) -> bool:
    """Tell whether a link is worth another try after attempt `number`, from 0."""
    if fault.http_status is None:
        return fault.kind is FaultKind.NETWORK and number < _BREAKS
    lags = fault.kind is FaultKind.LINK_DEAD and fault.http_status in _LAGGING
    return lags or fault.kind is FaultKind.NETWORK


@dataclass(frozen=True, slots=True, kw_only=True)
class _Transfer:
    remote: RemoteAsset
    part: Path
    own_origin: str
    headers: Mapping[str, str]
    cap_bytes: int
    transport: httpx.AsyncBaseTransport
    speed: Speed

    async def attempt(self, url: str) -> Path:
        """Try one url."""
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
            async with (
                asyncio.timeout(self.speed.start_seconds) as deadline,
                self._opened(url, agent=agent, keyed=keyed) as response,
            ):
                await check_status(response)
                return await self._store(response, deadline)
        except TimeoutError as error:
            raise _too_slow() from error
        except DecodedTooLargeError as error:
            raise JobError(Fault(kind=FaultKind.OVERSIZED, detail=str(error))) from error
        except httpx.DecodingError as error:
            raise JobError(Fault(kind=FaultKind.NOT_MEDIA, detail=str(error))) from error
        except UnsafeAddressError as error:
            fault = Fault(kind=FaultKind.UNREACHABLE_LINK, detail=str(error))
            raise JobError(fault) from error
        except httpx.InvalidURL as error:
            fault = Fault(kind=FaultKind.LINK_DEAD, detail="the link is malformed")
            raise JobError(fault) from error
        except httpx.RequestError as error:
            detail = said(str(error)) or type(error).__name__
            raise JobError(Fault(kind=FaultKind.NETWORK, detail=detail)) from error

    @asynccontextmanager
    async def _opened(
        self, url: str, *, agent: str, keyed: bool
    ) -> AsyncGenerator[httpx.Response]:
        """Follow redirects, and a link given in place of the media; the key goes to neither."""
        place = httpx.URL(url)
        for _ in range(_REDIRECTS + 1):
            keyed = keyed and origin_of(str(place)) == self.own_origin
            request = self._request(place, agent, self.headers if keyed else {})
            response = await self.transport.handle_async_request(request)
            try:
                if response.has_redirect_location:
                    place = place.join(response.headers["Location"])
                elif keyed and is_short_text(response):
                    place = httpx.URL(await named_link(response))
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

    async def _store(self, response: httpx.Response, deadline: asyncio.Timeout) -> Path:
        if int(response.headers.get("Content-Length", 0)) > self.cap_bytes:
            raise DecodedTooLargeError(f"more than {self.cap_bytes / 1e6:g} MB")
        with disk_errors(), unfinished(self.part) as part:
            with _created(part) as file:
                mime = await self._copy(response, file, deadline)
            return part.replace(part.with_suffix(EXTENSIONS[mime]))

    async def _copy(
        self, response: httpx.Response, file: BufferedWriter, deadline: asyncio.Timeout
    ) -> str:
        """Write the body; its first bytes tell what it is, and each buys time."""
        mime, until = "", deadline.when() or 0
        async for piece in body_of(response, self.cap_bytes, least_bytes=_PIECE_BYTES):
            mime = mime or self._checked_mime(piece)
            until += len(piece) / self.speed.least_bytes
            deadline.reschedule(until)
            await asyncio.to_thread(file.write, piece)
        if not mime:
            raise JobError(Fault(kind=FaultKind.NOT_MEDIA, detail="the file is empty"))
        await asyncio.to_thread(_settle, file)
        return mime

    def _checked_mime(self, head: bytes) -> str:
        mime = sniff(head)
        if mime in EXTENSIONS and mime.startswith(self.remote.kind):
            return mime
        raise JobError(fault_of(FaultKind.NOT_MEDIA, head, status=None))


def _too_slow() -> JobError:
    return JobError(Fault(kind=FaultKind.NETWORK, detail="the file comes too slowly"))


def _created(path: Path) -> BufferedWriter:
    return path.open("wb")


def _settle(file: BufferedWriter) -> None:
    """Flush the bytes to disk, so that not even a power cut leaves an empty file behind a name."""
    file.flush()
    os.fsync(file.fileno())
