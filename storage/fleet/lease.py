"""Whose turn it is to listen, or to do an errand: the lease's holder, by the database's clock."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import delete, or_
from sqlalchemy.dialects.postgresql import insert

from core.errors import StorageError
from core.listening import Listen
from storage.database import Database
from storage.fleet.calls import Calls
from storage.fleet.members import NOW, Membership
from storage.tables import leases

log = logging.getLogger(__name__)

_ROW = "a lease"
_FREE = "free"
# Nobody waits longer to tell others that they need not wait.
_GIVE_UP_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTerms:
    """How many seconds a lease lasts.

    Attributes:
        lasts: others may take it so long after it was last renewed.
        renews: how often its holder renews it, and others ask for it.
        margin: how long before its end a holder who could not renew it stops; stopping takes time.
    """

    lasts: float = 15.0
    renews: float = 5.0
    margin: float = 3.0


class LeasedListening:
    """See `core.listening.Listening` for the contract.

    Args:
        member: who holds the leases; others see in its row what it listens to.
        calls: tell others at once that a lease is free.
    """

    def __init__(
        self,
        database: Database,
        member: Membership,
        calls: Calls,
        terms: LeaseTerms | None = None,
    ) -> None:
        self._database = database
        self._member = member
        self._calls = calls
        self._terms = terms or LeaseTerms()
        self._free: dict[str, asyncio.Event] = {}
        calls.answer(_FREE, self._became_free)

    async def listen(self, platform: str, listen: Listen, stands_by: Callable[[], None]) -> None:
        is_told = False

        async def ours() -> None:
            nonlocal is_told
            is_told = False
            self._member.listens.add(platform)
            try:
                await listen()
            finally:
                self._member.listens.discard(platform)

        def waits() -> None:
            nonlocal is_told
            stands_by()
            if not is_told:
                is_told = True
                log.info("%s: stands by, since another process listens", platform)

        await self._take_turns(platform, ours, waits)

    async def take_turns(self, errand: str, do: Listen) -> None:
        await self._take_turns(errand, do, lambda: None)

    async def _take_turns(self, name: str, do: Listen, waits: Callable[[], None]) -> None:
        while True:
            until = await self._obtain(name, waits)
            doing = asyncio.create_task(do(), name=f"turn of {name}")
            try:
                await self._keep(name, doing, until)
            finally:
                doing.cancel()
                await asyncio.wait([doing])
                await self._give_up(name)
            if not doing.cancelled():
                return doing.result()
            log.warning("%s: another process may take over now", name)

    async def _obtain(self, name: str, waits: Callable[[], None]) -> float:
        """Wait until the lease is ours; gives when that ends, by the clock of the loop."""
        free = self._free.setdefault(name, asyncio.Event())
        clock = asyncio.get_running_loop().time
        while True:
            free.clear()
            until = clock() + self._terms.lasts
            try:
                is_ours = await self._take(name)
            except StorageError as error:
                log.warning("%s: nobody knows whose turn it is, again soon: %s", name, error)
                is_ours = False
            if is_ours and clock() < until - self._terms.margin:
                return until
            waits()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._terms.renews):
                    await free.wait()

    async def _keep(self, name: str, doing: asyncio.Task[None], until: float) -> None:
        """Renew the lease until the task has ended, or others are about to take it."""
        clock, last = asyncio.get_running_loop().time, until - self._terms.margin
        while True:
            await asyncio.wait([doing], timeout=min(self._terms.renews, last - clock()))
            asked = clock()
            if doing.done() or asked >= last:
                return
            try:
                # Whoever waits longer for the database would listen beside the next.
                async with asyncio.timeout_at(last):
                    if not await self._take(name):
                        return
            except (StorageError, TimeoutError) as error:
                why = error or "no answer"
                log.warning("%s: it is not certain whose turn it is: %s", name, why)
            else:
                last = asked + self._terms.lasts - self._terms.margin

    async def _take(self, name: str) -> bool:
        """Take the lease, or renew it; tells whether it is ours."""
        row = insert(leases).values(
            name=name, holder=self._member.name, until=NOW + self._terms.lasts
        )
        is_free = or_(leases.c.holder == row.excluded.holder, leases.c.until < NOW)
        take = row.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"holder": row.excluded.holder, "until": row.excluded.until},
            where=is_free,
        ).returning(leases.c.holder)
        return await self._database.run(_ROW, lambda c: c.scalar(take) is not None)

    async def _give_up(self, name: str) -> None:
        """Let others have it at once, instead of when it ends."""
        ours = delete(leases).where(leases.c.name == name, leases.c.holder == self._member.name)
        with suppress(StorageError, TimeoutError):
            async with asyncio.timeout(_GIVE_UP_SECONDS):
                await self._database.run(_ROW, lambda c: c.execute(ours))
                await self._calls.call(_FREE, name)

    def _became_free(self, name: str) -> None:
        if free := self._free.get(name):
            free.set()
