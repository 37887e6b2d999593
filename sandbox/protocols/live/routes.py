"""The way of an order at such a host: created, looked at, perhaps cancelled. The rest is data."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.orders.intake import Intake, check_key
from sandbox.orders.links import Links
from sandbox.orders.order import Kind, PaidOrder
from sandbox.orders.refusals import RefusalError
from sandbox.protocols.bodies import ParsedRequest, model_named
from sandbox.protocols.polls import (
    STARTS_AT,
    Poll,
    PollAnswer,
    TaskFormat,
    first_answer,
    last_poll,
    poll_of,
)

Body = Mapping[str, object]
Handle = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """How an order is taken back: `done` and `refused` are the answers."""

    method: str
    path: str
    done: Callable[[Poll], Response]
    refused: Callable[[Poll], Response]
    running: bool = False


@dataclass(frozen=True, kw_only=True)
class LiveProtocol:
    """What one host calls things.

    Attributes:
        kind: of its models and orders.
        create, look: paths; `{task_id}` is the order's id. `create` may have `{model:path}`.
        read: understands a body; where the path names the model, it is given its `name`.
        created: the body of the answer to a creation, under `status`.
        state: what is said of a task under a word for its status.
        queued, running, cancelled: these words; cancelled is "" where nothing can be taken back.
        done: what is said of one that is over; moderated, linkless: where it has made nothing.
        words: what other #words of a prompt make of an answer.
        honest: how a task is, where the words do not do.
        unknown: nobody knows the id.
        objection: why a creation is refused before it is read.
    """

    kind: Kind
    create: str
    look: str
    read: Callable[..., ParsedRequest]
    created: Callable[[PaidOrder, Links], Body]
    state: Callable[[Poll, str | None], Body]
    queued: str
    running: str
    done: Callable[[Poll], Body]
    moderated: Callable[[Poll], Body]
    linkless: Callable[[Poll], Body]
    unknown: Callable[[], Response]
    words: Mapping[str, PollAnswer] = field(default_factory=dict[str, PollAnswer])
    honest: Callable[[Poll], Response] | None = None
    cancelled: str = ""
    cancel: Withdrawal | None = None
    status: int = 200
    objection: Callable[[Request], Response | None] = lambda _: None

    @cached_property
    def polls(self) -> Mapping[str, PollAnswer]:
        """What the #words of a prompt make of an answer."""
        shape = TaskFormat(
            unknown=self.unknown,
            strange=self.state,
            stuck=lambda poll: self.state(poll, self.running),
            moderated=self.moderated,
            linkless=self.linkless,
        )
        return {**shape.odd_answers(), **self.words}

    def answer(self, poll: Poll) -> Response:
        """How a task is, or what its prompt wants to be said instead."""
        return first_answer(self.polls, poll) or (self.honest or self._by_the_clock)(poll)

    def _by_the_clock(self, poll: Poll) -> Response:
        if poll.fraction >= 1:
            return JSONResponse(self.done(poll))
        word = self.running if poll.fraction >= STARTS_AT else self.queued
        return JSONResponse(self.state(poll, word))


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
        if refusal := self._protocol.objection(request):
            return refusal
        model = request.path_params.get("model")
        read = partial(self._protocol.read, **({"name": model} if model else {}))
        return await self._intake.take(request, read, self._created)

    def _created(self, parsed: ParsedRequest, links: Links) -> Response:
        ended = partial(self._protocol.answer, last_poll(self._intake, links))
        self._intake.callbacks.schedule(parsed.order, ended)
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
            return JSONResponse(self._protocol.state(found, self._protocol.cancelled))
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
