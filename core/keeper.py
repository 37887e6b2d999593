"""Deletes what is old: soon after the start, every night, and when the disk is nearly full."""

import asyncio
import logging
import time as clock
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import datetime, time
from itertools import islice
from pathlib import Path

from core.errands import Errands, seconds_until
from core.errors import StorageError
from core.files.claims import NAME as CLAIMS
from core.files.folders import (
    Folder,
    delete_lent,
    delete_parts,
    delete_set_aside,
    folders_in,
    set_aside,
)
from core.past_jobs import JobEnding
from core.people.broadcasts import BROADCAST_DAYS
from core.platform import Party
from core.services import Services

log = logging.getLogger(__name__)
Step = Callable[[Counter[str]], Awaitable[None]]

_DAY_SECONDS = 24 * 3600.0
# Long after what an earlier process has left was taken up.
_SOON_SECONDS = 60.0
_NIGHT = time(4)
# How often it is looked whether the disk is full, and how long a sweep for that is not repeated.
_LOOK_SECONDS = 600.0
_LOOKS = 6
# In one transaction, so that nobody waits long for the database.
_AT_ONCE = 100


class Keeper:
    """Deletes what is old. Open jobs never are; the ledger is kept.

    Args:
        end_drafts: lets drafts go that were made before a time, with their files; gives how many.
        now: the time, in seconds since 1970.
        pauses: how many seconds pass before each sweep; by itself, until the next night.

    Attributes:
        taking: held while a folder is taken away, and while an ended job is opened again.
        keeps_house: whether it deletes what processes have in common: one of them does.
    """

    def __init__(
        self,
        services: Services,
        end_drafts: Callable[[float], Awaitable[int]],
        *,
        now: Callable[[], float] = clock.time,
        pauses: Iterable[float] | None = None,
    ) -> None:
        self.taking = asyncio.Lock()
        self._services = services
        self._end_drafts = end_drafts
        self._retention = services.retention
        self._now = now
        self._pauses = pauses
        self._errands = Errands()
        self.keeps_house = not services.calls.are_heard

    def start(self) -> None:
        """Sweep from now on, in the background."""
        self._errands.start(self._go_on())
        if not self.keeps_house:
            take_turns = self._services.listening.take_turns
            self._errands.start(take_turns("house", self._keep_house))

    async def close(self) -> None:
        """Leave the rest to the next start."""
        await self._errands.close()

    async def sweep(self) -> Counter[str]:
        """Delete all that is old, in portions; what cannot be done now is done the next time.

        Gives how much of what, and logs it in one line.
        """
        steps = (self._drop_drafts, self._prune_jobs, self._sweep_media, self._prune_events)
        more = (self._prune_broadcasts, self._delete_lent, self._prune_files, self._prune_links)
        return await self._take_steps((*steps, *more))

    async def sweep_our_part(self) -> Counter[str]:
        """Delete what is up to this process: all if it keeps house, else what its disk has."""
        if self.keeps_house:
            return await self.sweep()
        return await self._take_steps((self._sweep_media, self._delete_lent))

    async def _take_steps(self, steps: Iterable[Step]) -> Counter[str]:
        counts = Counter[str]()
        for step in steps:
            try:
                await step(counts)
            except (StorageError, OSError) as error:
                log.warning("not all that is old could be deleted; next time: %s", error)
        told = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()) if count)
        log.info("swept: %s", told or "nothing was old")
        return counts

    async def forget(self, user: Party) -> None:
        """Delete all ended jobs of a person with their files.

        Raises:
            StorageError: not all could be deleted.
        """
        forget = self._services.past_jobs.forget
        await self._delete_rows(lambda: forget(user, limit=_AT_ONCE))

    async def discard(self, user: Party, job_id: str) -> bool:
        """Delete one ended job of a person with its files; False where there is none such.

        Raises:
            StorageError: it could not be deleted.
        """
        past, exchanges = self._services.past_jobs, self._services.exchanges
        job = await self._services.store.get(job_id)
        if job is None or job.user.party != user or not job.is_ended:
            return False
        # What it was suggested by has its words, under the same id. It goes first: where that
        # fails, the row is still there to be discarded once more.
        await exchanges.forget(user, limit=1, only=job_id)
        return bool(await self._delete_rows(lambda: past.forget(user, limit=1, only=job_id)))

    async def _go_on(self) -> None:
        for pause in self._pauses or _until_each_night():
            await self._rest(pause)
            await self.sweep_our_part()

    async def _keep_house(self) -> None:
        self.keeps_house = True
        try:
            await asyncio.Event().wait()
        finally:
            self.keeps_house = False

    async def _rest(self, seconds: float) -> None:
        """Wait for so long, or until the disk is nearly full; then not again within the hour."""
        looks = 0
        while seconds > 0:
            await asyncio.sleep(min(seconds, _LOOK_SECONDS))
            seconds -= _LOOK_SECONDS
            looks += 1
            if looks >= _LOOKS and self._is_full():
                return

    def _is_full(self) -> bool:
        try:
            return bool(self._services.room.objection())
        except StorageError:
            return False

    async def _drop_drafts(self, counts: Counter[str]) -> None:
        if days := self._retention.media_days:
            counts["drafts"] += await self._end_drafts(self._now() - days * _DAY_SECONDS)

    async def _prune_jobs(self, counts: Counter[str]) -> None:
        if days := self._retention.history_days:
            prune = self._services.past_jobs.prune
            before, besides = self._now() - days * _DAY_SECONDS, self._retention.besides
            counts["jobs"] += await self._delete_rows(
                lambda: prune(before, limit=_AT_ONCE, besides=besides)
            )

    async def _delete_rows(self, delete: Callable[[], Awaitable[Sequence[str]]]) -> int:
        """Delete portions of jobs until there are no more, each with its files."""
        deleted = 0
        while gone := await self._delete_some(delete):
            deleted += len(gone)
            await self._services.files.forget(gone)
            for job_id in gone:
                await self._take_away(job_id)
        return deleted

    async def _delete_some(self, delete: Callable[[], Awaitable[Sequence[str]]]) -> Sequence[str]:
        # Nobody is given an address in between that leads to nothing.
        async with self.taking:
            gone = await delete()
            if gone:
                await self._services.shares.end(*gone)
        self._services.feed.forget(gone)
        return gone

    async def _sweep_media(self, counts: Counter[str]) -> None:
        media_dir = self._services.media_dir
        await self._attempt(delete_set_aside, media_dir)
        is_alone = await self._is_alone()
        found = iter(await asyncio.to_thread(folders_in, media_dir))
        while some := list(islice(found, _AT_ONCE)):
            names = [folder.name for folder in some]
            endings = await self._services.past_jobs.endings(names)
            others = await self._services.exchanges.known(names)
            shared = await self._services.shares.living(names)
            kept = list[Path]()
            for folder in some:
                ending = endings.get(folder.name)
                if ending is None:
                    if is_alone and folder.name not in others and self._is_of_nobody(folder):
                        await self._take_away(folder.name)
                        counts["folders of nobody"] += 1
                elif (
                    folder.name not in shared
                    and self._is_over(ending)
                    and await self._take_if_over(folder.name)
                ):
                    counts["folders of media"] += 1
                elif ending.at is not None:
                    kept.append(self._services.folder(folder.name))
            # All at once: to send each to a thread takes longer than to look into it.
            parts = (kept, self._now() - _DAY_SECONDS)
            counts["unfinished files"] += await asyncio.to_thread(delete_parts, *parts)

    async def _is_alone(self) -> bool:
        """Whether what is of nobody here is of nobody at all."""
        is_alone = await asyncio.to_thread(self._services.has_media_dir_alone)
        if not is_alone:
            named = self._services.media_dir / CLAIMS
            log.info("other databases have files here (%s), so what is of nobody stays", named)
        return is_alone

    def _is_over(self, ending: JobEnding) -> bool:
        days = self._retention.media_days
        if not days or ending.at is None or ending.platform in self._retention.besides:
            return False
        return ending.at < self._now() - days * _DAY_SECONDS

    def _is_of_nobody(self, folder: Folder) -> bool:
        """Whether it is not about to get a row: files come first."""
        return folder.changed_at < self._now() - _DAY_SECONDS

    async def _take_if_over(self, job_id: str) -> bool:
        async with self.taking:
            # Somebody may have opened or shared it again since it was read.
            ending = (await self._services.past_jobs.endings([job_id])).get(job_id)
            shared = await self._services.shares.living([job_id])
            if ending is None or shared or not self._is_over(ending):
                return False
            is_away = await self._attempt(set_aside, self._services.folder(job_id))
            await self._services.files.forget([job_id])
        return is_away and await self._attempt(delete_set_aside, self._services.media_dir, job_id)

    async def _take_away(self, name: str) -> None:
        """Delete the files of what has no row any more."""
        if await self._attempt(set_aside, self._services.folder(name)):
            await self._attempt(delete_set_aside, self._services.media_dir, name)

    async def _attempt(self, do: Callable[..., None], *places: Path | str) -> bool:
        """Do something with files; one that resists must not keep the others from going."""
        try:
            await asyncio.to_thread(do, *places)
        except OSError as error:
            log.warning("some files are deleted later: %s", error)
            return False
        return True

    async def _prune_events(self, counts: Counter[str]) -> None:
        while gone := await self._services.events.prune(self._now(), limit=_AT_ONCE):
            counts["events"] += gone

    async def _prune_files(self, counts: Counter[str]) -> None:
        days = self._retention.media_days
        before = self._now() - days * _DAY_SECONDS if days else None
        counts["files of other machines"] += await self._services.files.prune(before)

    async def _prune_links(self, _: Counter[str]) -> None:
        await self._services.shares.prune()
        await self._services.sessions.prune()

    async def _prune_broadcasts(self, _: Counter[str]) -> None:
        await self._services.broadcasts.prune(self._now() - BROADCAST_DAYS * _DAY_SECONDS)

    async def _delete_lent(self, counts: Counter[str]) -> None:
        counts["folders of lent files"] += await asyncio.to_thread(
            delete_lent, self._now() - _DAY_SECONDS
        )


def _until_each_night() -> Iterator[float]:
    yield _SOON_SECONDS
    while True:
        yield seconds_until(_NIGHT, datetime.now().astimezone())
