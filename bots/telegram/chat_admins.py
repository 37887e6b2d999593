"""Who runs a chat: asked only where it matters, and remembered for a minute."""

import asyncio

from telegram import Bot, ChatMember
from telegram.error import TelegramError

from core.platform import ConversationRef, User

_REMEMBERED_SECONDS = 60.0
_REMEMBERED = 1000
_MANAGERS = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR})


class ChatAdmins:
    """Asks Telegram for people's roles."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._known: dict[tuple[str, str], tuple[float, bool]] = {}

    async def include(self, user: User, place: ConversationRef) -> bool:
        """Whether the user runs the chat; everybody runs a private one."""
        # A channel, or an admin who hides, writes as the chat itself.
        if user.id == place.chat:
            return True
        now = asyncio.get_running_loop().time()
        until, known = self._known.get((place.chat, user.id), (0.0, False))
        if until > now:
            return known
        found = await self._ask(user, place)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[place.chat, user.id] = (now + _REMEMBERED_SECONDS, found)
        return found

    async def _ask(self, user: User, place: ConversationRef) -> bool:
        try:
            member = await self._bot.get_chat_member(place.chat, int(user.id))
        except TelegramError:
            return False
        return member.status in _MANAGERS
