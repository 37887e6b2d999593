"""One answer, from the row that says it is asked for to its last word in the chat."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from uuid import uuid4

from core.catalog import ChatModel
from core.chat.endings import ended, store_surely, with_price
from core.chat.heard import HeardAnswer
from core.chat.showing import leave, standing_as
from core.chat.turns import fitting, tokens_taken
from core.chat.views import answer_views, is_long
from core.chat.whole import add_whole
from core.errors import HAD_ELSEWHERE, Fault, FaultKind, JobError, StorageError, UserError
from core.exchanges import Exchange
from core.jobs import LostRunError
from core.messages.paged import PagedMessage, Standing
from core.platform import Button, MessageLostError, RefusedError, View
from core.records import answer_ended, answer_passed_on
from core.services import Services
from core.talk import Question, Returned, ToolCall

log = logging.getLogger(__name__)

# Who has not come to an end after so many rounds of tools turns in circles.
_ROUNDS = 4
# Nobody looks at more plans below one answer.
_CALLS = 6
# All that a command could be given, and more.
_ARGUMENT_CHARS = 100_000
_TOO_MANY = f"Not done: only {_CALLS} calls are done in one answer. Say what is left to do."
_TOO_LONG = "Not done: the arguments are too long."


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutcome:
    """What came of a tool: what the model is told, and what the person may decide."""

    told: str
    offers: tuple[Button, ...] = ()


UseTool = Callable[[ToolCall], Awaitable[ToolOutcome]]


class ActiveAnswer:
    """Asks one model of the route after the other until one answers, and shows what it says.

    Once a model may have taken the question, no other is asked: an answer is paid once.

    Attributes:
        opened: set when its message stands in the chat, or it is known that none will.
    """

    def __init__(
        self,
        services: Services,
        exchange: Exchange,
        question: Question,
        use: UseTool | None = None,
    ) -> None:
        self.exchange = exchange
        self.opened = asyncio.Event()
        self._services = services
        self._question = question
        self._use = use
        self._heard = HeardAnswer()
        self._asking: asyncio.Task[Fault | None] | None = None
        self._stopped = False
        self._rounds = 0
        self._calls = 0
        self._full: tuple[int, Sequence[View]] = (0, ())
        place = replace(exchange.conversation, owner=exchange.user.id)
        self._conversation = services.platforms[place.platform].conversation(place)
        self._budget = services.budgets.of(place, self._conversation.limits)
        self._message = PagedMessage(
            self._conversation,
            self._budget,
            self._views,
            self._store,
            self._keep,
            replying=exchange.command,
        )

    async def go(self) -> None:
        """Ask, show, and end. What goes wrong is in the row and in the chat."""
        try:
            await self._message.open()
            self.opened.set()
            self._asking = asyncio.create_task(self._ask())
            if self._stopped:
                self._asking.cancel()
            await asyncio.wait([self._asking])
            await self._end(self._outcome(self._asking))
        except (MessageLostError, RefusedError) as error:
            log.warning("answer %s: its chat takes no messages: %s", self.exchange.id, error)
            await self._refuse()
        except LostRunError:
            log.info("answer %s: another process has it", self.exchange.id)
        finally:
            self.opened.set()
            if self._asking:
                self._asking.cancel()
            await self._message.close()

    def stop(self) -> None:
        """Listen no more; what was said stays."""
        self._stopped = True
        if self._asking:
            self._asking.cancel()

    async def _ask(self) -> Fault | None:
        while True:
            try:
                await self._listen()
            except JobError as error:
                if not await self._pass_on(error.fault):
                    return error.fault
            else:
                if not await self._use_tools():
                    return None

    async def _use_tools(self) -> bool:
        """Do what the model wants done, and tell it; False where nothing more is done."""
        said = self._heard.end_round()
        # Some want what they were not offered: that would never end, and each round is paid for.
        if said is None or self._use is None or self._rounds == _ROUNDS:
            return False
        self._rounds += 1
        outcomes = [await self._outcome_of(call, self._use) for call in said.calls]
        said = replace(said, calls=tuple(map(_shortened, said.calls)))
        returned = (
            Returned(call=call, text=each.told)
            for call, each in zip(said.calls, outcomes, strict=True)
        )
        question = self._question
        # In the last round there is only something to say.
        tools = () if self._rounds == _ROUNDS else question.tools
        self._question = replace(question, turns=(*question.turns, said, *returned), tools=tools)
        offers = (button for outcome in outcomes for button in outcome.offers)
        self.exchange = replace(self.exchange, offers=(*self.exchange.offers, *offers))
        return True

    async def _outcome_of(self, call: ToolCall, use: UseTool) -> ToolOutcome:
        self._calls += 1
        if self._calls > _CALLS:
            return ToolOutcome(told=_TOO_MANY)
        if len(call.arguments) > _ARGUMENT_CHARS:
            return ToolOutcome(told=_TOO_LONG)
        return await use(call)

    async def _listen(self) -> None:
        model = self._model
        dialect = self._services.chat_dialect(model)
        question = self._question
        try:
            turns = fitting(model, question.turns, question.system)
        except UserError as error:
            raise JobError(Fault(kind=FaultKind.TOO_LARGE, detail=str(error))) from error
        stream = dialect.stream(model, replace(question, turns=turns))
        async with aclosing(stream) as saying:
            async for said in saying:
                self._heard.take(said)
                self._message.touch()

    def _start_over(self) -> None:
        """Forget what was heard, but not what it has cost."""
        self._heard = HeardAnswer(usage=self._heard.usage)

    @property
    def _model(self) -> ChatModel:
        model = self._services.chat_model(self.exchange.model)
        if model is None:
            raise JobError(Fault(kind=FaultKind.MODEL_GONE))
        return model

    async def _pass_on(self, fault: Fault) -> bool:
        """Take the next model, where nobody can have taken the question yet."""
        exchange = self.exchange
        if fault.kind is FaultKind.MODEL_GONE:
            self._services.catalog.cooldown.put(exchange.model)
        if fault.kind not in HAD_ELSEWHERE or fault.maybe_billed or self._heard.has_begun:
            return False
        left = exchange.route[exchange.route.index(exchange.model) + 1 :]
        if not left:
            return False
        answer_passed_on(self._services.meters, exchange, fault, left[0])
        self.exchange = replace(exchange, model=left[0])
        self._services.feed.changed()
        await self._until_stored()
        return True

    def _outcome(self, asking: "asyncio.Task[Fault | None]") -> Fault | None:
        if asking.cancelled():
            return None
        error = asking.exception()
        if error is None:
            return asking.result()
        incident = uuid4().hex[:8]
        log.error("answer %s: unexpected error %s", self.exchange.id, incident, exc_info=error)
        return Fault(kind=FaultKind.INTERNAL, detail=incident, maybe_billed=True)

    async def _end(self, fault: Fault | None) -> None:
        so_far = self._so_far()
        if not (fault or self._stopped or so_far.has_words or so_far.offers):
            # It has only thought, or wanted things done for ever.
            fault = Fault(kind=FaultKind.NO_ANSWER, maybe_billed=True)
        self.exchange = ended(so_far, fault, stopped=self._stopped)
        await self._store_end()
        await self._message.finish()
        await add_whole(
            self._services, self._conversation, self._budget, self.exchange, self._keep
        )
        if self.exchange.posting:
            await leave(self._services, self.exchange)
        self.exchange = replace(self.exchange, told=True, stand_in=None)
        await self._until_stored()

    async def _refuse(self) -> None:
        """End what nobody can read: where nothing was asked yet, nothing is."""
        if not self.exchange.is_ended:
            fault = Fault(kind=FaultKind.UNDELIVERABLE)
            self.exchange = ended(self._so_far(), fault, stopped=False)
            await self._store_end()
        self.exchange = replace(self.exchange, told=True, posting=False)
        await self._until_stored()

    def _so_far(self) -> Exchange:
        heard = self._heard
        model = self._services.chat_model(self.exchange.model)
        usage = heard.usage
        if model and usage is None and heard.has_begun:
            # It is told at the end only: who stops before has had what was said.
            usage = tokens_taken(model, self._question, heard.text + heard.thought)
        return replace(
            self.exchange,
            text=heard.text,
            thought=heard.thought,
            sources=tuple(heard.sources),
            is_cut=heard.is_cut,
            usage=heard.usage,
            credits=self.exchange.heard_credits
            + (model.credits_for(usage) if model and usage else 0.0),
        )

    def _views(self) -> Sequence[View]:
        limits = self._conversation.limits
        sandboxed = self._services.sandboxed
        if self.exchange.is_ended:
            return answer_views(self.exchange, limits, sandboxed=sandboxed)
        # What is cut off stays as it is: nothing is rendered anew for pages that are full.
        length, views = self._full
        if not views or length != limits.answer_chars:
            exchange = self._so_far()
            views = answer_views(exchange, limits, sandboxed=sandboxed)
            if is_long(exchange, limits):
                self._full = limits.answer_chars, views
        return views

    async def _store(self) -> None:
        """Store what is about to be shown."""
        await self._services.exchanges.save(self._so_far())

    async def _keep(self, standing: Standing) -> None:
        self.exchange = standing_as(self.exchange, standing)
        try:
            await self._services.exchanges.save(self._so_far())
        except StorageError as error:
            if standing.posting:
                raise
            log.warning("answer %s: stored later: %s", self.exchange.id, error)

    async def _store_end(self) -> None:
        self.exchange = await with_price(self._services, self.exchange)
        await self._until_stored()
        answer_ended(self._services.meters, self.exchange)

    async def _until_stored(self) -> None:
        await store_surely(self._services, self.exchange)


def _shortened(call: ToolCall) -> ToolCall:
    """A call as the model is told of it again."""
    return replace(call, arguments="{}") if len(call.arguments) > _ARGUMENT_CHARS else call
