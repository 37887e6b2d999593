"""What the bot's admins are told, each in their own chat with it."""

import logging
from collections.abc import Collection, Iterator, Sequence

from bots.answers import Answers
from core.errands import Errands
from core.i18n import Locale, translate
from core.platform import ConversationRef, View
from core.services import Services

log = logging.getLogger(__name__)


class Admins:
    """Tells them, as far as their platforms are connected; the log has it in any case.

    Args:
        names: as the operator writes them ("telegram:123").
        locale: the language of all of them.
    """

    def __init__(self, services: Services, names: Sequence[str], locale: Locale) -> None:
        self._services = services
        self._names = names
        self._locale = locale
        self._errands = Errands()

    @property
    def are_away(self) -> bool:
        """Whether there are some, and none of them could be told now."""
        return bool(self._names) and not any(self._places())

    async def idle(self) -> None:
        """Wait until all have been told."""
        await self._errands.idle()

    def tell(self, key: str, *, without: Collection[str] = (), **details: str | int) -> None:
        """Say a text to all, but not on those platforms; never waits."""
        text = translate(self._locale, key, **details)
        log.warning("%s", text)
        for place in self._places(without):
            self._errands.start(self._say(place, View(text=text)))

    def _places(self, without: Collection[str] = ()) -> Iterator[ConversationRef]:
        for name in self._names:
            platform, _, user = name.partition(":")
            if platform in self._services.platforms and platform not in without:
                yield ConversationRef(platform=platform, chat=user, person=user)

    async def _say(self, place: ConversationRef, view: View) -> None:
        platform = self._services.platforms[place.platform]
        try:
            await Answers(self._services, platform, self._locale).say(place, view)
        except Exception:
            log.exception("an admin could not be told")
