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
from core.files.folders import (
    Folder,
    delete_lent,
    delete_parts,
    delete_set_aside,
    folders_in,
    set_aside,
)
from core.past_jobs import JobEnding
from core.platform import Party
from core.services import Services

log = logging.getLogger(__name__)

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
    """Deletes what is old. Open jobs and drafts never are; the ledger is kept.

    Args:
        now: the time, in seconds since 1970.
        pauses: how many seconds pass before each sweep; by itself, until the next night.

    Attributes:
        taking: held while a folder is taken away, and while an ended job is opened again.
    """

    def __init__(
        self,
        services: Services,
        *,
        now: Callable[[], float] = clock.time,
        pauses: Iterable[float] | None = None,
    ) -> None:
        self.taking = asyncio.Lock()
        self._services = services
        self._retention = services.retention
        self._now = now
        self._pauses = pauses
        self._errands = Errands()

    def start(self) -> None:
        """Sweep from now on, in the background."""
        self._errands.start(self._go_on())

    async def close(self) -> None:
        """Leave the rest to the next start."""
        await self._errands.close()

    async def sweep(self) -> Counter[str]:
        """Delete all that is old, in portions; what cannot be done now is done the next time.

        Gives how much of what, and logs it in one line.
        """
        counts = Counter[str]()
        for step in (self._prune_jobs, self._sweep_media, self._prune_events, self._delete_lent):
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

    async def _go_on(self) -> None:
        for pause in self._pauses or _until_each_night():
            await self._rest(pause)
            await self.sweep()

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
        while gone := await delete():
            deleted += len(gone)
            for job_id in gone:
                await self._take_away(job_id)
        return deleted

    async def _sweep_media(self, counts: Counter[str]) -> None:
        media_dir = self._services.media_dir
        await self._attempt(delete_set_aside, media_dir)
        found = iter(await asyncio.to_thread(folders_in, media_dir))
        while some := list(islice(found, _AT_ONCE)):
            names = [folder.name for folder in some]
            endings = await self._services.past_jobs.endings(names)
            others = await self._services.exchanges.known(names)
            for folder in some:
                ending = endings.get(folder.name)
                if ending:
                    await self._sweep_folder(folder, ending, counts)
                elif folder.name not in others and self._is_of_nobody(folder):
                    await self._take_away(folder.name)
                    counts["folders of nobody"] += 1

    async def _sweep_folder(self, folder: Folder, ending: JobEnding, counts: Counter[str]) -> None:
        if self._is_over(ending) and await self._take_if_over(folder.name):
            counts["folders of media"] += 1
        elif ending.at is not None:
            parts = (self._services.folder(folder.name), self._now() - _DAY_SECONDS)
            counts["unfinished files"] += await asyncio.to_thread(delete_parts, *parts)

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
            # Somebody may have opened it again since it was read.
            ending = (await self._services.past_jobs.endings([job_id])).get(job_id)
            if ending is None or not self._is_over(ending):
                return False
            is_away = await self._attempt(set_aside, self._services.folder(job_id))
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

    async def _delete_lent(self, counts: Counter[str]) -> None:
        counts["folders of lent files"] += await asyncio.to_thread(
            delete_lent, self._now() - _DAY_SECONDS
        )


def _until_each_night() -> Iterator[float]:
    yield _SOON_SECONDS
    while True:
        yield seconds_until(_NIGHT, datetime.now().astimezone())
