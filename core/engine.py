"""Jobs from the order to the end: admit, submit once, follow, resume, cancel."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self
from uuid import uuid4

from core.catalog import Model
from core.chat import ConversationRef, MessageLostError, User
from core.dispatcher import Limits, LocalDispatcher
from core.errors import RECOVERABLE, Fault, FaultKind, JobError, UserError
from core.i18n import Locale
from core.jobs import Job, JobState, LostRunError, after_restart
from core.media import MediaRequest
from core.progress import Phase, Progress, ended_view
from core.run import Live, Run, Workshop

log = logging.getLogger(__name__)

_TICK_SECONDS = 1.0
_CANCEL_SECONDS = 5.0
# How long a stop waits for an answer to a request that has just been sent: after it the job can be
# resumed, before it the money may be gone. SIGTERM gives us 5 s for everything.
_SETTLE_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants done, before it is a job. `id` will be the job's."""

    id: str
    request: MediaRequest
    user: User
    locale: Locale
    conversation: ConversationRef


def new_id() -> str:
    """A name for a job that nobody can guess."""
    return uuid4().hex


class Engine:
    """Owns all jobs of this process. Use it as an async context manager.

    Attributes:
        failed: how many jobs have failed here.
    """

    def __init__(self, workshop: Workshop, jobs_per_user: int = 2) -> None:
        self.workshop = workshop
        self.failed = 0
        per_gateway = {name: e.concurrency for name, e in workshop.endpoints.items()}
        limits = Limits(per_user=jobs_per_user, per_gateway=per_gateway)
        self._dispatcher = LocalDispatcher(limits, self._run, self._moved)
        self._live: dict[str, Live] = {}
        self._runs: dict[str, Run] = {}
        self._ticker: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start, and take up what an earlier process has left behind."""
        self._ticker = asyncio.create_task(self._tick(), name="ticker")
        for job in await self.workshop.store.unfinished():
            if job.conversation.platform in self.workshop.platforms:
                await self._recover(job)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop taking work; remote work goes on, and the next start goes on with it."""
        if self._ticker:
            self._ticker.cancel()
        unsettled = [asyncio.create_task(run.settled.wait()) for run in self._runs.values()]
        if unsettled:
            _, late = await asyncio.wait(unsettled, timeout=_SETTLE_SECONDS)
            for waiter in late:
                waiter.cancel()
        await self._dispatcher.close()

    async def submit(self, order: Order) -> Job:
        """Take an order: choose a model, store the job, show it, queue it.

        Raises:
            UserError: nothing can do this; nothing was stored.
            StorageError: the job could not be stored; nothing was sent.
        """
        model = self.workshop.catalog.choose(order.request)
        request = model.complete(order.request)
        job = Job(
            id=order.id,
            user=order.user,
            locale=order.locale,
            conversation=order.conversation,
            model=model.key,
            request=request,
            credits=model.credits_for(request),
            created_at=time.time(),
        )
        await self.workshop.store.add(job)
        await self._open(job, model)
        return job

    async def cancel(self, job_id: str) -> Job:
        """Stop our work on a job and tell the gateway, where it can be told.

        Raises:
            UserError: it has ended, or its result is already being posted.
        """
        found = await self.workshop.store.get(job_id)
        if found is None or found.is_ended:
            raise UserError("nothing-to-cancel")
        if found.state is JobState.DELIVERING:
            raise UserError("too-late-to-cancel")
        # Taking the token ends every other run of this job, wherever it is.
        job = await self.workshop.store.claim(job_id)
        if job is None:
            raise UserError("nothing-to-cancel")
        unpaid = job.state is JobState.WAITING
        cancelled = replace(
            job,
            state=JobState.CANCELLED,
            credits=0 if unpaid else job.credits,
            ended_at=time.time(),
        )
        with suppress(LostRunError):
            await self.workshop.store.save(cancelled)
        await self._dispatcher.stop(job_id)
        await self._end_cancelled(cancelled)
        return cancelled

    async def retry(self, job: Job) -> Job:
        """Do a failed job again: without paying where the gateway still has it, else anew."""
        if job.state is not JobState.FAILED or job.fault is None:
            raise UserError("not-failed")
        kept = job.task is not None or job.results
        if not kept or job.fault.kind not in RECOVERABLE:
            order = Order(
                id=new_id(),
                request=job.request,
                user=job.user,
                locale=Locale(job.locale),
                conversation=job.conversation,
            )
            return await self.submit(order)
        model = self._model(job)
        charged = model.credits_for(job.request)
        again = replace(
            job, state=JobState.RUNNING, fault=None, ended_at=None, credits=charged, posting=False
        )
        reopened = await self.workshop.store.reopen(again)
        if reopened is None:
            raise UserError("not-failed")
        await self._open(reopened, model)
        return reopened

    async def jobs_of(self, user: User, limit: int = 20) -> Sequence[Job]:
        """A user's jobs, newest first."""
        return await self.workshop.store.of_user(user, limit=limit)

    async def idle(self) -> None:
        """Wait until no job runs or waits."""
        await self._dispatcher.idle()

    @property
    def open_jobs(self) -> int:
        """How many jobs of this process have not ended."""
        return len(self._live)

    def position(self, job: Job) -> int:
        """A job's place in the queue, from 1; 0 when it does not wait."""
        return self._dispatcher.position(job.id)

    async def _open(self, job: Job, model: Model) -> None:
        live = self._live[job.id] = Live(self.workshop, job, model)
        try:
            await live.open()
        except MessageLostError:
            log.warning("job %s: its chat takes no messages", job.id)
            await self._give_up(live, Fault(kind=FaultKind.UNDELIVERABLE))
        else:
            await self._dispatcher.enqueue(live.job)

    async def _recover(self, job: Job) -> None:
        try:
            model = self._model(job)
        except JobError:
            log.warning("job %s: its model %s is no longer set up; it waits", job.id, job.model)
            return
        if after_restart(job) == "run":
            await self._open(job, model)
            return
        claimed = await self.workshop.store.claim(job.id)
        if claimed:
            live = Live(self.workshop, claimed, model)
            await self._give_up(live, Fault(kind=FaultKind.INTERRUPTED, maybe_billed=True))

    async def _give_up(self, live: Live, fault: Fault) -> None:
        job = replace(
            live.job, state=JobState.FAILED, fault=fault, credits=0, ended_at=time.time()
        )
        await live.save(job)
        self.failed += 1
        self._live.pop(job.id, None)
        if live.status is None and job.status is not None:
            await live.open()
        if fault.kind is not FaultKind.UNDELIVERABLE:
            await live.end(ended_view(job, live.model.name))

    async def _run(self, job_id: str) -> None:
        job = await self.workshop.store.claim(job_id)
        live = self._live.get(job_id)
        if job is None or live is None:
            return
        live.job = job
        live.show(replace(live.progress, phase=_phase_of(job)))
        run = self._runs[job_id] = Run(self.workshop, live)
        try:
            await run.go()
        finally:
            self.failed += live.job.state is JobState.FAILED
            del self._runs[job_id]
            self._live.pop(job_id, None)

    async def _end_cancelled(self, job: Job) -> None:
        model = self._model(job)
        if job.task:
            try:
                async with asyncio.timeout(_CANCEL_SECONDS):
                    await self.workshop.dialect(model).cancel(job.task)
            except (TimeoutError, JobError):
                log.warning("job %s: the gateway did not take the cancellation", job.id)
        live = self._live.pop(job.id, None) or Live(self.workshop, job, model)
        live.job = job
        if live.status is None and job.status is not None:
            await live.open()
        await live.end(ended_view(job, model.name))

    def _model(self, job: Job) -> Model:
        model = self.workshop.catalog.get(job.model)
        if model is None or model.gateway not in self.workshop.endpoints:
            raise JobError(Fault(kind=FaultKind.MODEL_GONE))
        return model

    def _moved(self, job: Job, position: int) -> None:
        live = self._live.get(job.id)
        if live:
            live.show(Progress(phase=Phase.WAITING, position=position, fraction=job.fraction))

    async def _tick(self) -> None:
        """Let time show: a bar that is only estimated moves without any event."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            for live in self._live.values():
                live.touch()


def _phase_of(job: Job) -> Phase:
    match job.state:
        case JobState.RUNNING:
            return Phase.RENDERING
        case JobState.DELIVERING:
            return Phase.COLLECTING
        case _:
            return Phase.SUBMITTING
