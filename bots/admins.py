"""Tells the admins of the bot what they should know, each on their own platform."""

import logging
from collections.abc import Collection, Sequence

from bots.answers import Answers
from core.errands import Errands
from core.i18n import Locale, translate
from core.platform import ConversationRef, View
from core.services import Services

log = logging.getLogger(__name__)


class Admins:
    """Those whom the operator has named.

    Args:
        names: as the operator writes them ("telegram:123").
        locale: the language of all of them.
    """

    def __init__(self, services: Services, names: Sequence[str], locale: Locale) -> None:
        self._services = services
        self._names = names
        self._locale = locale
        self._errands = Errands()

    async def idle(self) -> None:
        """Wait until all have been told."""
        await self._errands.idle()

    def tell(self, key: str, *, without: Collection[str] = (), **details: str | int) -> None:
        """Say a text to all, but not on those platforms; the log has it, too. Never waits."""
        text = translate(self._locale, key, **details)
        log.warning("%s", text)
        for admin in self._names:
            name, _, user = admin.partition(":")
            platform = self._services.platforms.get(name)
            if platform is None or name in without:
                continue
            place = ConversationRef(platform=name, chat=user, person=user)
            answers = Answers(self._services, platform, self._locale)
            self._errands.start(answers.say(place, View(text=text)))
