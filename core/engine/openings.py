"""How stored jobs are opened: shown in their chats, and queued."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from core.engine.active_job import ActiveJob
from core.engine.active_jobs import ActiveJobs
from core.engine.endings import Endings
from core.engine.order import new_id
from core.errands import Errands
from core.errors import Fault, FaultKind
from core.jobs import Job, JobState, LostRunError
from core.messages.views import dropped_view, ended_view
from core.platform import MessageLostError
from core.records import about_job, job_started
from core.services import Services
from core.storing import until_stored

log = logging.getLogger(__name__)


class Openings:
    """Opens jobs.

    Args:
        active: the jobs of this process, to which those are added that are opened.
        enqueue: lets a job wait for its turn.
    """

    def __init__(
        self,
        services: Services,
        active: ActiveJobs,
        errands: Errands,
        endings: Endings,
        enqueue: Callable[[Job], Awaitable[None]],
    ) -> None:
        self._services = services
        self._active = active
        self._errands = errands
        self._endings = endings
        self._enqueue = enqueue

    async def show(self, active: ActiveJob) -> None:
        """Open a stored job, which goes on even if whoever ordered it leaves."""
        if active.job.is_open:
            self._active.put(active)
            job_started(active.job)
        # Who ordered may be cancelled (a web request that ends); a stored job is not.
        await asyncio.shield(self._errands.start(self.open(active)))

    def go_on(self, job: Job) -> None:
        """Open a job of an earlier process, without waiting for that."""
        if model := self._services.model(job.model):
            # Where it was ordered here and is taken up here, a new one takes its place.
            if before := self._active.get(job.id):
                self._errands.start(before.close())
            active = ActiveJob(self._services, job, model)
            self._active.put(active)
            job_started(job)
            self._errands.start(self.open(active))

    async def open(self, active: ActiveJob) -> None:
        """Show and queue a job; what goes wrong ends it, and is told."""
        with about_job(active.job):
            await self._open(active)

    async def _open(self, active: ActiveJob) -> None:
        job_id = active.job.id
        self._active.put(active)
        try:
            await active.open()
            if not active.job.is_open:
                self._active.drop(active)
            elif self._active.get(job_id) is active:
                await self._enqueue(active.job)
        except LostRunError:
            log.info("job %s: somebody else has it, or it was cancelled", job_id)
            self._active.drop(active)
            await self._tell_end(active.job)
        except MessageLostError as error:
            log.warning("job %s: its chat takes no messages: %s", job_id, error)
            await self._endings.refuse(active.job, Fault(kind=FaultKind.UNHEARD))
        except Exception:
            incident = new_id()[:8]
            log.exception("job %s: could not be shown: %s", job_id, incident)
            if not await self._endings.refuse(
                active.job, Fault(kind=FaultKind.INTERNAL, detail=incident)
            ):
                raise

    async def _tell_end(self, opened: Job) -> None:
        """Let a message that came after the end of its job say so: nobody else knows it."""
        row = await until_stored(opened.id, partial(self._services.store.get, opened.id))
        if row and row.is_ended and row.status is None:
            view = dropped_view(row) if opened.state is JobState.DRAFT else ended_view(row)
            await self._endings.end(replace(row, status=opened.status), view)
