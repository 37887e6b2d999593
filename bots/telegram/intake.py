"""What Telegram hands over: stored before it is confirmed, then dealt with, each update once."""

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol
from uuid import uuid4
from weakref import WeakValueDictionary

from telegram import Bot, Update

from bots.telegram.client import Json
from bots.telegram.ids import NAME
from core.arrivals import Arrival, ArrivalStore
from core.calls import Intercom
from core.errors import StorageError

log = logging.getLogger(__name__)

# In work at once for one chat. Its other updates wait, those of other chats do not.
_PER_CHAT = 64
# In work or waiting, in all; Telegram keeps what is more.
_MOST = 2000
_ARRIVED = "arrived"  # as the migration has it
_LOOK_SECONDS = 5.0
_Author = tuple[int, int]
# What is answered after a restart is answered to nobody.
_PASSING = frozenset({"inline_query", "pre_checkout_query"})


class Handler(Protocol):
    """Deals with updates."""

    async def take(self, update: Update) -> None: ...

    async def apologize(self, update: Update, incident: str) -> None:
        """Say that something went wrong, and under which id the log has it."""
        ...


@dataclass(slots=True)
class _Together:
    """What one author has sent in a chat: how much is in work, and what is done meanwhile."""

    in_work: int = 0
    done: list[Arrival] = field(default_factory=list[Arrival])


class UpdateIntake:
    """Takes updates from whoever brings them; what a kill interrupts the next start does."""

    def __init__(self, bot: Bot, store: ArrivalStore, handler: Handler, calls: Intercom) -> None:
        self._bot = bot
        self._store = store
        self._handler = handler
        self._calls = calls
        self._work: set[asyncio.Task[None]] = set()
        self._open: set[str] = set()
        self._authors: dict[_Author, _Together] = {}
        self._turns = WeakValueDictionary[int, asyncio.Semaphore]()

    @property
    def is_full(self) -> bool:
        """Whether so much waits that nothing more should be brought."""
        return len(self._work) >= _MOST

    async def resume(self) -> None:
        """Begin with what others have stored, or an earlier process has left.

        Raises:
            StorageError: nobody knows what that is.
        """
        while left := await self._store.left(NAME, frozenset(self._open)):
            for arrival in left:
                self._begin(json.loads(arrival.body), arrival)
            await self.room()

    async def follow(self) -> None:
        """Begin with what any process stores, in its order, for as long as there are others."""
        stored = asyncio.Event()
        self._calls.answer(_ARRIVED, lambda platform: stored.set() if platform == NAME else None)
        while self._calls.are_heard:
            await self.room()
            try:
                await self.resume()
            except StorageError as error:
                log.warning("what has come waits, since it cannot be read: %s", error)
            with suppress(TimeoutError):
                # A call that nobody could hear is made up for.
                async with asyncio.timeout(_LOOK_SECONDS):
                    await stored.wait()
            stored.clear()

    async def take(self, updates: Sequence[Json]) -> None:
        """Store updates and begin with those that are new. When it returns they are safe.

        Raises:
            StorageError: they are not stored, so they must be brought again.
        """
        for arrival, update in await self._keep(updates):
            self._begin(update, arrival)
        self._begin_passing(updates)

    async def receive(self, updates: Sequence[Json]) -> None:
        """The same, where several processes are brought updates and one of them listens.

        It begins with them when it `follow`s. What is answered at once or never is answered here.

        Raises:
            StorageError: they are not stored, so they must be brought again.
        """
        if self._calls.are_heard:
            await self._keep(updates)
            self._begin_passing(updates)
        else:
            await self.take(updates)

    async def room(self) -> None:
        """Wait until there is room for more."""
        while self.is_full:
            await asyncio.wait(self._work, return_when=asyncio.FIRST_COMPLETED)

    async def close(self, seconds: float) -> None:
        """Finish what can be finished in that time; the next start does the rest."""
        if self._work:
            _, late = await asyncio.wait(self._work, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        interrupted, self._open = self._open, set[str]()
        if interrupted:
            with suppress(StorageError):
                await self._store.put_back(NAME, interrupted)

    async def _keep(self, updates: Sequence[Json]) -> list[tuple[Arrival, Json]]:
        """Store what lasts; gives what is new of it."""
        lasting = {self._name(each): each for each in updates if not _PASSING & each.keys()}
        arrivals = [Arrival(id=name, body=json.dumps(each)) for name, each in lasting.items()]
        new = await self._store.keep(NAME, arrivals) if arrivals else ()
        return [(arrival, lasting[arrival.id]) for arrival in new]

    def _begin_passing(self, updates: Sequence[Json]) -> None:
        for each in updates:
            if _PASSING & each.keys():
                self._begin(each)

    def _name(self, update: Json) -> str:
        # Another bot, if the operator changes the token, counts its updates by itself.
        return f"{self._bot.id}/{update['update_id']}"

    def _begin(self, update: Json, arrival: Arrival | None = None) -> None:
        # What comes while `resume` looks at what is left is found by both.
        if arrival and arrival.id in self._open:
            return
        # Tasks begin in this order, which albums and long texts rely on.
        if arrival:
            self._open.add(arrival.id)
        task = asyncio.create_task(self._do(update, arrival))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _do(self, told: Json, arrival: Arrival | None) -> None:
        update = self._read(told)
        author = _author(update)
        together = self._authors.setdefault(author, _Together())
        together.in_work += 1
        try:
            if update:
                await self._handle(update)
            if arrival:
                together.done.append(arrival)
        finally:
            together.in_work -= 1
            if not together.in_work:
                del self._authors[author]
        # An order may be several messages: a part that were left alone would be another order.
        if together.done and not together.in_work:
            # Else the next start does it again: what is paid knows that it was taken.
            with suppress(StorageError):
                await self._store.settle(NAME, together.done)
                # Not before: what is still in store would be begun with once more.
                self._open.difference_update(each.id for each in together.done)

    async def _handle(self, update: Update) -> None:
        party = update.effective_chat or update.effective_user
        chat = party.id if party else 0
        async with self._turns.setdefault(chat, asyncio.Semaphore(_PER_CHAT)):
            try:
                await self._handler.take(update)
            except Exception:
                incident = uuid4().hex[:8]
                log.exception("unexpected error %s", incident)
                await self._handler.apologize(update, incident)

    def _read(self, told: Json) -> Update | None:
        """The update; None where it is not what the library knows, which must not stop others."""
        try:
            return Update.de_json(dict(told), self._bot)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # Without its content: what people write is nobody else's business.
            kinds = ", ".join(name for name in told if name != "update_id")
            log.warning("an update (%s) cannot be understood: %s", kinds, type(error).__name__)
            return None


def _author(update: Update | None) -> _Author:
    """The chat of an update, and who has sent it there."""
    chat = update.effective_chat if update else None
    sender = update.effective_sender if update else None
    return chat.id if chat else 0, sender.id if sender else 0
