"""Cancels a job: the row first, then the gateway."""

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial

from core.errors import JobError, UserError
from core.jobs import Job, JobState, JobStore, LostRunError
from core.people.audit import Act
from core.services import Services
from core.storing import until_stored

log = logging.getLogger(__name__)

# The user sees "cancelled" after this at the latest; money is not saved by waiting longer.
_SECONDS = 5.0


async def store_cancelled(
    store: JobStore, job_id: str, act: Act | None = None
) -> tuple[Job, JobState]:
    """Write that a job is cancelled, whoever runs it; gives it, and the state that it was in.

    Raises:
        UserError: it has ended, or its result is already being posted.
    """
    # Taking the token ends every other run of this job, wherever it is.
    while job := await store.claim(job_id, unless=JobState.DELIVERING):
        # Whatever the gateway makes of it, its person has got nothing for their credits.
        cancelled = replace(job, state=JobState.CANCELLED, credits=0, ended_at=time.time())
        if job.state in {JobState.DRAFT, JobState.WAITING}:
            # What a gateway has refused before this wait was never taken.
            cancelled = replace(cancelled, started_at=None)
        # Lost when a run of it began in between: then once more. It does not stop here, since
        # without its token the run of the job has ended: nobody else would finish it.
        with suppress(LostRunError):
            await until_stored(job_id, partial(store.save, cancelled, act))
            return cancelled, job.state
    raise UserError("too-late-to-cancel")


async def tell_gateway(services: Services, job: Job) -> None:
    """Tell the gateway that nobody is waiting any more, if it can be told; soon, or not at all."""
    model = services.model(job.model)
    if model is None or job.task is None:
        return
    try:
        async with asyncio.timeout(_SECONDS):
            await services.dialect(model).cancel(job.task)
    except (TimeoutError, JobError):
        log.warning("job %s: the gateway did not take the cancellation", job.id)
