"""What an earlier process has left of answers: ended, and told.

Nothing is asked again, since it may have been paid.
"""

import logging
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace

from core.chat.endings import ended, store_surely, with_price
from core.chat.formed_answer import HandOver
from core.chat.showing import leave, show
from core.errands import Errands
from core.errors import Fault, FaultKind
from core.exchanges import Exchange, ExchangeState
from core.jobs import LostRunError
from core.platform import MessageLostError, RefusedError
from core.records import about_answer, answer_ended
from core.services import Services

log = logging.getLogger(__name__)


class AnswerRecovery:
    """Ends what is left, in the background.

    Args:
        hand_over: turns a suggestion that has come into what its chat is shown.
    """

    def __init__(self, services: Services, errands: Errands, hand_over: HandOver) -> None:
        self._services = services
        self._errands = errands
        self._hand_over = hand_over
        self._left: set[str] = set()

    @property
    def in_hand(self) -> Collection[str]:
        """The ids of those that are still to be told."""
        return self._left

    def take_up(self, left: Iterable[Exchange]) -> None:
        """Begin with all of these."""
        for exchange in left:
            self._left.add(exchange.id)
            self._errands.start(self._tell(exchange))

    async def _tell(self, exchange: Exchange) -> None:
        with about_answer(exchange):
            try:
                await self._tell_end(exchange)
            except LostRunError:
                log.info("answer %s: another process has it", exchange.id)
        # One that could not be told, for whatever reason, is not tried again and again.
        self._left.discard(exchange.id)

    async def _tell_end(self, exchange: Exchange) -> None:
        if exchange.request and exchange.state is ExchangeState.DONE:
            with suppress(MessageLostError, RefusedError):
                await self._hand_over(exchange)
                return
            # Its draft can be found with the others; its chat is not tried again and again.
            await store_surely(self._services, replace(exchange, told=True))
            return
        if not exchange.is_ended:
            fault = Fault(kind=FaultKind.INTERRUPTED, maybe_billed=True)
            exchange = ended(exchange, fault, stopped=False)
            exchange = await with_price(self._services, exchange)
            await store_surely(self._services, exchange)
            answer_ended(self._services.meters, exchange)
        with suppress(MessageLostError, RefusedError):
            if exchange.posting:
                await leave(self._services, exchange)
            else:
                exchange = await show(self._services, exchange)
        await store_surely(self._services, replace(exchange, told=True))
