"""Says everything that is not about a job (answers, hints, forms), within a chat's limits."""

import logging
from collections.abc import Awaitable, Callable

from core.engine.services import Services
from core.i18n import Locale
from core.messages.budget import WriteBudget
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

log = logging.getLogger(__name__)


class Answers:
    """Writes to any chat of a platform; stays silent where nothing can be written."""

    def __init__(self, services: Services, platform: Platform) -> None:
        self._services = services
        self._platform = platform

    async def say(
        self, place: ConversationRef, view: View, replying: MessageRef | None = None
    ) -> MessageRef | None:
        """Send a view, in several messages where it is long; gives the last."""
        conversation, budget = self._at(place)
        # Buttons stand under the last part, where reading ends.
        *parts, last = pages(view.text, conversation.limits.text_chars)
        try:
            for part in parts:
                await write_final(conversation, budget, View(text=part), replying=replying)
            end = View(text=last, buttons=view.buttons)
            return await write_final(conversation, budget, end, replying=replying)
        except MessageLostError as error:
            log.info("an answer was not taken: %s", error)
            return None

    async def change(self, message: MessageRef, view: View) -> None:
        """Show another view in a message that was sent before."""
        conversation, budget = self._at(message.conversation)
        try:
            await write_final(conversation, budget, view, message)
        except MessageLostError as error:
            log.info("an answer was not taken: %s", error)

    async def send(
        self, place: ConversationRef, write: Callable[[], Awaitable[MessageRef]]
    ) -> MessageRef | None:
        """Send what only this platform has, as soon as the chat accepts it."""
        _, budget = self._at(place)

        async def once() -> MessageRef:
            async with budget.final():
                return await write()

        try:
            return await until_taken(once, budget.pause)
        except MessageLostError as error:
            log.info("a message was not taken: %s", error)
            return None

    async def locale(self, user: User, place: ConversationRef, default: Locale) -> Locale:
        """The language that somebody is spoken to in."""
        found = await preferred(self._services.preferences, user, place)
        return speak(found, user, default)

    def _at(self, place: ConversationRef) -> tuple[Conversation, WriteBudget]:
        conversation = self._platform.conversation(place)
        return conversation, self._services.budgets.of(place, conversation.limits)


def pages(text: str, limit: int) -> list[str]:
    """Cut a long text at the ends of lines."""
    found: list[str] = []
    while len(text) > limit:
        end = text.rfind("\n", 1, limit)
        # One line longer than a message is cut in its middle: nothing better is left.
        end = end if end > 0 else limit
        found.append(text[:end])
        text = text[end:].lstrip("\n")
    return [*found, text]
