"""What the bot's admins are told, each in their own chat with it."""

import logging
from collections.abc import Awaitable, Collection, Iterator, Sequence

from bots.answers import Answers
from core.errands import Errands
from core.errors import StorageError
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

    def tell(
        self,
        key: str,
        *,
        without: Collection[str] = (),
        news: str = "",
        over: str = "",
        **details: str | int,
    ) -> None:
        """Say a text to all, but not on those platforms; never waits.

        Where several processes notice the same, `news` is what they call it, and one of them says
        it; `over` is the news that this is the end of, which is said, and logged, only if that
        was said by any of them, and by one of them.
        """
        text = translate(self._locale, key, **details)
        if not over:
            log.warning("%s", text)
        self._errands.start(self._tell(View(text=text), without, news, over))

    def forget(self, news: str) -> None:
        """Let it be news again, without a word; never waits."""
        self._errands.start(_yes(self._services.notices.is_over(news)))

    async def _tell(self, view: View, without: Collection[str], news: str, over: str) -> None:
        notices = self._services.notices
        if news and not await _yes(notices.is_news(news)):
            return
        if over:
            if not await _yes(notices.is_over(over)):
                return
            log.warning("%s", view.text)
        for place in self._places(without):
            self._errands.start(self._say(place, view))

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


async def _yes(asked: Awaitable[bool]) -> bool:
    """The answer; where nobody knows it, yes: better twice than never."""
    try:
        return await asked
    except StorageError:
        return True
