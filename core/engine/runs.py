"""The runs of this process, and which of them a stop has to wait for."""

import asyncio
from collections.abc import Collection

from core.engine.active_job import ActiveJob
from core.engine.active_jobs import ActiveJobs
from core.engine.endings import Endings
from core.engine.openings import Openings
from core.engine.run import Run
from core.errands import Errands
from core.messages.views import ended_view
from core.records import about_job
from core.services import Services


class Runs:
    """Runs jobs when the dispatcher says so, one run for each.

    Args:
        active: the jobs of this process.
        openings: queues a job again that goes on with its next model.
    """

    def __init__(
        self,
        services: Services,
        active: ActiveJobs,
        errands: Errands,
        endings: Endings,
        openings: Openings,
    ) -> None:
        self._services = services
        self._active = active
        self._errands = errands
        self._endings = endings
        self._openings = openings
        self._runs: dict[str, Run] = {}
        self._closing = False

    @property
    def ids(self) -> Collection[str]:
        """The jobs that run, as they are whenever it is looked at."""
        return self._runs.keys()

    def refuse_more(self) -> None:
        """Begin no more runs."""
        self._closing = True

    async def run(self, job_id: str) -> bool:
        """Bring a job to its end, or as far as it gets; see `core.dispatcher.Hands`."""
        active = self._active.get(job_id)
        if active is None or self._closing:
            return False
        with about_job(active.job):
            return await self._run(active)

    def unleavable(self) -> Collection[str]:
        """The jobs that nobody could pick up again if this process left now."""
        return [job_id for job_id, run in self._runs.items() if not run.leavable.is_set()]

    async def until_one_is_leavable(self) -> None:
        """Wait until one of those can be picked up again, or has ended."""
        runs = [self._runs[job_id] for job_id in self.unleavable()]
        waits = [asyncio.create_task(run.leavable.wait()) for run in runs]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _run(self, active: ActiveJob) -> bool:
        job_id = active.job.id
        run = self._runs[job_id] = Run(self._services, active)
        try:
            await run.go()
        finally:
            self._endings.failed += run.failed
            del self._runs[job_id]
            # Not one that a retry has put in its place while this run was ending.
            self._active.drop(active)
        # Not part of the run: nobody's next job waits for an edit of one that they have.
        if run.is_delivered:
            self._errands.start(active.end(ended_view(active.job)))
        # Queued anew, since the next gateway has a limit of its own.
        if run.next_model:
            await self._openings.open(ActiveJob(self._services, active.job, run.next_model))
        return not run.is_lost
