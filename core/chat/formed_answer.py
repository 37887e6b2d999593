"""An answer that has a form, and words a request: asked once more where it comes without it."""

import logging
from collections.abc import Awaitable, Callable

from core.chat.answer import ActiveAnswer
from core.chat.endings import ended
from core.chat.suggestions import is_suggestion
from core.errors import Fault, FaultKind, JobError
from core.exchanges import Exchange
from core.media import MediaRequest
from core.services import Services
from core.talk import Question

log = logging.getLogger(__name__)

HandOver = Callable[[Exchange], Awaitable[None]]


class FormedAnswer(ActiveAnswer):
    """As an answer in words, but nothing of it is shown before all of it is there.

    Args:
        request: what the answer is to word.
        hand_over: turns an answer that is stored, and has the form, into what its chat is shown.
    """

    def __init__(
        self,
        services: Services,
        exchange: Exchange,
        question: Question,
        request: MediaRequest,
        hand_over: HandOver,
    ) -> None:
        super().__init__(services, exchange, question)
        self._request = request
        self._hand_over = hand_over
        self._asked_twice = False

    async def _listen(self) -> None:
        await super()._listen()
        while not is_suggestion(self._request, self._heard.text):
            if self._asked_twice:
                raise JobError(Fault(kind=FaultKind.MISFORMED, maybe_billed=True))
            log.warning("answer %s: not in its form, asked once more", self.exchange.id)
            self._asked_twice = True
            self._start_over()
            await super()._listen()

    async def _end(self, fault: Fault | None) -> None:
        if fault or self._stopped:
            await super()._end(fault)
            return
        self.exchange = ended(self._so_far(), None, stopped=False)
        await self._store_end()
        await self._message.close()
        await self._hand_over(self.exchange)
