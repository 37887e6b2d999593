"""What one process knows, all know: bans, pauses, listings, models set aside, calls of gateways.

The tables call by themselves when they are changed (migration 0026), whoever has done it.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from core.catalog.cooldown import Aside
from core.errands import Errands
from core.errors import StorageError
from core.listings import recall
from core.services import Services
from storage.fleet.calls import Calls

log = logging.getLogger(__name__)

_CHANGED = "changed"  # as the migration has it
_HOOK = "hook"
_PAUSE_SECONDS = 1.0
# Anybody may call any address; a job whose call is left out is looked at as without hooks.
_MOST_HOOKS = 100


class _Rounds:
    """Does something about one thing after the other, and again where it cannot be done now."""

    def __init__(
        self, do: Callable[[str], Awaitable[None]], errands: Errands, most: int = 1000
    ) -> None:
        self._do = do
        self._errands = errands
        self._most = most
        self._waiting: dict[str, None] = {}
        self._task: asyncio.Task[object] | None = None

    def add(self, what: str) -> None:
        """Do it soon; never waits. What waits already is done once."""
        if len(self._waiting) < self._most:
            self._waiting[what] = None
        if self._task is None or self._task.done():
            self._task = self._errands.start(self._go())

    async def _go(self) -> None:
        while self._waiting:
            what = next(iter(self._waiting))
            # Before: what changes from now on is done once more.
            del self._waiting[what]
            try:
                await self._do(what)
            except StorageError as error:
                log.warning("processes do not know of each other's news, again soon: %s", error)
                self._waiting[what] = None
                await asyncio.sleep(_PAUSE_SECONDS)


@asynccontextmanager
async def sharing_news(services: Services, calls: Calls) -> AsyncGenerator[Services]:
    """The same services, which learn what other processes know, and let them know."""
    errands = Errands()
    gone = Aside(seconds=services.catalog.cooldown.seconds)

    async def set_aside(key: str) -> None:
        # It may have waited for long: an admin may have taken it back, or chosen other times.
        if not services.catalog.cooldown.is_untold(key):
            return
        await services.asides.add(key, gone)
        services.catalog.cooldown.told(key)

    asides = _Rounds(set_aside, errands)
    hooks = _Rounds(partial(calls.call, _HOOK), errands, _MOST_HOOKS)
    shared = replace(
        services,
        catalog=replace(
            services.catalog, cooldown=replace(services.catalog.cooldown, tell=asides.add)
        ),
        hooks=replace(services.hooks, elsewhere=hooks.add),
    )
    recalls: Mapping[str, Callable[[], Awaitable[None]]] = {
        "access": shared.access.recall,
        "pauses": shared.pauses.recall,
        "listings": partial(recall, shared),
        "aside": partial(_recall_aside, shared),
    }
    changes = _Rounds(lambda about: recalls[about](), errands)

    def changed(about: str) -> None:
        # A newer version may have more to tell.
        if about in recalls:
            changes.add(about)

    def missed() -> None:
        for about in recalls:
            changes.add(about)

    def woken(digest: str) -> None:
        shared.hooks.wake(digest)

    calls.answer(_CHANGED, changed)
    calls.answer(_HOOK, woken)
    calls.whenever_heard_again(missed)
    try:
        yield shared
    finally:
        await errands.close()


async def _recall_aside(services: Services) -> None:
    services.catalog.cooldown.learn(await services.asides.load())
