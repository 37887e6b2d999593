"""The way of an order at such a host: created, looked at, perhaps cancelled. The rest is data."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.orders.intake import Intake, check_key
from sandbox.orders.links import Links
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import RefusalError, dashscope_error
from sandbox.protocols.bodies import ParsedRequest, model_named
from sandbox.protocols.polls import STARTS_AT, Poll, poll_of

Handle = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """How an order is taken back: `done` and `refused` are the answers."""

    method: str
    path: str
    done: Callable[[Poll], Response]
    refused: Callable[[Poll], Response]
    running: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveProtocol:
    """What one host calls things.

    Attributes:
        kind: of its models and orders.
        create, look: paths; `{task_id}` is the order's id. `create` may have `{model:path}`.
        read: understands a body; where the path names the model, it is given its `name`.
        created: the body of the answer to a creation, under `status`.
        answer: how a task is; cancelled: how one is that was taken back.
        unknown: nobody knows the id.
        needs: a header without which nothing is taken, and its value.
    """

    kind: Kind
    create: str
    look: str
    read: Callable[..., ParsedRequest]
    created: Callable[[PaidOrder, Links], Mapping[str, object]]
    answer: Callable[[Poll], Response]
    unknown: Callable[[], Response]
    cancelled: Callable[[Poll], Response] | None = None
    cancel: Withdrawal | None = None
    status: int = 200
    needs: tuple[str, str] = ("", "")


class LiveRoutes:
    """The routes of one such protocol.

    Args:
        elsewhere: who answers at the same address where the model, or the order, is of another
            protocol: by the method.
    """

    def __init__(
        self, intake: Intake, protocol: LiveProtocol, elsewhere: Mapping[str, Handle] | None = None
    ) -> None:
        self._intake = intake
        self._elsewhere = elsewhere or {}
        self._protocol = protocol
        self._cancelled: set[str] = set()
        self.routes = [
            Route(protocol.create, self.create, methods=["POST"]),
            Route(protocol.look, self.look, methods=["GET"]),
        ]
        if protocol.cancel:
            cancel = protocol.cancel
            self.routes.append(Route(cancel.path, self.cancel, methods=[cancel.method]))

    async def create(self, request: Request) -> Response:
        """Take an order and answer with its task."""
        if other := self._elsewhere.get("POST"):
            name = model_named(await request.body())
            if not self._intake.models.knows(self._protocol.kind, name):
                return await other(request)
        name, value = self._protocol.needs
        if name and request.headers.get(name) != value:
            message = "current user api does not support synchronous calls"
            return dashscope_error(HTTPStatus.FORBIDDEN, "AccessDenied", message)
        model = request.path_params.get("model")
        read = partial(self._protocol.read, **({"name": model} if model else {}))
        return await self._intake.take(request, read, self._created)

    def _created(self, parsed: ParsedRequest, links: Links) -> Response:
        return JSONResponse(self._protocol.created(parsed.order, links), self._protocol.status)

    async def look(self, request: Request) -> Response:
        """Say how a task is."""
        order = self._intake.ledger.find_task(request.path_params["task_id"])
        if (other := self._elsewhere.get("GET")) and (
            order is None or order.kind is not self._protocol.kind
        ):
            return await other(request)
        found = self._find(request)
        if isinstance(found, Response):
            return found
        if found.order.id in self._cancelled and self._protocol.cancelled:
            return self._protocol.cancelled(found)
        return self._protocol.answer(found)

    async def cancel(self, request: Request) -> Response:
        """Take back what has not begun, or what runs, where the host can."""
        found, cancel = self._find(request), self._protocol.cancel
        if isinstance(found, Response):
            return found
        assert cancel is not None  # noqa: S101 - the route exists for it alone
        if found.fraction >= 1 or (found.fraction >= STARTS_AT and not cancel.running):
            return cancel.refused(found)
        self._cancelled.add(found.order.id)
        return cancel.done(found)

    def _find(self, request: Request) -> Poll | Response:
        try:
            check_key(request)
        except RefusalError as refusal:
            return refusal.response
        order = self._intake.ledger.find_task(request.path_params["task_id"])
        if order is None:
            return self._protocol.unknown()
        return poll_of(self._intake, request, order)
