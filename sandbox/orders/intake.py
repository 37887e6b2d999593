"""What all protocols share: the key, the refusals, and the moment at which an order is paid."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from json import loads
from typing import TypeVar

from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.options import SandboxOptions
from sandbox.orders.callbacks import Callbacks
from sandbox.orders.forms import describe_form, is_form
from sandbox.orders.ledger import Ledger
from sandbox.orders.links import Links
from sandbox.orders.models import Models
from sandbox.orders.order import Kind, PaidOrder, wait_seconds
from sandbox.orders.refusals import (
    REFUSALS,
    TIMEOUT_PAGE,
    RefusalError,
    invalid_key,
    overloaded,
    refuse_as_told,
)
from sandbox.protocols.bodies import ParsedRequest
from sandbox.slow_response import ClientConnection, SlowResponse

Parsed = TypeVar("Parsed", bound=ParsedRequest)
Read = Callable[[Models, bytes], Parsed]
Respond = Callable[[Parsed, Links], Response]

BUSY_TIMES = 2
LONGEST_REMEMBERED = 1000
REQUESTS_REMEMBERED = 200


class Intake:
    """Takes orders: refuses, or enters them into the ledger.

    Attributes:
        counts: how often something happened to an order; forgotten at a restart.
        requests: the last bodies seen, paid or not, without the bulk of their pictures.
    """

    def __init__(
        self,
        options: SandboxOptions,
        ledger: Ledger,
        models: Models,
        taken: Callable[[PaidOrder], None] | None = None,
    ) -> None:
        self.options = options
        self.ledger = ledger
        self.models = models
        self.callbacks = Callbacks(options)
        self._taken = taken
        self.counts: Counter[str] = Counter()
        self.requests: deque[JsonValue] = deque(maxlen=REQUESTS_REMEMBERED)

    async def take(
        self,
        request: Request,
        read: Read[Parsed],
        respond: Respond[Parsed],
        *,
        keyless: bool = False,
    ) -> Response:
        """Refuse, or write the order into the ledger and only then answer."""
        try:
            if not keyless:
                check_key(request)
            raw = await request.body()
            self._remember(request, raw)
            parsed = await asyncio.to_thread(read, self.models, raw)
            self._refuse_as_told(parsed.order)
        except RefusalError as refusal:
            return refusal.response
        await self.ledger.enter(parsed.order, parsed.pictures)
        if self._taken and parsed.order.kind is not Kind.TALK:
            self._taken(parsed.order)
        for word, answer in BROKEN.items():
            if word in parsed.order.words:
                return answer(parsed.order, self.options)
        return respond(parsed, links_of(request, parsed.order))

    def nth_time(self, what: str, order: PaidOrder) -> int:
        """Count: 1 for the first time that this happens to the order."""
        self.counts[f"{what} {order.id}"] += 1
        return self.counts[f"{what} {order.id}"]

    def _refuse_as_told(self, order: PaidOrder) -> None:
        for word in REFUSALS:
            if word in order.words:
                raise RefusalError(refuse_as_told(word, order))
        if "busy" in order.words:
            self._refuse_twice(order)

    def _refuse_twice(self, order: PaidOrder) -> None:
        key = f"busy {order.kind} {order.model} {order.prompt}"
        self.counts[key] += 1
        if self.counts[key] <= BUSY_TIMES:
            raise RefusalError(overloaded(1 / self.options.speed))
        del self.counts[key]

    def _remember(self, request: Request, raw: bytes) -> None:
        content_type = request.headers.get("content-type", "")
        try:
            form = is_form(content_type)
            body: JsonValue = describe_form(content_type, raw) if form else loads(raw)
        except ValueError:
            body = None
        self.requests.append(
            {
                "path": request.url.path,
                "bearer": request.headers.get("authorization", "").lower().startswith("bearer "),
                "body": _shortened(body),
            }
        )


def check_key(request: Request) -> None:
    """Take any key but the wrong one, with or without Bearer."""
    headers = request.headers
    header = headers.get("authorization", headers.get("x-goog-api-key", "")).strip()
    scheme, _, rest = header.partition(" ")
    key = (rest if scheme.lower() in {"bearer", "key"} else header).strip().removeprefix("sk-")
    if not key:
        raise RefusalError(invalid_key("未提供令牌"))
    if key == "wrong":
        raise RefusalError(invalid_key())


def links_of(request: Request, order: PaidOrder) -> Links:
    """The addresses of an order on the gateway as this client calls it."""
    return Links(root=str(request.base_url).rstrip("/"), order=order)


def _shortened(value: JsonValue) -> JsonValue:
    match value:
        case str() if len(value) > LONGEST_REMEMBERED:
            return value[:LONGEST_REMEMBERED]
        case list():
            return [_shortened(item) for item in value]
        case dict():
            return {key: _shortened(item) for key, item in value.items()}
        case _:
            return value


def _timeout_524(order: PaidOrder, options: SandboxOptions) -> Response:
    async def write(connection: ClientConnection) -> None:
        await asyncio.sleep(wait_seconds(order, options))
        await connection.open(524, {"content-type": "text/html; charset=UTF-8"})
        await connection.write(TIMEOUT_PAGE.encode())
        await connection.close()

    return SlowResponse(write)


def _reset(_: PaidOrder, __: SandboxOptions) -> Response:
    return SlowResponse(ClientConnection.reset)


def _empty(_: PaidOrder, __: SandboxOptions) -> Response:
    return JSONResponse({})


# Accepted and paid, and the client does not learn how to find it.
BROKEN: dict[str, Callable[[PaidOrder, SandboxOptions], Response]] = {
    "timeout-524": _timeout_524,
    "reset": _reset,
    "empty": _empty,
}
