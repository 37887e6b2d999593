"""Small copies of results, made one after the other while nobody waits for any of them."""

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path

from core.errands import Errands
from core.errors import StorageError
from core.files.small import make_small, needs_small, small_path
from core.jobs import Job, JobState
from core.people.sessions import Area
from core.services import Services

log = logging.getLogger(__name__)

# Jobs that are waited for, or remembered; the oldest are left out, until somebody looks again.
_MOST = 500


class SmallCopies:
    """Makes them when a job has ended here, and when somebody looks at what has none.

    Where there is no gallery nobody would see them, and none are made.

    Args:
        errands: among which it works.
    """

    def __init__(self, services: Services, errands: Errands) -> None:
        self._services = services
        self._errands = errands
        self._is_needed = Area.GALLERY in services.sessions.areas
        # Sets that know an order: those to come, and those of which one could not be made.
        self._wanted: dict[str, None] = {}
        self._failed: dict[str, None] = {}
        self._works = False
        if self._is_needed:
            services.feed.followers.append(self)

    def begins(self, job_id: str, *, is_private: bool) -> None:
        """It may come to other files than it had."""
        del is_private
        self._failed.pop(job_id, None)

    def leaves(self, job_id: str) -> None:
        """It may be finished."""
        self.want([job_id])

    def want(self, job_ids: Iterable[str]) -> None:
        """Make what these jobs lack, some time: the last of them first, before all others."""
        if not self._is_needed or self._services.feed.is_closed:
            return
        for job_id in job_ids:
            if job_id not in self._failed:
                _add(self._wanted, job_id)
        if self._wanted and not self._works:
            self._works = True
            self._errands.start(self._work())

    async def _work(self) -> None:
        try:
            while self._wanted:
                job_id, _ = self._wanted.popitem()
                job = await self._services.store.get(job_id)
                if job and job.state is JobState.DONE and not await _made_all(job):
                    _add(self._failed, job_id)
        except StorageError as error:
            log.warning("small copies are made when somebody looks again: %s", error)
        finally:
            self._works = False


async def _made_all(job: Job) -> bool:
    for asset in filter(needs_small, job.assets):
        is_missing = await asyncio.to_thread(_is_missing, asset.path)
        if is_missing and not await make_small(asset.path):
            return False
    return True


def _is_missing(original: Path) -> bool:
    return original.exists() and not small_path(original).exists()


def _add(ids: dict[str, None], job_id: str) -> None:
    ids.pop(job_id, None)
    ids[job_id] = None
    if len(ids) > _MOST:
        del ids[next(iter(ids))]
