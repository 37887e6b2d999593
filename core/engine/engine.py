"""Jobs from the order to the end: admit, submit once, follow, resume, cancel."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from types import TracebackType
from typing import Self

from core.broadcaster import Broadcaster
from core.chat.answerer import Answerer
from core.dispatcher import Dispatcher, Hands
from core.engine.active_job import ActiveJob
from core.engine.active_jobs import ActiveJobs
from core.engine.admission import Admission, WaitingLimits
from core.engine.cancel import store_cancelled, tell_gateway
from core.engine.drafts import JobDrafts
from core.engine.endings import Endings
from core.engine.openings import Openings
from core.engine.order import Order, place, promised
from core.engine.recovery import Recovery
from core.engine.runs import Runs
from core.engine.scheduler import Scheduler, queue_limits
from core.engine.ticker import Ticker
from core.errands import Errands
from core.errors import UserError
from core.events import Event
from core.files.disk import are_kept
from core.files.elsewhere import paths_of
from core.jobs import Job, JobState, LostRunError, reopened
from core.keeper import Keeper
from core.listings import recall
from core.messages.views import dropped_view
from core.people.audit import Act
from core.platform import ConversationRef, MessageRef, Party, Platform, User
from core.records import job_ended
from core.services import Services
from core.small_copies import SmallCopies

log = logging.getLogger(__name__)

# How often a stop looks which jobs are still worth waiting for.
_LOOK_SECONDS = 5.0


class Engine:
    """Owns all jobs of this process. Use it as an async context manager."""

    def __init__(  # noqa: PLR0913 - what it works with, and within which limits
        self,
        services: Services,
        jobs_per_user: int = 2,
        *,
        drain_seconds: float = 3.0,
        waiting: WaitingLimits | None = None,
        answerer: Answerer | None = None,
        dispatcher: Dispatcher | None = None,
    ) -> None:
        self.services = services
        self.answerer = answerer or Answerer(services)
        self._errands = Errands()
        self.drafts = JobDrafts(services, self._errands)
        self.keeper = Keeper(services, self.drafts.end_old)
        self.small_copies = SmallCopies(services, self._errands)
        self.broadcaster = Broadcaster(services)
        self._drain_seconds = drain_seconds
        self._active = ActiveJobs(services.feed)
        self._dispatcher = dispatcher or Scheduler(queue_limits(services, jobs_per_user))
        self._admission = Admission(services, self._dispatcher, waiting or WaitingLimits())
        self._closing = False
        self._has_drained = False
        self._paying = 0
        self._all_paid = asyncio.Event()
        self._all_paid.set()
        self._endings = Endings(services, self._active)
        self._openings = Openings(
            services, self._active, self._errands, self._endings, self._dispatcher.enqueue
        )
        self._runs = Runs(services, self._active, self._errands, self._endings, self._openings)
        self._ticker = Ticker(self._active, self._runs.ids)
        self._recovery = Recovery(
            services, self.answerer, self._errands, self._endings, self._openings.go_on
        )
        self._hands = Hands(
            run=self._runs.run,
            moved=self._ticker.moved,
            take_up=self._recovery.take_up_one,
            has=self._recovery.has,
            rests=self._recovery.rests,
            let_go=self._let_go,
            look=self._recovery.take_up_answers,
        )

    async def __aenter__(self) -> Self:
        """Start, and take up what an earlier process has left behind."""
        await self.services.budgets.recall()
        await recall(self.services)
        await self.services.access.recall()
        await self.services.pauses.recall()
        self.services.catalog.cooldown.learn(await self.services.asides.load())
        await self.answerer.start(self.drafts.put)
        self._ticker.start(self._dispatcher.tell_moved)
        try:
            await self._dispatcher.start(self._hands)
            for name in self.services.platforms:
                await self._take_up(name)
        except BaseException:
            await self._close()
            raise
        self.keeper.start()
        self.broadcaster.start()
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
        """Begin no more work, and wait for what nobody could pick up again.

        That takes up to `drain_seconds`, and cancelling ends it, in both cases for good. Where
        there are other processes, they have the rest at once, and each of these as soon as it can
        be picked up.
        """
        if self._has_drained:
            return
        self._closing = True
        self._runs.refuse_more()
        self.answerer.refuse_more()
        try:
            async with asyncio.timeout(self._drain_seconds):
                await self._wait_for_unleavable()
        except TimeoutError:
            pass
        finally:
            self._has_drained = True

    async def _wait_for_unleavable(self) -> None:
        await self._dispatcher.hand_over(self._runs.unleavable)
        while self._runs.unleavable():
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._runs.until_one_is_leavable()
            # Also of what others have taken over by now: that is not waited for.
            await self._dispatcher.hand_over(self._runs.unleavable)
        await self._all_paid.wait()
        await self.answerer.idle()

    async def _close(self) -> None:
        self.services.feed.close()
        try:
            await self.drain()
        finally:
            self._ticker.stop()
            await self.keeper.close()
            await self.broadcaster.close()
            await self.answerer.close()
            await self._errands.close()
            await self._dispatcher.close()
            await asyncio.gather(*(active.close() for active in self._active.values()))
            await self.services.budgets.close()

    async def join(self, platform: Platform) -> None:
        """Work for one more platform, and take up what an earlier process has left there.

        One that joins again, since it had to be rebuilt, takes nothing up: its jobs have gone on.
        """
        self.services.platforms[platform.name] = platform
        await self._take_up(platform.name)
        self.broadcaster.wake()

    async def _take_up(self, platform: str) -> None:
        if not self._dispatcher.takes_up:
            await self._recovery.take_up(platform)
        await self._dispatcher.join(platform)

    def _let_go(self, job_id: str) -> None:
        if active := self._active.take(job_id):
            self._errands.start(active.close())

    @asynccontextmanager
    async def admitted(self, user: User, *words: str) -> AsyncGenerator[None]:
        """Do what a gateway is paid for and is no job, where a job would be taken.

        A stop waits for it, as for a job that could not be picked up again.

        Raises:
            UserError: as `submit`.
        """
        if self._closing:
            raise UserError("bot-stopping")
        self._paying += 1
        self._all_paid.clear()
        try:
            async with self._admission.one_more(user, *words):
                yield
        finally:
            self._paying -= 1
            if not self._paying:
                self._all_paid.set()

    async def submit(self, order: Order) -> Job:
        """Take an order: choose a model, store the job, show it, queue it.

        What goes wrong once it is stored ends the job, unpaid, and its chat is told; it goes on
        although nobody waits for this any more.

        Raises:
            UserError: nothing can do this, the person may not say or spend this or has too many
                jobs waiting, the disk is nearly full, or the bot is about to stop; nothing was
                stored.
            StorageError: the job could not be stored, or not where the next start would find it;
                nothing was sent.
            TakenError: its event has been given its job.
        """
        if self._closing:
            raise UserError("bot-stopping")
        self.services.check_reached(order.conversation)
        # Everything that can be refused for nothing is refused before there is a row.
        async with self._admission.one_more(order.user, order.request.prompt):
            job, model = place(order, self.services.catalog)
            # Before there is a row that anybody might run, wherever that is.
            await self.services.files.keep(job.id, paths_of(job.request.pictures))
            # Job and event in one transaction: a crash in between would pay twice, or never.
            await self.services.store.add(job, order.event)
            await self._openings.show(ActiveJob(self.services, job, model))
        if order.is_draft:
            await self.drafts.make_room(order.user.party)
        return job

    async def confirm(self, job_id: str, event: Event | None = None) -> Job:
        """Do what a draft has shown.

        Raises:
            UserError: somebody already did, or cancelled it; its model is gone; the person may not
                spend so much; the disk is nearly full, or nothing new is taken.
            TakenError: the event has had its effect.
        """
        self._admission.check_open()
        # Two presses at once: only one of them gets the token.
        draft = await self.services.store.claim(job_id, only=JobState.DRAFT)
        if draft is None:
            raise UserError("nothing-to-confirm")
        self.services.check_reached(draft.conversation)
        model = self.services.catalog.choose(replace(draft.request, model=draft.model))
        job = replace(draft, state=JobState.WAITING)
        async with self._admission.one_more(draft.user, draft.request.prompt):
            try:
                await self.services.store.order(job, event)
            except LostRunError:
                raise UserError("nothing-to-confirm") from None
            await self._openings.show(ActiveJob(self.services, job, model))
        return job

    async def cancel(self, job_id: str, act: Act | None = None) -> Job:
        """Stop our work on a job and tell the gateway, where it can be told.

        `act` is written with it, where it is not its person who wants that.

        Raises:
            UserError: it has ended, or its result is already being posted.
        """
        found = await self.services.store.get(job_id)
        if found is None or found.is_ended:
            raise UserError("nothing-to-cancel")
        active = self._active.get(job_id)
        cancelled, before = await store_cancelled(self.services.store, job_id, act)
        if before is not JobState.DRAFT:
            job_ended(
                self.services.meters,
                self.services.feed,
                cancelled,
                active.stages.seconds() if active else {},
            )
        # In this order: the row first, so that the run cannot write any more; then the run; then
        # the gateway, which may be slow or silent.
        is_told_elsewhere = await self._dispatcher.stop(job_id)
        await tell_gateway(self.services, cancelled)
        if active and cancelled.status is None:
            # Its first message is on its way: whoever sends that lets it say how this has ended.
            self._active.drop(active)
        elif not is_told_elsewhere:
            dropped = before is JobState.DRAFT
            await self._endings.end(cancelled, dropped_view(cancelled) if dropped else None)
        return cancelled

    async def cancel_waiting(self, whose: Party) -> None:
        """Cancel what of a person, or in a chat, has not begun: nothing of it is paid."""
        for job in self.unfinished:
            if whose in {job.user.party, job.conversation.party} and job.state is JobState.WAITING:
                with suppress(UserError):
                    await self.cancel(job.id)

    async def retry(
        self,
        job: Job,
        place: ConversationRef | None = None,
        command: MessageRef | None = None,
        *,
        event: Event | None = None,
        act: Act | None = None,
    ) -> Job:
        """Do a failed job again: without paying where the gateway still has it, else anew.

        It goes to `place`, where that is asked for: the chat of the order may be why it failed.
        `act` is written with it, where somebody else wants it.

        Raises:
            UserError: it has not failed, its model is gone, its person may not spend so much, its
                chat cannot be reached from here, or it would be paid for although the disk is
                nearly full or its pictures are gone.
            TakenError: the event has had its effect.
        """
        if job.state is not JobState.FAILED or job.fault is None:
            raise UserError("not-failed")
        self.services.check_reached(place or job.conversation)
        # Named in full, so it finds that one or says why it cannot be used any more.
        model = self.services.catalog.choose(replace(job.request, model=job.model))
        again = reopened(job, promised(self.services.catalog, job, model), place, command)
        async with AsyncExitStack() as stack:
            if again.state is JobState.WAITING:
                more = self._admission.one_more(job.user, job.request.prompt)
                await stack.enter_async_context(more)
            async with self.keeper.taking:
                if again.state is JobState.WAITING:
                    await self.services.files.fetch(paths_of(job.request.pictures))
                if again.state is JobState.WAITING and not await are_kept(job.request.pictures):
                    raise UserError("pictures-gone")
                # The same row, so that two who retry at once pay once.
                taken = await self.services.store.reopen(again, event, act)
            if taken is None:
                raise UserError("not-failed")
            await self._openings.show(ActiveJob(self.services, taken, model))
        return taken

    async def jobs_of(self, user: User, limit: int = 20) -> Sequence[Job]:
        """A user's jobs, newest first."""
        return await self.services.store.of_user(user, limit=limit)

    async def idle(self) -> None:
        """Wait until no job runs, nobody waits for an answer, and nothing is broadcast."""
        await self.broadcaster.idle()
        # An answer may order something.
        await self.answerer.idle()
        await self._errands.idle()
        await self._dispatcher.idle()
        await self._errands.idle()

    @property
    def is_closing(self) -> bool:
        """Whether no more orders are taken, since the program is about to stop."""
        return self._closing

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
    def active(self) -> Mapping[str, ActiveJob]:
        """The same with how far each is, in the order in which they came."""
        return self._active

    @property
    def open_jobs(self) -> int:
        """How many jobs have not ended."""
        return len(self._active)

    @property
    def unleavable_jobs(self) -> int:
        """How many a stop waits for, since nobody could pick them up again; see `admitted`."""
        return len(self._runs.unleavable()) + self._paying

    def position(self, job: Job) -> int:
        """A job's place in the queue, from 1; 0 when it does not wait."""
        return self._dispatcher.position(job.id)

    def lacks(self, job: Job) -> str:
        """What a waiting job waits for, see `Dispatcher.lacks`."""
        return self._dispatcher.lacks(job.id)
