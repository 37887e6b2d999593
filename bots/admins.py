"""What the bot's admins are told, each in their own chat with it."""

import asyncio
import logging
from collections.abc import Sequence

from bots.answers import Answers
from core.i18n import Locale, translate
from core.platform import ConversationRef, View
from core.services import Services

log = logging.getLogger(__name__)


class Admins:
    """Tells them, as far as their platforms are connected; the log has it in any case.

    Args:
        admins: as the operator writes them ("telegram:123").
        locale: the language of the bot.
    """

    def __init__(self, services: Services, admins: Sequence[str], locale: Locale) -> None:
        self._services = services
        self._admins = admins
        self._locale = locale

    @property
    def are_away(self) -> bool:
        """Whether there are some, and none of them could be told now."""
        return bool(self._admins) and not self._places()

    async def tell(self, key: str, **details: str | int) -> None:
        """Say a text of core/i18n to each of them."""
        text = translate(self._locale, key, **details)
        log.warning("%s", text)
        await asyncio.gather(*(self._say(place, View(text=text)) for place in self._places()))

    def _places(self) -> list[ConversationRef]:
        named = (admin.partition(":") for admin in self._admins)
        return [
            ConversationRef(platform=platform, chat=user, person=user)
            for platform, _, user in named
            if platform in self._services.platforms
        ]

    async def _say(self, place: ConversationRef, view: View) -> None:
        platform = self._services.platforms[place.platform]
        try:
            await Answers(self._services, platform, self._locale).say(place, view)
        except Exception:
            log.exception("an admin could not be told")
