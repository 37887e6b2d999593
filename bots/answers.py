"""Says everything that is not about a job (answers, hints, forms), within a chat's limits."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from weakref import WeakSet

from core.i18n import Locale, translate
from core.messages.budget import Rank, WriteBudget
from core.messages.pages import pages
from core.messages.patience import until_taken
from core.messages.status import write_final
from core.people.preferences import preferred, speak
from core.platform import (
    Conversation,
    ConversationRef,
    MessageLostError,
    MessageRef,
    Platform,
    User,
    View,
)
from core.services import Services

log = logging.getLogger(__name__)

# Answers that wait for one chat: nobody misses those behind them as much as the chat's quiet.
_WAITING = 10


class Answers:
    """Writes to any chat of a platform; stays silent where nothing can be written.

    What is more than a chat can take is left out, which is said once.
    """

    def __init__(self, services: Services, platform: Platform, default: Locale) -> None:
        self._services = services
        self._platform = platform
        self._default = default
        self._told: WeakSet[WriteBudget] = WeakSet()
        self._changes: dict[MessageRef, View] = {}

    async def say(
        self,
        place: ConversationRef,
        view: View,
        replying: MessageRef | None = None,
        *,
        user: User | None = None,
    ) -> MessageRef | None:
        """Send a view, in several messages where it is long; gives the last.

        `user` is who is answered, in whose language it is said that something was left out.
        """
        conversation, budget = self._at(place, replying)
        said = await self._left_out(budget, place, user) if self._is_full(budget) else view
        if said is None:
            return None
        # Buttons stand under the last part, where reading ends.
        *parts, last = pages(said.text, conversation.limits.text_chars)
        send = partial(write_final, conversation, budget, replying=replying, rank=Rank.ANSWER)
        try:
            for part in parts:
                await send(replace(said, text=part, buttons=()))
            return await send(replace(said, text=last))
        except MessageLostError as error:
            log.info("an answer was not taken: %s", error)
            return None

    async def change(self, message: MessageRef, view: View) -> None:
        """Show another view in a message that was sent before; of several that wait, the last."""
        waits = message in self._changes
        self._changes[message] = view
        if waits:
            return
        conversation, budget = self._at(message.conversation)

        async def show() -> View:
            async with budget.turn(Rank.ANSWER, "edit"):
                latest = self._changes[message]
                await conversation.edit(message, latest)
                return latest

        shown: View | None = None
        try:
            while shown is not self._changes[message]:
                shown = await until_taken(show, partial(budget.obey, lane="edit"))
        except MessageLostError as error:
            log.info("an answer was not taken: %s", error)
        finally:
            del self._changes[message]

    async def send(
        self, place: ConversationRef, write: Callable[[], Awaitable[MessageRef]]
    ) -> MessageRef | None:
        """Send what only this platform has, as soon as the chat accepts it."""
        _, budget = self._at(place)
        if self._is_full(budget):
            return None

        async def once() -> MessageRef:
            async with budget.turn(Rank.ANSWER, "post"):
                return await write()

        try:
            return await until_taken(once, partial(budget.obey, lane="post"))
        except MessageLostError as error:
            log.info("a message was not taken: %s", error)
            return None

    async def locale(self, user: User, place: ConversationRef, default: Locale) -> Locale:
        """The language that somebody is spoken to in."""
        found = await preferred(self._services.preferences, user, place)
        return speak(found, user, default)

    def _at(
        self, place: ConversationRef, replying: MessageRef | None = None
    ) -> tuple[Conversation, WriteBudget]:
        conversation = self._platform.conversation(place)
        return conversation, self._services.budgets.of(place, conversation.limits, replying)

    def _is_full(self, budget: WriteBudget) -> bool:
        waiting = budget.waiting(Rank.ANSWER)
        if not waiting:
            self._told.discard(budget)
        return waiting >= _WAITING

    async def _left_out(
        self, budget: WriteBudget, place: ConversationRef, user: User | None
    ) -> View | None:
        """What is said in place of the first answer that is too much; nothing for the others."""
        if budget in self._told:
            return None
        self._told.add(budget)
        locale = await self.locale(user, place, self._default) if user else self._default
        return View(text=translate(locale, "answers-left-out"))
