"""How a dialect speaks HTTP: a creation that is never sent twice, and a look that may be repeated.

Source: docs/gateways.md, "A creation is not idempotent", "Proxies and their limits".
"""

import asyncio
import random
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TypedDict

import httpx

from core.bodies import body_of
from core.dialects._billing import leaves_open
from core.dialects._codes import codes_of
from core.dialects._faults import Circumstances, fault_of
from core.dialects._json import Json, document, parse
from core.dialects.endpoint import Endpoint
from core.errors import Fault, FaultKind, JobError
from core.media import TaskRef
from core.redact import quote

# identity: compressed streams arrive in blocks, and progress with them.
_ACCEPT = {"Accept": "application/json", "Accept-Encoding": "identity"}
_ATTEMPTS = 3
_CONNECT_SECONDS = 15.0
_LONGEST_WAIT_SECONDS = 30.0
# Answers to looks are a few kB; more is a mistake, or an attack on our memory.
_BODY_LIMIT_BYTES = 1_000_000
_PLAIN_SECONDS = re.compile(r"\d{1,9}(?:\.\d{1,9})?")
# A refusal under this status passes, if its words do not say that it stays.
_TOO_MANY = 429
_PASSES = frozenset({FaultKind.RATE_LIMITED, FaultKind.OVERLOADED})


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """A file in a form, under the name of its field."""

    name: str
    filename: str
    mime: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipartForm:
    """A body as multipart/form-data: texts, then files, each in their order."""

    texts: Mapping[str, str]
    files: tuple[FilePart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """A request that costs money: JSON or a form for a path of the gateway.

    Attributes:
        headers: what it is told beside the key and what we accept.
        task: the name that we have given it, where a gateway lets us: it can be asked for by this
            whatever becomes of the answer.
        names_model: whether the path does, so that a 404 is about the model and not the address.
    """

    path: str
    body: Json | MultipartForm = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    task: TaskRef | None = None
    names_model: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonAnswer:
    """What a gateway has answered; some say in a header what it has cost."""

    body: Json
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wire:
    """One account and the connection pool that reaches it.

    Attributes:
        look_bytes: the longest answer to what costs nothing that is read.
    """

    endpoint: Endpoint
    http: httpx.AsyncClient
    look_bytes: int = _BODY_LIMIT_BYTES

    @asynccontextmanager
    async def create(
        self, creation: Creation, *, idle_seconds: float, circumstances: Circumstances
    ) -> AsyncGenerator[httpx.Response]:
        """Post what costs money; yields the open 2xx answer.

        It is sent again only where the gateway cannot have accepted it: no connection, or 429.

        Raises:
            JobError: with `maybe_billed` where nobody can know whether it was accepted.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                response = await self._post(creation, idle_seconds)
            except JobError as refusal:
                failure = refusal
            else:
                async with aclosing(response):
                    if response.is_success:
                        yield response
                        return
                    about = replace(circumstances, names_model=creation.names_model)
                    failure = await _refusal(response, about)
            if attempt == _ATTEMPTS or not _may_repeat(failure):
                raise failure
            await asyncio.sleep(_pause(attempt, failure, self.endpoint.pace.again))

    async def _post(self, creation: Creation, idle_seconds: float) -> httpx.Response:
        url = self.endpoint.url(creation.path)
        # No limit for the pool: a job that waits for a connection has sent nothing yet.
        timeout = httpx.Timeout(idle_seconds, connect=_CONNECT_SECONDS, pool=None)
        headers = {**_ACCEPT, **creation.headers, **self.endpoint.headers}
        request = self.http.build_request(
            "POST", url, headers=headers, timeout=timeout, **_content(creation.body)
        )
        try:
            return await self.http.send(request, stream=True)
        # Without a connection nothing was sent: the only transport error that is surely free.
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise JobError(Fault(kind=FaultKind.NETWORK, detail=_words(error))) from error
        except httpx.TransportError as error:
            timed_out = isinstance(error, httpx.TimeoutException)
            kind = FaultKind.TIMEOUT if timed_out else FaultKind.AMBIGUOUS
            fault = Fault(kind=kind, detail=_words(error), maybe_billed=True)
            raise JobError(fault) from error

    async def look(self, path: str, circumstances: Circumstances | None = None) -> Json:
        """Get JSON from a path of the gateway, or from a full URL; see `call`."""
        return await self.call("GET", path, circumstances=circumstances)

    async def call(
        self,
        method: str,
        path: str,
        body: Json | MultipartForm | None = None,
        circumstances: Circumstances | None = None,
    ) -> Json:
        """Ask for what costs nothing; see `ask`."""
        return (await self.ask(method, path, body, circumstances)).body

    async def ask(
        self,
        method: str,
        path: str,
        body: Json | MultipartForm | None = None,
        circumstances: Circumstances | None = None,
    ) -> JsonAnswer:
        """Ask for what costs nothing: at a path of the gateway, or a full URL without the key.

        A good answer without a body says as much as `{}`: nothing.

        Raises:
            JobError: the answer was no JSON object, or an error. Looking again costs nothing.
        """
        own = path.startswith("/")
        url = self.endpoint.url(path) if own else path
        headers = {**_ACCEPT, **(self.endpoint.headers if own else {})}
        try:
            async with self.http.stream(
                method, url, headers=headers, **_content(body)
            ) as response:
                said, is_whole = await _read(response, self.look_bytes)
        except (httpx.RequestError, httpx.InvalidURL) as error:
            timed_out = isinstance(error, httpx.TimeoutException)
            kind = FaultKind.TIMEOUT if timed_out else FaultKind.NETWORK
            raise JobError(Fault(kind=kind, detail=_words(error))) from error
        data = document(said)
        # An empty 2xx is neither news nor an error: the task is asked on.
        says_nothing = not data and (parse(said) == {} or (is_whole and not said.strip()))
        if response.is_success and (data or says_nothing):
            return JsonAnswer(body=data, headers=response.headers)
        fault = fault_of(
            said, response.status_code, headers=response.headers, circumstances=circumstances
        )
        if not own:
            # Who has not seen the key, nor made the task, can say nothing about them.
            fault = replace(fault, kind=FaultKind.NETWORK)
        raise JobError(fault, retry_after=_retry_after(response), headers=response.headers)

    async def withdraw(self, path: str, method: str = "DELETE") -> None:
        """Say at a path of the gateway that nobody waits any more; a refusal does not matter."""
        url, headers = self.endpoint.url(path), {**_ACCEPT, **self.endpoint.headers}
        with suppress(httpx.RequestError):
            async with self.http.stream(method, url, headers=headers):
                pass


class _Content(TypedDict, total=False):
    json: Json
    files: list[tuple[str, tuple[str | None, str | bytes, str | None]]]


def _content(body: Json | MultipartForm | None) -> _Content:
    if body is None:
        return {}
    return {"files": _parts(body)} if isinstance(body, MultipartForm) else {"json": body}


def _parts(form: MultipartForm) -> list[tuple[str, tuple[str | None, str | bytes, str | None]]]:
    # All in one list, or a form without a file would not be multipart.
    texts = [(name, (None, text, None)) for name, text in form.texts.items()]
    files = [(part.name, (part.filename, part.content, part.mime)) for part in form.files]
    return [*texts, *files]


def broken_off(error: Exception) -> Fault:
    """Describe how an answer that was paid for broke off."""
    match error:
        case httpx.TimeoutException():
            kind = FaultKind.TIMEOUT
        case httpx.TransportError():
            kind = FaultKind.NETWORK
        case _:
            kind = FaultKind.BAD_PAYLOAD
    return Fault(kind=kind, detail=_words(error), maybe_billed=True)


def _words(error: Exception) -> str:
    return quote(str(error)) or type(error).__name__


async def _refusal(response: httpx.Response, circumstances: Circumstances) -> JobError:
    body = await read_text(response)
    fault = fault_of(
        body, response.status_code, headers=response.headers, circumstances=circumstances
    )
    billed = leaves_open(response.status_code, codes_of(document(body)))
    fault = replace(fault, maybe_billed=billed)
    return JobError(fault, retry_after=_retry_after(response))


def _may_repeat(failure: JobError) -> bool:
    fault = failure.fault
    if fault.http_status is None:
        return fault.kind is FaultKind.NETWORK  # no connection, nothing was sent
    return fault.http_status == _TOO_MANY and fault.kind in _PASSES


def _pause(attempt: int, failure: JobError, first: float) -> float:
    if failure.retry_after is not None:
        return failure.retry_after
    return first * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load


def _retry_after(response: httpx.Response) -> float | None:
    """Give the pause that the answer asks for, within reason."""
    asked = response.headers.get("retry-after", "")
    return min(float(asked), _LONGEST_WAIT_SECONDS) if _PLAIN_SECONDS.fullmatch(asked) else None


async def read_text(response: httpx.Response) -> str:
    """Read a body up to a limit; a broken transfer ends it."""
    text, _ = await _read(response)
    return text


async def _read(response: httpx.Response, limit: int = _BODY_LIMIT_BYTES) -> tuple[str, bool]:
    """Give the text, and whether the transfer was not broken."""
    body, is_whole = bytearray(), True
    try:
        async for piece in body_of(response, limit):
            body += piece
    except (httpx.TransportError, httpx.DecodingError):
        is_whole = False
    return body.decode("utf-8-sig", "replace"), is_whole
