"""Answers in this process: begins them, stops them, and ends what an earlier process left."""

import asyncio
import logging
from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import replace

from core.chat.answer import ActiveAnswer, UseTool
from core.chat.endings import store_surely
from core.chat.formed_answer import FormedAnswer, HandOver
from core.chat.pruner import AnswerPruner
from core.chat.recovery import AnswerRecovery
from core.chat.showing import disown, show
from core.chat.turns import most_tokens
from core.chat.views import elsewhere_view
from core.errands import Errands
from core.errors import UserError
from core.events import Event
from core.exchanges import Exchange
from core.files.elsewhere import paths_of
from core.i18n import Locale, explain
from core.media import Asset
from core.platform import MessageRef, Party, View
from core.records import about_answer
from core.services import Services
from core.talk import Question

log = logging.getLogger(__name__)

# What processes call to each other.
_STOP = "stop answer"


class Answerer:
    """Owns all answers of this process.

    Args:
        per_user: how many answers a person may wait for at once.
        history: how many messages of a conversation the model is told again, at most.
        kept_days: how long questions and answers are kept.

    Attributes:
        failed: how many answers did not come, or not to their end.
    """

    def __init__(
        self, services: Services, *, per_user: int = 2, history: int = 20, kept_days: float = 30
    ) -> None:
        self.failed = 0
        self._services = services
        self._per_user = per_user
        self._history = history
        self._active: dict[str, ActiveAnswer] = {}
        # Who is listened to, by what becomes of it.
        self._heard: dict[str, Party] = {}
        self._all_heard = asyncio.Event()
        self._all_heard.set()
        self._errands = Errands()
        self._pruner = AnswerPruner(services, kept_days)
        self._recovery = AnswerRecovery(services, self._errands, self._hand_over)
        self._closing = False
        self._shown: set[str] = set()
        self._draft: HandOver = _nobody

    async def submit(
        self,
        exchange: Exchange,
        question: Question,
        event: Event | None = None,
        use: UseTool | None = None,
    ) -> None:
        """Store a question, show that it is asked, and ask it, which goes on by itself.

        Raises:
            UserError: the person already waits for as many answers as they may, or may not spend
                or say so much; the disk is nearly full, or the bot is about to stop.
            StorageError: it could not be stored; nothing was sent.
            TakenError: its event has had its effect.
        """
        await self._services.words.check(exchange.prompt, exchange.quoted, question.last_words)
        # Whoever was listened to has a turn, also while the program stops: they have paid for it.
        if exchange.id not in self._heard:
            self.check_turn(exchange.user.party)
        # Before the first wait, or five that are asked at the same moment would all have a turn.
        active = self._active[exchange.id] = self._answer(exchange, question, use)
        self._services.feed.changed()
        try:
            reserved = self._most(exchange, question)
            await self._services.files.keep(exchange.id, paths_of(_shown_in(exchange)))
            await self._services.exchanges.add(
                exchange, event, reserved=reserved, at_once=self._per_user
            )
        except BaseException:
            del self._active[exchange.id]
            raise
        self._errands.start(self._go(active))
        # Or a platform that shows that somebody is at work would take that for all there is.
        await active.opened.wait()

    def _most(self, exchange: Exchange, question: Question) -> float:
        """What an answer may cost, in credits; what listening has cost is in the ledger."""
        model = self._services.chat_model(exchange.model)
        return model.credits_for(most_tokens(model, question)) if model else 0.0

    async def before(self, exchange_id: str) -> Sequence[Exchange]:
        """What a question that follows an exchange goes on from, oldest first."""
        # A question and its answer are two messages.
        earlier = await self._services.exchanges.chain(exchange_id, limit=self._history // 2)
        for exchange in earlier:
            await self._services.files.fetch(paths_of(exchange.media))
        return earlier

    def check_turn(self, user: Party) -> None:
        """Raise UserError where `submit` would refuse whatever a person asks."""
        if self._closing:
            raise UserError("bot-stopping")
        self._services.pauses.check()
        if objection := self._services.room.objection():
            log.warning("nothing new is asked: %s", objection)
            raise UserError("disk-nearly-full")
        waiting = {each.id for each in self.given_to(user)}
        # One that was listened to, and is being asked by now, is one.
        waiting |= {each for each, whose in self._heard.items() if whose == user}
        if len(waiting) >= self._per_user:
            raise UserError("answers-at-once", count=len(waiting))

    @contextmanager
    def turn(self, user: Party, exchange_id: str) -> Generator[None]:
        """Hold a turn for a question that is listened to first, which is paid for, too.

        End it when that question was submitted, which takes no other turn.

        Raises:
            UserError: as `check_turn`.
        """
        self.check_turn(user)
        self._heard[exchange_id] = user
        self._all_heard.clear()
        try:
            yield
        finally:
            self._heard.pop(exchange_id, None)
            if not self._heard:
                self._all_heard.set()

    async def stop(self, exchange: Exchange) -> bool:
        """End an answer where it is, in whichever process; False where it is not being given.

        Raises:
            StorageError: it is given elsewhere, and nobody can be told now.
        """
        calls = self._services.calls
        if self._stop_here(exchange.id):
            return True
        if exchange.is_ended or not calls.are_heard:
            return False
        await calls.call(_STOP, exchange.id)
        return True

    async def stop_all(self, user: Party) -> int:
        """End all that a person waits for; gives how many they are.

        Raises:
            StorageError: as `stop`.
        """
        calls, ids = self._services.calls, [each.id for each in self.given_to(user)]
        if calls.are_heard:
            ids = [*ids, *await self._services.exchanges.waited_for(user)]
        for exchange_id in (wanted := set(ids)):
            if not self._stop_here(exchange_id):
                await calls.call(_STOP, exchange_id)
        return len(wanted)

    def _stop_here(self, exchange_id: str) -> bool:
        active = self._active.get(exchange_id)
        if active:
            active.stop()
        return active is not None

    async def show_rest(self, exchange: Exchange) -> None:
        """Post what may be missing of an answer, since its person says that it is.

        Raises:
            UserError: nothing is.
        """
        # The second press of two comes to what the first has begun.
        if not exchange.posting or exchange.id in self._shown:
            raise UserError("nothing-to-show")
        self._shown.add(exchange.id)
        try:
            await store_surely(self._services, await show(self._services, exchange))
        finally:
            self._shown.discard(exchange.id)

    async def disown(self, exchange: Exchange, message: MessageRef) -> None:
        """Take its button from a message under which an answer can no longer be stopped."""
        if exchange.is_ended:
            await disown(self._services, exchange, message, elsewhere_view(exchange))

    @property
    def open_answers(self) -> int:
        """How many answers are being given."""
        return len(self._active)

    @property
    def given(self) -> Sequence[Exchange]:
        """All that are being answered, oldest first."""
        return [each.exchange for each in self._active.values()]

    def given_to(self, user: Party) -> Sequence[Exchange]:
        """The answers that a person waits for, oldest first."""
        return [each for each in self.given if each.user.party == user]

    async def forget(self, user: Party) -> None:
        """Delete all that a person has asked and was answered."""
        await self.stop_all(user)
        await self._pruner.forget(user)

    async def start(self, draft: HandOver) -> None:
        """Forget what has been kept for long enough, now and from time to time.

        Args:
            draft: makes a draft of a suggestion and shows it; a second time it shows it again. It
                raises UserError where nothing can do that any more.
        """
        self._draft = draft
        self._services.calls.answer(_STOP, self._stop_called)
        await self._pruner.start()

    def _stop_called(self, exchange_id: str) -> None:
        self._stop_here(exchange_id)

    def take_up(self, left: Iterable[Exchange]) -> None:
        """End what an earlier process has left; nothing is asked again, it may have been paid."""
        self._recovery.take_up(left)

    @property
    def in_hand(self) -> Collection[str]:
        """The ids of all that are listened to, being answered, or told, by this process."""
        return {*self._heard, *self._active, *self._recovery.in_hand}

    def refuse_more(self) -> None:
        """Begin no more answers."""
        self._closing = True

    async def idle(self) -> None:
        """Wait until nobody is listened to or waits for an answer."""
        await self._all_heard.wait()
        await self._errands.idle()

    async def close(self) -> None:
        """Let go of everything; what is not told is told by the next start."""
        self._pruner.stop()
        self._heard.clear()
        await self._errands.close()

    async def _go(self, active: ActiveAnswer) -> None:
        try:
            with about_answer(active.exchange):
                await active.go()
            # Forgotten while it was given: then its file is, too.
            if await self._services.exchanges.get(active.exchange.id) is None:
                await self._pruner.forget_files([active.exchange.id])
        finally:
            self.failed += active.exchange.fault is not None
            del self._active[active.exchange.id]
            self._services.feed.changed()

    def _answer(self, exchange: Exchange, question: Question, use: UseTool | None) -> ActiveAnswer:
        if exchange.request is None:
            return ActiveAnswer(self._services, exchange, question, use)
        return FormedAnswer(self._services, exchange, question, exchange.request, self._hand_over)

    async def _hand_over(self, exchange: Exchange) -> None:
        """Let a suggestion become a draft, once."""
        try:
            await self._draft(exchange)
        except UserError as error:
            view = View(text=explain(Locale(exchange.locale), error))
            await show(self._services, exchange, [view])
        await store_surely(self._services, replace(exchange, told=True))


def _shown_in(exchange: Exchange) -> tuple[Asset, ...]:
    """All that came along with a question, or will come along with its suggestion."""
    return (*exchange.media, *(exchange.request.pictures if exchange.request else ()))


async def _nobody(exchange: Exchange) -> None:
    raise RuntimeError(f"suggestion {exchange.id} came before the start")
