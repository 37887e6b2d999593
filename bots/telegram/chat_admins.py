"""Who runs a chat: asked only where it matters, and remembered for a minute."""

from functools import partial

from telegram import Bot, ChatMember
from telegram.error import TelegramError

from bots.remembered import Remembered
from core.platform import ConversationRef, User

_MANAGERS = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR})


class ChatAdmins:
    """Asks Telegram for people's roles."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._known = Remembered()

    async def include(self, user: User, place: ConversationRef) -> bool:
        """Whether the user runs the chat; everybody runs a private one."""
        # A channel, or an admin who hides, writes as the chat itself.
        if user.id == place.chat:
            return True
        return await self._known.or_asked(place.chat, user.id, partial(self._ask, user, place))

    async def _ask(self, user: User, place: ConversationRef) -> bool:
        try:
            member = await self._bot.get_chat_member(place.chat, int(user.id))
        except TelegramError:
            return False
        return member.status in _MANAGERS
