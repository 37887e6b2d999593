"""Jobs from the order to the end: admit, submit once, follow, resume, cancel."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Self

from core.chat.answerer import Answerer
from core.engine.active_job import ActiveJob
from core.engine.cancel import store_cancelled, tell_gateway
from core.engine.drafts import JobDrafts
from core.engine.endings import Endings
from core.engine.order import Order, new_id, place
from core.engine.recovery import Recovery
from core.engine.run import Run
from core.engine.scheduler import QueueLimits, Scheduler
from core.errands import Errands
from core.errors import Fault, FaultKind, UserError
from core.events import Event
from core.jobs import Job, JobState, LostRunError, reopened
from core.messages.progress import Phase, Progress
from core.messages.views import dropped_view, ended_view
from core.platform import ConversationRef, MessageLostError, MessageRef, Platform, User
from core.services import Services

log = logging.getLogger(__name__)

# Each job's bar moves once a second, but not those of thousands in the same moment: nothing else
# would be done meanwhile.
_TICK_SECONDS = 1.0
_TURNS = 20


class Engine:
    """Owns all jobs of this process. Use it as an async context manager."""

    def __init__(
        self,
        services: Services,
        jobs_per_user: int = 2,
        *,
        drain_seconds: float = 3.0,
        answerer: Answerer | None = None,
    ) -> None:
        self.services = services
        self.answerer = answerer or Answerer(services)
        self.drafts = JobDrafts(services)
        self._drain_seconds = drain_seconds
        per_gateway = {name: e.concurrency for name, e in services.endpoints.items()}
        # Two limits: one so that nobody fills the queue, one because gateways refuse the surplus.
        limits = QueueLimits(per_user=jobs_per_user, per_gateway=per_gateway)
        self._scheduler = Scheduler(limits, self._run, self._moved)
        self._active: dict[str, ActiveJob] = {}
        self._runs: dict[str, Run] = {}
        self._closing = False
        self._errands = Errands()
        self._endings = Endings(services, self._active)
        self._recovery = Recovery(
            services, self.answerer, self._errands, self._endings, self._go_on
        )
        self._ticker: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start, and take up what an earlier process has left behind."""
        # Once per start is enough: what is remembered grows by one row for each paid command.
        await self.services.events.prune()
        await self.services.budgets.recall()
        await self.answerer.start(self.drafts.put)
        self._ticker = asyncio.create_task(self._tick(), name="ticker")
        try:
            await self._recovery.take_up(*self.services.platforms)
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
        """Take no more work and let go of what the next start can go on with.

        What it could not pick up again is waited for, up to `drain_seconds`; cancelling this ends
        the wait at once.
        """
        await self._close()

    async def drain(self) -> None:
        """Begin no more work, and wait for what the next start could not pick up again.

        That takes up to `drain_seconds`.
        """
        self._closing = True
        self.answerer.refuse_more()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._drain_seconds):
                while run := next(
                    (r for r in self._runs.values() if not r.leavable.is_set()), None
                ):
                    await run.leavable.wait()
                await self.answerer.idle()

    async def _close(self) -> None:
        try:
            await self.drain()
        finally:
            if self._ticker:
                self._ticker.cancel()
            await self.answerer.close()
            await self._errands.close()
            await self._scheduler.close()
            await asyncio.gather(*(active.close() for active in self._active.values()))
            await self.services.budgets.close()

    async def join(self, platform: Platform) -> None:
        """Work for one more platform, and take up what an earlier process has left there.

        One that joins again, since it had to be rebuilt, takes nothing up: its jobs have gone on.
        """
        self.services.platforms[platform.name] = platform
        await self._recovery.take_up(platform.name)

    async def submit(self, order: Order) -> Job:
        """Take an order: choose a model, store the job, show it, queue it.

        What goes wrong once it is stored ends the job, unpaid, and its chat is told; it goes on
        although nobody waits for this any more.

        Raises:
            UserError: nothing can do this, the disk is nearly full, or the bot is about to stop;
                nothing was stored.
            StorageError: the job could not be stored, or not where the next start would find it;
                nothing was sent.
            TakenError: its event has been given its job.
        """
        if self._closing:
            raise UserError("bot-stopping")
        self._check_room()
        # Everything that can be refused for nothing is refused before there is a row.
        job, model = place(order, self.services.catalog)
        # Job and event in one transaction: a crash in between would pay twice, or never.
        await self.services.store.add(job, order.event)
        await self._show(ActiveJob(self.services, job, model))
        return job

    async def confirm(self, job_id: str, event: Event | None = None) -> Job:
        """Do what a draft has shown.

        Raises:
            UserError: somebody already did, or cancelled it; or its model is gone; or the disk is
                nearly full.
            TakenError: the event has had its effect.
        """
        self._check_room()
        # Two presses at once: only one of them gets the token.
        draft = await self.services.store.claim(job_id, only=JobState.DRAFT)
        if draft is None:
            raise UserError("nothing-to-confirm")
        model = self.services.catalog.choose(replace(draft.request, model=draft.model))
        job = replace(draft, state=JobState.WAITING)
        try:
            await self.services.store.save(job, event)
        except LostRunError:
            raise UserError("nothing-to-confirm") from None
        await self._show(ActiveJob(self.services, job, model))
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
        # In this order: the row first, so that the run cannot write any more; then the run; then
        # the gateway, which may be slow or silent.
        await self._scheduler.stop(job_id)
        await tell_gateway(self.services, cancelled)
        dropped = before is JobState.DRAFT
        await self._endings.end(cancelled, dropped_view(cancelled) if dropped else None)
        return cancelled

    async def retry(
        self,
        job: Job,
        place: ConversationRef | None = None,
        command: MessageRef | None = None,
        *,
        event: Event | None = None,
    ) -> Job:
        """Do a failed job again: without paying where the gateway still has it, else anew.

        It goes to `place`, where that is asked for: the chat of the order may be why it failed.

        Raises:
            UserError: it has not failed, its model is gone, or it would be paid for although the
                disk is nearly full.
            TakenError: the event has had its effect.
        """
        if job.state is not JobState.FAILED or job.fault is None:
            raise UserError("not-failed")
        # Named in full, so it finds that one or says why it cannot be used any more.
        model = self.services.catalog.choose(replace(job.request, model=job.model))
        again = reopened(job, model.credits_for(job.request), place, command)
        if again.state is JobState.WAITING:
            self._check_room()
        # The same row, so that two who retry at once pay once.
        taken = await self.services.store.reopen(again, event)
        if taken is None:
            raise UserError("not-failed")
        await self._show(ActiveJob(self.services, taken, model))
        return taken

    async def jobs_of(self, user: User, limit: int = 20) -> Sequence[Job]:
        """A user's jobs, newest first."""
        return await self.services.store.of_user(user, limit=limit)

    async def idle(self) -> None:
        """Wait until no job runs or waits, and nobody waits for an answer."""
        # An answer may order something.
        await self.answerer.idle()
        await self._errands.idle()
        await self._scheduler.idle()
        await self._errands.idle()

    @property
    def failed(self) -> int:
        """How many jobs have failed in this process."""
        return self._endings.failed

    @property
    def unfinished(self) -> Sequence[Job]:
        """The jobs of this process that have not ended."""
        jobs = (active.job for active in self._active.values())
        return [job for job in jobs if not job.is_ended]

    @property
    def open_jobs(self) -> int:
        """How many jobs have not ended."""
        return len(self._active)

    @property
    def unleavable_jobs(self) -> int:
        """How many of them a stop would lose: paid for, and impossible to pick up again."""
        return sum(not run.leavable.is_set() for run in self._runs.values())

    def position(self, job: Job) -> int:
        """A job's place in the queue, from 1; 0 when it does not wait."""
        return self._scheduler.position(job.id)

    def _check_room(self) -> None:
        if objection := self.services.room.objection():
            log.warning("nothing new is ordered: %s", objection)
            raise UserError("disk-nearly-full")

    async def _show(self, active: ActiveJob) -> None:
        """Open a stored job, which goes on even if whoever ordered it leaves."""
        # Who ordered may be cancelled (a web request that ends); a stored job is not.
        await asyncio.shield(self._errands.start(self._open(active)))

    async def _open(self, active: ActiveJob) -> None:
        job_id = active.job.id
        self._active[job_id] = active
        try:
            await active.open()
            if active.job.is_open:
                await self._scheduler.enqueue(active.job)
            else:
                del self._active[job_id]
        except LostRunError:
            log.info("job %s: was cancelled before it was shown", job_id)
            self._active.pop(job_id, None)
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

    def _go_on(self, job: Job) -> None:
        model = self.services.model(job.model)
        if model:
            active = self._active[job.id] = ActiveJob(self.services, job, model)
            self._errands.start(self._open(active))

    async def _run(self, job_id: str) -> None:
        active = self._active.get(job_id)
        if active is None or self._closing:
            return
        run = self._runs[job_id] = Run(self.services, active)
        try:
            await run.go()
        finally:
            self._endings.failed += run.failed
            del self._runs[job_id]
            # A retry may have put a new one in its place while this run was ending.
            if self._active.get(job_id) is active:
                del self._active[job_id]
        # Not part of the run: nobody's next job waits for an edit of one that they have.
        if run.is_delivered:
            self._errands.start(active.end(ended_view(active.job)))
        # Queued anew, since the next gateway has a limit of its own.
        if run.next_model:
            await self._open(ActiveJob(self.services, active.job, run.next_model))

    def _moved(self, job: Job, position: int) -> None:
        active = self._active.get(job.id)
        if active:
            active.show(Progress(phase=Phase.WAITING, position=position, fraction=job.fraction))

    async def _tick(self) -> None:
        """Show that time passes: an estimated bar moves without any event."""
        while True:
            self._scheduler.tell_moved()
            for turn in range(_TURNS):
                await asyncio.sleep(_TICK_SECONDS / _TURNS)
                # What waits looks the same until it moves.
                for job_id in list(self._runs)[turn::_TURNS]:
                    if active := self._active.get(job_id):
                        active.touch()
