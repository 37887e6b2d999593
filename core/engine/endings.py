"""How jobs end that do not run: cancelled, refused before they ran, or lost by a restart."""

import time
from contextlib import suppress
from dataclasses import replace
from functools import partial

from core.engine.active_job import show_end
from core.engine.active_jobs import ActiveJobs
from core.errors import Fault
from core.jobs import Job, JobState, LostRunError
from core.messages.budget import Rank
from core.messages.views import ended_view
from core.platform import View
from core.records import about_job, job_ended
from core.services import Services
from core.storing import until_stored


class Endings:
    """Stores first, then tells; takes jobs out of those that are active.

    Attributes:
        failed: how many jobs have failed here.
    """

    def __init__(self, services: Services, active: ActiveJobs) -> None:
        self.failed = 0
        self._services = services
        self._active = active

    async def end(self, job: Job, view: View | None = None, *, rank: Rank = Rank.RESULT) -> bool:
        """Show the last view of a job that does not run; tell whether its chat has taken it."""
        active = self._active.take(job.id)
        shown = active.status if active else None
        with about_job(job):
            return await show_end(self._services, job, view or ended_view(job), shown, rank=rank)

    async def fail(self, job: Job, fault: Fault) -> Job:
        """Store that a job has failed, unpaid.

        Raises:
            LostRunError: somebody else has ended it.
            StorageError: it could not be stored.
        """
        failed = replace(job, state=JobState.FAILED, fault=fault, credits=0, ended_at=time.time())
        await self._services.store.save(failed)
        self.failed += 1
        job_ended(self._services.meters, self._services.feed, failed, {})
        return failed

    async def interrupt(self, job: Job, fault: Fault) -> None:
        """End a job of an earlier process, unless somebody else has done so."""
        store = self._services.store
        with suppress(LostRunError), about_job(job):
            if claimed := await until_stored(job.id, partial(store.take_on, job.id)):
                await self.end(await until_stored(job.id, partial(self.fail, claimed, fault)))

    async def refuse(self, job: Job, fault: Fault) -> bool:
        """End a job that was not shown, so that it never runs; tell whether its chat knows it."""
        self._active.take(job.id)
        try:
            failed = await until_stored(job.id, partial(self.fail, job, fault))
        except LostRunError:  # somebody has cancelled it, and was told
            return True
        return await self.end(failed)
