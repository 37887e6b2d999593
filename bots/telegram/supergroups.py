"""Groups that become supergroups: what counted for the old id counts for the new one."""

from telegram import Message

from bots.telegram.conversation import NAME
from core.platform import Party
from core.services import Services


class Supergroups:
    """Tells the stores of groups that have moved, once for each.

    Args:
        moved: old ids and new ones, also such as the conversations learn from Telegram's answers.
    """

    def __init__(self, services: Services, moved: dict[str, str]) -> None:
        self._services = services
        self._moved = moved
        self._stored: set[str] = set()

    async def follow(self, message: Message) -> None:
        """Take up a move that this message tells, and those that were learned before it."""
        here = str(message.chat.id)
        if message.migrate_to_chat_id:
            self._moved[here] = str(message.migrate_to_chat_id)
        if message.migrate_from_chat_id:
            self._moved[str(message.migrate_from_chat_id)] = here
        # Also those of earlier messages: a conversation may have learned of a move first.
        for old, new in list(self._moved.items()):
            if old not in self._stored:
                await self._store(_party(old), _party(new))
                self._stored.add(old)

    async def _store(self, old: Party, new: Party) -> None:
        services = self._services
        for store in (
            services.access,
            services.preferences,
            services.store,
            services.exchanges,
            services.credits.store,
        ):
            await store.rename(old, new)


def _party(chat: str) -> Party:
    return Party(platform=NAME, kind="chat", id=chat)
