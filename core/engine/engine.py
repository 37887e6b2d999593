"""Jobs from the order to the end: admit, submit once, follow, resume, cancel."""

import asyncio
import logging
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self
from uuid import uuid4

from core.engine.active_job import ActiveJob, show_end, show_rest
from core.engine.cancel import store_cancelled, tell_gateway
from core.engine.run import Run
from core.engine.scheduler import QueueLimits, Scheduler
from core.engine.services import Services
from core.errors import RECOVERABLE, Fault, FaultKind, StorageError, UserError
from core.events import Event
from core.i18n import Locale
from core.jobs import Job, JobState, LostRunError, afresh, after_restart
from core.media import MediaRequest
from core.messages.progress import Phase, Progress
from core.messages.views import dropped_view, ended_view
from core.platform import ConversationRef, MessageLostError, MessageRef, Platform, User, View

log = logging.getLogger(__name__)

_TICK_SECONDS = 1.0
# How long a stop waits for an answer to a request that has just been sent: after it the job can be
# resumed, before it the money may be gone. SIGTERM gives us 5 s for everything.
_SETTLE_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants done, before it is a job. `id` will be the job's.

    Attributes:
        is_draft: whether it is only shown, until the user says that it is to be done.
        event: what asked for it; it is ordered once however often that arrives.
    """

    id: str
    request: MediaRequest
    user: User
    locale: Locale
    conversation: ConversationRef
    command: MessageRef | None = None
    is_draft: bool = False
    event: Event | None = None


def new_id() -> str:
    """A name for a job that nobody can guess."""
    return uuid4().hex


class Engine:
    """Owns all jobs of this process. Use it as an async context manager.

    Attributes:
        failed: how many jobs have failed here.
    """

    def __init__(self, services: Services, jobs_per_user: int = 2) -> None:
        self.services = services
        self.failed = 0
        per_gateway = {name: e.concurrency for name, e in services.endpoints.items()}
        limits = QueueLimits(per_user=jobs_per_user, per_gateway=per_gateway)
        self._scheduler = Scheduler(limits, self._run, self._moved)
        self._active: dict[str, ActiveJob] = {}
        self._runs: dict[str, Run] = {}
        self._closing = False
        self._ticker: asyncio.Task[None] | None = None
        self._errands: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Start, and take up what an earlier process has left behind."""
        await self.services.events.prune()
        self._ticker = asyncio.create_task(self._tick(), name="ticker")
        try:
            await self._take_up(*self.services.platforms)
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop taking work; remote work goes on, and the next start goes on with it."""
        await self._close()

    async def settle(self) -> None:
        """Begin no more work, and find out, if it does not take long, what gateways have taken."""
        self._closing = True
        with suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE_SECONDS):
                for run in list(self._runs.values()):
                    await run.settled.wait()

    async def _close(self) -> None:
        await self.settle()
        ours = [task for task in (self._ticker, *self._errands) if task]
        for task in ours:
            task.cancel()
        await asyncio.gather(*ours, return_exceptions=True)
        await self._scheduler.close()
        await asyncio.gather(*(active.close() for active in self._active.values()))

    async def join(self, platform: Platform) -> None:
        """Work for one more platform, and take up what an earlier process has left there."""
        self.services.platforms[platform.name] = platform
        await self._take_up(platform.name)

    async def submit(self, order: Order) -> Job:
        """Take an order: choose a model, store the job, show it, queue it.

        Raises:
            UserError: nothing can do this; nothing was stored.
            StorageError: the job could not be stored; nothing was sent.
            TakenError: its event has been given its job.
        """
        route = self.services.catalog.route(order.request)
        model = route[0]
        request = model.complete(order.request)
        job = Job(
            id=order.id,
            user=order.user,
            locale=order.locale,
            conversation=order.conversation,
            model=model.key,
            route=tuple(each.key for each in route),
            request=request,
            credits=model.credits_for(request),
            created_at=time.time(),
            command=order.command,
            state=JobState.DRAFT if order.is_draft else JobState.WAITING,
        )
        await self.services.store.add(job, order.event)
        await self._open(ActiveJob(self.services, job, model))
        return job

    async def confirm(self, job_id: str, event: Event | None = None) -> Job:
        """Do what a draft has shown.

        Raises:
            UserError: somebody already did, or cancelled it; or its model is gone.
            TakenError: the event has had its effect.
        """
        draft = await self.services.store.claim(job_id, only=JobState.DRAFT)
        if draft is None:
            raise UserError("nothing-to-confirm")
        model = self.services.catalog.choose(replace(draft.request, model=draft.model))
        job = replace(draft, state=JobState.WAITING)
        try:
            await self.services.store.save(job, event)
        except LostRunError:
            raise UserError("nothing-to-confirm") from None
        await self._open(ActiveJob(self.services, job, model))
        return job

    async def cancel(self, job_id: str) -> Job:
        """Stop our work on a job and tell the gateway, where it can be told.

        Raises:
            UserError: it has ended, or its result is already being posted.
        """
        found = await self.services.store.get(job_id)
        if found is None or found.is_ended:
            raise UserError("nothing-to-cancel")
        cancelled, before = await store_cancelled(self.services.store, job_id)
        await self._scheduler.stop(job_id)
        await tell_gateway(self.services, cancelled)
        dropped = before is JobState.DRAFT
        await self._end(cancelled, dropped_view(cancelled) if dropped else ended_view(cancelled))
        return cancelled

    async def retry(self, job: Job, event: Event | None = None) -> Job:
        """Do a failed job again: without paying where the gateway still has it, else anew.

        Raises:
            UserError: it has not failed, or its model is gone.
            TakenError: the event has had its effect.
        """
        if job.state is not JobState.FAILED or job.fault is None:
            raise UserError("not-failed")
        # Named in full, so it finds that one or says why it cannot be used any more.
        model = self.services.catalog.choose(replace(job.request, model=job.model))
        again = replace(
            job, fault=None, told=False, ended_at=None, credits=model.credits_for(job.request)
        )
        kept = job.task is not None or job.results
        if kept and job.fault.kind in RECOVERABLE:
            again = replace(again, state=JobState.RUNNING, posting=False)
        else:
            again = afresh(again)
        # The same row, so that two who retry at once pay once.
        reopened = await self.services.store.reopen(again, event)
        if reopened is None:
            raise UserError("not-failed")
        await self._open(ActiveJob(self.services, reopened, model))
        return reopened

    async def jobs_of(self, user: User, limit: int = 20) -> Sequence[Job]:
        """A user's jobs, newest first."""
        return await self.services.store.of_user(user, limit=limit)

    async def idle(self) -> None:
        """Wait until no job runs or waits."""
        while self._errands:
            await asyncio.wait(self._errands)
        await self._scheduler.idle()

    @property
    def unfinished(self) -> Sequence[Job]:
        """The jobs of this process that have not ended."""
        return [active.job for active in self._active.values()]

    @property
    def open_jobs(self) -> int:
        """How many these are."""
        return len(self._active)

    def position(self, job: Job) -> int:
        """A job's place in the queue, from 1; 0 when it does not wait."""
        return self._scheduler.position(job.id)

    async def _open(self, active: ActiveJob) -> None:
        job = active.job
        self._active[job.id] = active
        try:
            await active.open()
            if active.job.is_open:
                await self._scheduler.enqueue(active.job)
            else:
                del self._active[job.id]
        except MessageLostError:
            log.warning("job %s: its chat takes no messages", job.id)
            self._active.pop(job.id, None)
            await self._give_up(active.job, Fault(kind=FaultKind.UNDELIVERABLE))
        except LostRunError:
            log.info("job %s: was cancelled before it was shown", job.id)
            self._active.pop(job.id, None)
        except StorageError:
            self._active.pop(job.id, None)
            raise

    async def _take_up(self, *platforms: str) -> None:
        for job in await self.services.store.untold():
            if job.conversation.platform in platforms:
                self._errand(self._end(job, ended_view(job)))
        for job in await self.services.store.unfinished():
            if job.conversation.platform in platforms:
                await self._recover(job)

    async def _recover(self, job: Job) -> None:
        if after_restart(job) == "interrupted":
            claimed = await self.services.store.claim(job.id)
            if claimed:
                fault = Fault(kind=FaultKind.INTERRUPTED, maybe_billed=True)
                failed = await self._give_up(claimed, fault)
                self._errand(self._end(failed, ended_view(failed)))
        elif model := self.services.model(job.model):
            active = self._active[job.id] = ActiveJob(self.services, job, model)
            self._errand(self._open(active))  # no start waits for a chat
        else:
            log.warning("job %s waits: its model %s is not set up", job.id, job.model)
            self._errand(show_rest(self.services, job))

    def _errand(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(_logged(work))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _give_up(self, job: Job, fault: Fault) -> Job:
        failed = replace(job, state=JobState.FAILED, fault=fault, credits=0, ended_at=time.time())
        await self.services.store.save(failed)
        self.failed += 1
        return failed

    async def _run(self, job_id: str) -> None:
        active = self._active.get(job_id)
        if active is None or self._closing:
            return
        run = self._runs[job_id] = Run(self.services, active)
        try:
            await run.go()
        finally:
            self.failed += run.failed
            del self._runs[job_id]
            if self._active.get(job_id) is active:
                del self._active[job_id]
        if run.next_model:
            await self._open(ActiveJob(self.services, active.job, run.next_model))

    async def _end(self, job: Job, view: View) -> None:
        """Show the last view of a job that does not run."""
        active = self._active.pop(job.id, None)
        await show_end(self.services, job, view, active.status if active else None)

    def _moved(self, job: Job, position: int) -> None:
        active = self._active.get(job.id)
        if active:
            active.show(Progress(phase=Phase.WAITING, position=position, fraction=job.fraction))

    async def _tick(self) -> None:
        """Let time show: a bar that is only estimated moves without any event."""
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            for active in self._active.values():
                active.touch()


async def _logged(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except Exception:
        log.exception("a job could not be taken up; the next start tries again")
