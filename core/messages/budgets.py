"""The budgets of all chats, and what the next process has to know of them."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from weakref import WeakValueDictionary

from core.errors import StorageError
from core.limits import Limits
from core.messages.budget import WriteBudget
from core.messages.share import Shares
from core.messages.written import ChatKey, WriteStore, Written
from core.meters import Meters
from core.platform import ConversationRef, MessageRef

log = logging.getLogger(__name__)

_SAVE_SECONDS = 1.0
# Longer than any window, and than most pauses.
_KEPT_SECONDS = 900.0
# Shorter windows are over before the next process has started.
_SHORT_SECONDS = 2.0
_LOOKED_AT = 2


class Budgets:
    """The budget of each chat that is written to, or was lately.

    Args:
        store: where the next process finds what this one has written. It is stored once a second,
            and before a third write to one chat that is not.
        meters: where writes are counted.
        shares: what other processes write to the same chats; without them, there are none.
    """

    most_unsaved = 2

    def __init__(
        self,
        store: WriteStore | None = None,
        meters: Meters | None = None,
        shares: Shares | None = None,
    ) -> None:
        self._store = store
        self._shares = shares
        self._meters = meters or Meters()
        self._left: Mapping[ChatKey, Written] = {}
        self._untold = Written()
        self._of_chat: WeakValueDictionary[ChatKey, WriteBudget] = WeakValueDictionary()
        self._of_platform: dict[str, WriteBudget] = {}
        # A job that ends takes neither the window nor a pause with it.
        self._recent: OrderedDict[WriteBudget, None] = OrderedDict()
        self._touched: set[WriteBudget] = set()
        self._saving = asyncio.Lock()
        self._saver: asyncio.Task[None] | None = None
        self._saved_at = -_SAVE_SECONDS

    def of(
        self, conversation: ConversationRef, limits: Limits, answering: MessageRef | None = None
    ) -> WriteBudget:
        """The one budget of a chat, or of a thread where each has its own."""
        thread = conversation.thread if limits.per_thread else ""
        chat = ChatKey(conversation.platform, conversation.chat, thread)
        budget = self._of_chat.get(chat)
        if budget is None:
            budget = self._of_chat[chat] = self._new(chat, limits)
        return budget.of(answering)

    def touch(self, budget: WriteBudget) -> None:
        """See `core.messages.budget.Memory`."""
        self._recent[budget] = None
        self._recent.move_to_end(budget)
        for old in tuple(islice(self._recent, _LOOKED_AT)):
            if old.is_quiet:
                del self._recent[old]
            else:
                self._recent.move_to_end(old)
        if self._store and budget.chat:
            self._touched.add(budget)
            if self._saver is None or self._saver.done():
                self._saver = asyncio.create_task(self._save_now_and_then())

    async def save(self, budget: WriteBudget) -> None:
        """See `core.messages.budget.Memory`."""
        if budget in self._touched:
            await self._save()

    async def recall(self) -> None:
        """Find out what an earlier process has written."""
        if self._store is None:
            return
        now = time.time()
        try:
            found = await self._store.load(now - _KEPT_SECONDS)
        except StorageError as error:
            log.warning("what was written before this start is not known: %s", error)
            return
        ahead = asyncio.get_running_loop().time() - now
        self._left = {
            chat: _at_the_latest(written, now).shifted(ahead)
            for chat, written in found.chats.items()
        }
        if found.cut_off_at is not None:
            # A save takes a moment too, so not just one pause between two of them is in the dark.
            latest = min(found.cut_off_at + 2 * _SAVE_SECONDS, now)
            self._untold = Written(times=(latest + ahead,) * self.most_unsaved)

    async def close(self) -> None:
        """Store what was written last: nothing is written any more."""
        if self._saver:
            self._saver.cancel()
            await asyncio.wait([self._saver])
        await self._save(ended=True)
        self._store = None

    def _new(self, chat: ChatKey, limits: Limits) -> WriteBudget:
        left = self._left.get(chat, Written())
        return WriteBudget(
            limits,
            self._whole(chat.platform, limits),
            chat=chat if limits.window_seconds >= _SHORT_SECONDS else None,
            memory=self,
            left=replace(left, times=(*left.times, *self._untold.times)),
            meter=self._meters.writes[chat.platform],
            share=self._shares(chat, limits) if self._shares else None,
        )

    def _whole(self, platform: str, limits: Limits) -> WriteBudget | None:
        """What all chats of a platform share, where it counts that."""
        if limits.platform_writes is None:
            return None
        if platform not in self._of_platform:
            second = replace(limits, writes=limits.platform_writes, window_seconds=1.0)
            everywhere = ChatKey(platform, "", "")
            share = self._shares(everywhere, second) if self._shares else None
            self._of_platform[platform] = WriteBudget(second, share=share)
        return self._of_platform[platform]

    async def _save_now_and_then(self) -> None:
        while self._touched:
            await asyncio.sleep(self._saved_at + _SAVE_SECONDS - _now())
            await self._save()

    async def _save(self, *, ended: bool = False) -> None:
        async with self._saving:
            # Somebody may have stored it while this one waited.
            if self._store is None or not (self._touched or ended):
                return
            touched, self._touched = self._touched, set()
            at = time.time()
            ahead = at - _now()
            rows = {each.chat: each.written().shifted(ahead) for each in touched if each.chat}
            try:
                await self._store.save(rows, at, ended=ended)
            except StorageError as error:
                log.warning("what was written could not be stored: %s", error)
            self._saved_at = _now()


def _at_the_latest(written: Written, now: float) -> Written:
    """With everything that was under way; no clock of ours is to be waited for."""
    times = (*(min(at, now) for at in written.times), *(now,) * written.under_way)
    return replace(written, times=times, under_way=0)


def _now() -> float:
    return asyncio.get_running_loop().time()
