"""What arrives from a platform may arrive twice; what is paid for it is paid once."""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Generator, Hashable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from core.errors import StorageError

log = logging.getLogger(__name__)
T = TypeVar("T")

# Far longer than any platform tells an event again.
_KEPT_SECONDS = 30 * 24 * 3600.0
# Two presses of one finger. Platforms that tell whole seconds make it shorter, never longer.
_DOUBLE_TAP_SECONDS = 2.0
_REMEMBERED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A message, a press or an interaction, by the id that its platform gave it."""

    platform: str
    id: str


class TakenError(Exception):
    """This event has had its effect; it gets no second one."""


class DoubleTapError(Exception):
    """The same was sent a moment before or after, and is being done."""


class EventStore(Protocol):
    """Which events were taken. The job store writes here too, together with the effect."""

    async def has(self, event: Event) -> bool: ...

    async def take(self, event: Event) -> bool:
        """Write that it was taken; False where it already was."""
        ...

    async def prune(self, before: float, *, limit: int) -> int:
        """Forget what was taken before that time, in seconds since 1970; gives how many."""
        ...


class Events:
    """Gives each event one effect: the store remembers across restarts, memory meanwhile."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._busy: set[Event] = set()
        self._sent = OrderedDict[Hashable, float]()

    async def take(self, event: Event) -> bool:
        """Take an event that is done at once; False for all but the first. Raises StorageError."""
        return await self._store.take(event)

    async def once(self, event: Event, do: Callable[[], Awaitable[T]]) -> T | None:
        """Do it, unless the event was taken before or is being dealt with; then gives None.

        However it ends, the event is taken before anybody is told: what was refused on the screen
        must not be done when the event comes again. Only what is broken off may be done again.

        Raises:
            StorageError: nobody knows whether it was taken, so nothing was done.
        """
        # Told again while the first is still at work: the store does not know it yet.
        if event in self._busy:
            return None
        self._busy.add(event)
        # It stays there if the store fails: this process at least remembers.
        if await self._store.has(event):
            self._busy.discard(event)
            return None
        # Looked up before it is done and written after it. What is paid writes the event itself,
        # together with its job; this one is for whatever ends without a job.
        try:
            done = await do()
        except BaseException:
            self._busy.discard(event)
            raise
        try:
            await self._store.take(event)
        except StorageError as error:
            log.warning("event %s: only this process knows that it was taken: %s", event.id, error)
        else:
            self._busy.discard(event)
        return done

    @contextmanager
    def untapped(self, what: Hashable, at: float) -> Generator[None]:
        """Do something that was sent at that time, unless the same was sent within two seconds.

        Only what succeeds counts.

        Raises:
            DoubleTapError: it was.
        """
        before = self._sent.get(what)
        if before is not None and abs(at - before) < _DOUBLE_TAP_SECONDS:
            raise DoubleTapError
        self._sent[what] = at
        self._sent.move_to_end(what)
        if len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)
        try:
            yield
        except BaseException:
            self._sent.pop(what, None)
            raise

    async def prune(self, now: float, *, limit: int) -> int:
        """Forget so many of what is too old to arrive again, at most; gives how many."""
        return await self._store.prune(now - _KEPT_SECONDS, limit=limit)
