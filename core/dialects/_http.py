"""How a dialect speaks HTTP: a creation that is never sent twice, and a look that may be repeated.

Source: provider reference 5.4 (creation is not idempotent), 11 (step 2), H31-H40.
"""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace

import httpx

from core.dialects._faults import Circumstances, fault_of, is_refusal
from core.dialects._json import Json, mapping, parse
from core.dialects.endpoint import Endpoint
from core.errors import Fault, FaultKind, JobError
from core.redact import quote

_ACCEPT = {"Accept": "application/json", "Accept-Encoding": "identity"}
_ATTEMPTS = 3
_CONNECT_SECONDS = 15.0
_FIRST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 30.0
_BODY_LIMIT = 1_000_000
# Gateways that answer these have not taken the request, so that it may be sent again.
_NOT_ACCEPTED = frozenset({FaultKind.RATE_LIMITED, FaultKind.OVERLOADED})
_NOT_ACCEPTED_STATUSES = (429, 503)
# Answers that leave open whether somebody behind the gateway has begun, and will bill.
_AMBIGUOUS_STATUSES = frozenset({408, 500, 502, 504, 520, 521, 522, 523, 524})


@dataclass(frozen=True, slots=True)
class Wire:
    """One account and the connection pool that reaches it."""

    endpoint: Endpoint
    http: httpx.AsyncClient

    @asynccontextmanager
    async def create(
        self, path: str, payload: Json, *, idle_seconds: float, circumstances: Circumstances
    ) -> AsyncGenerator[httpx.Response]:
        """Post a request that costs money; yields the open 2xx answer.

        It is sent again only where the gateway cannot have accepted it: no connection, 429, or a
        503 that says that nothing was free.

        Raises:
            JobError: with `maybe_billed` where nobody can know whether it was accepted.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                response = await self._post(path, payload, idle_seconds)
            except JobError as refusal:
                failure = refusal
            else:
                async with aclosing(response):
                    if response.is_success:
                        yield response
                        return
                    failure = await _refusal(response, circumstances)
            if attempt == _ATTEMPTS or not _may_repeat(failure):
                raise failure
            await asyncio.sleep(_pause(attempt, failure))

    async def _post(self, path: str, payload: Json, idle_seconds: float) -> httpx.Response:
        url = self.endpoint.root + path
        timeout = httpx.Timeout(idle_seconds, connect=_CONNECT_SECONDS, pool=None)
        headers = {**_ACCEPT, **self.endpoint.headers}
        request = self.http.build_request(
            "POST", url, json=payload, headers=headers, timeout=timeout
        )
        try:
            return await self.http.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise JobError(Fault(kind=FaultKind.NETWORK, reason=_words(error))) from error
        except httpx.TransportError as error:
            timed_out = isinstance(error, httpx.TimeoutException)
            kind = FaultKind.TIMEOUT if timed_out else FaultKind.AMBIGUOUS
            fault = Fault(kind=kind, reason=_words(error), maybe_billed=True)
            raise JobError(fault) from error

    async def look(self, path: str) -> Json:
        """Get JSON from a path of the gateway, or from a full URL, which never sees the key.

        Raises:
            JobError: the answer was no JSON object, or an error. Looking again costs nothing.
        """
        own = path.startswith("/")
        url = self.endpoint.root + path if own else path
        headers = {**_ACCEPT, **(self.endpoint.headers if own else {})}
        try:
            async with self.http.stream("GET", url, headers=headers) as response:
                body = await read_text(response)
        except httpx.TransportError as error:
            timed_out = isinstance(error, httpx.TimeoutException)
            kind = FaultKind.TIMEOUT if timed_out else FaultKind.NETWORK
            raise JobError(Fault(kind=kind, reason=_words(error))) from error
        data = mapping(parse(body))
        if response.is_success and data:
            return data
        fault = fault_of(body, response.status_code, headers=response.headers)
        raise JobError(fault, retry_after=_retry_after(response))


def _words(error: httpx.TransportError) -> str:
    return quote(str(error)) or type(error).__name__


async def _refusal(response: httpx.Response, circumstances: Circumstances) -> JobError:
    body = await read_text(response)
    fault = fault_of(
        body, response.status_code, headers=response.headers, circumstances=circumstances
    )
    billed = response.status_code in _AMBIGUOUS_STATUSES and fault.kind in (
        FaultKind.TIMEOUT,
        FaultKind.UPSTREAM,
    )
    return JobError(replace(fault, maybe_billed=billed), retry_after=_retry_after(response))


def _may_repeat(failure: JobError) -> bool:
    fault = failure.fault
    if fault.http_status is None:
        return fault.kind is FaultKind.NETWORK  # no connection, nothing was sent
    return fault.kind in _NOT_ACCEPTED and fault.http_status in _NOT_ACCEPTED_STATUSES


def _pause(attempt: int, failure: JobError) -> float:
    if failure.retry_after is not None:
        return min(failure.retry_after, _LONGEST_WAIT_SECONDS)
    return _FIRST_WAIT_SECONDS * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load


def _retry_after(response: httpx.Response) -> float | None:
    try:
        return max(float(response.headers.get("retry-after", "")), 0.0)
    except ValueError:
        return None


async def read_text(response: httpx.Response) -> str:
    """Read a body as far as anybody could want it; a broken transfer ends it."""
    parts: list[bytes] = []
    try:
        async for chunk in response.aiter_bytes():
            parts.append(chunk)
            if sum(map(len, parts)) > _BODY_LIMIT:
                break
    except (httpx.TransportError, httpx.DecodingError):
        pass
    return b"".join(parts).decode("utf-8", "replace")


def refuse(body: Json, circumstances: Circumstances) -> None:
    """Raise when a 2xx answer to a creation is an error all the same (H40)."""
    if is_refusal(body):
        fault = fault_of(body, 200, circumstances=circumstances)
        kind = FaultKind.UPSTREAM if fault.kind is FaultKind.UNKNOWN else fault.kind
        raise JobError(replace(fault, kind=kind))
