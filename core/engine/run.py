"""One run of one job: from wherever its row says it is to its end."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

from core.callbacks.hooks import Hook
from core.catalog import Model
from core.delivery.collect import collect
from core.delivery.keep import keep
from core.dialects import Generation
from core.engine.active_job import ActiveJob
from core.engine.posting import Posting
from core.errors import HAD_ELSEWHERE, Fault, FaultKind, JobError, StorageError
from core.files.disk import are_kept
from core.files.elsewhere import paths_of
from core.jobs import JobState, LostRunError
from core.media import Accepted, Charged, Event, Named, RemoteAsset
from core.messages.patience import pauses
from core.messages.progress import Phase, advance, phase_of
from core.messages.views import ended_view, page_view, priced
from core.records import job_passed_on
from core.services import Services
from core.storing import until_stored

log = logging.getLogger(__name__)

# A job that comes back after a long pause is asked about for at least so long: it may be finished.
_LEAST_SECONDS = 120.0
# A stream is open before its gateway can say that it has not taken the request.
_BEFORE_RESULTS = (JobState.SUBMITTING, JobState.RUNNING)
# What a fresh look at the task can mend: links live for hours, tasks for days.
_STALE = frozenset({FaultKind.LINK_DEAD, FaultKind.EXPIRED})


class Run:
    """Does the steps that are left. The row is written before each of them.

    Attributes:
        leavable: clear while nobody could pick up what was paid for, or is being posted.
        is_lost: True when another run has taken the job.
        failed: True when it has come to an end without a result.
        is_delivered: True when only the status message does not say yet that it is done.
        next_model: set when the job waits for another model, since this one could not be had.
    """

    def __init__(self, services: Services, active: ActiveJob) -> None:
        self._services = services
        self._active = active
        self.leavable = asyncio.Event()
        self.leavable.set()
        self.is_lost = self.failed = False
        self.is_delivered = False
        self.next_model: Model | None = None
        self._asked = False

    async def go(self) -> None:
        """Bring the job to its end, whatever happens; raises nothing but CancelledError."""
        try:
            await self._to_its_end()
        except LostRunError:
            self.is_lost = True
            log.info("job %s: another run has it", self._active.job.id)
        finally:
            self.leavable.set()
            await self._active.close()

    async def _to_its_end(self) -> None:
        try:
            async with self._while_ours():
                await self._steps()
        except LostRunError:
            raise
        except JobError as error:
            await self._end(error.fault)
        except Exception:
            incident = uuid4().hex[:8]
            log.exception("job %s: unexpected error %s", self._active.job.id, incident)
            fault = Fault(kind=FaultKind.INTERNAL, detail=incident, maybe_billed=self._asked)
            await self._fail(fault)

    @asynccontextmanager
    async def _while_ours(self) -> AsyncGenerator[None]:
        """Do something as long as no frame finds that another run has the job.

        Raises:
            LostRunError: one did; what was being done was broken off.
        """
        clock = asyncio.get_running_loop().time
        ours = asyncio.timeout(None)
        try:
            async with ours:
                self._active.when_lost = lambda: ours.reschedule(clock())
                try:
                    yield
                finally:
                    self._active.when_lost = None
        except TimeoutError:
            if not ours.expired():
                raise
            raise LostRunError(self._active.job.id) from None

    async def _steps(self) -> None:
        active = self._active
        # The token makes this run the only one that may write, here or on another machine.
        if not await active.claim():
            return
        active.show(replace(active.progress, phase=phase_of(active.job)))
        if not all(asset.path.exists() for asset in active.job.assets):
            active.job = replace(active.job, assets=())  # somebody made room: fetched once more
        if not active.job.assets:
            if not active.job.results:
                await self._generate()
            if not await self._collect():
                return
        await self._deliver()

    async def _generate(self) -> None:
        active, now = self._active, time.time()
        # From the first byte that may cost money until a task is known, leaving would lose it.
        if active.job.task is None:
            await self._fetch(paths_of(active.job.request.pictures))
            if not await are_kept(active.job.request.pictures):
                raise JobError(Fault(kind=FaultKind.PICTURES_GONE))
            await self._until_room()
            self.leavable.clear()
            secret = active.job.hook or self._services.hooks.new_secret()
            await active.save(
                replace(active.job, state=JobState.SUBMITTING, started_at=now, hook=secret)
            )
        elif active.job.state is JobState.SUBMITTING:
            # An earlier process may have sent it under this name: it is held for taken.
            await active.save(replace(active.job, state=JobState.RUNNING))
        deadline = active.model.deadline_for(active.request)
        # Counted from the first attempt; what a restart adds is `_LEAST_SECONDS` at most.
        # A clock that was set back since makes nobody wait longer.
        allowed = deadline - max(now - (active.job.started_at or now), 0.0)
        dialect = self._services.dialect(active.model)
        # Read by `go`: an accident from here on may have been billed.
        self._asked = True
        try:
            with self._services.hooks.opened(active.job.hook) as hook:
                async with asyncio.timeout(max(allowed, min(deadline, _LEAST_SECONDS))):
                    results = await dialect.generate(self._generation(hook))
        except TimeoutError as error:
            raise JobError(Fault(kind=FaultKind.TIMEOUT, maybe_billed=True)) from error
        # Bytes inside an answer exist nowhere else, so they go to disk before the row says so.
        folder = self._services.folder(active.job.id)
        results = await until_stored(active.job.id, partial(keep, results, folder))
        files = partial(self._services.files.keep, active.job.id, _files_of(results))
        await until_stored(active.job.id, files)
        await active.save(replace(active.job, state=JobState.RUNNING, results=results))

    async def _fetch(self, paths: Sequence[Path]) -> None:
        """Have the files here that another machine may have."""
        await until_stored(self._active.job.id, partial(self._services.files.fetch, paths))

    async def _until_room(self) -> None:
        """Wait until what is ordered next can be kept."""
        active, room = self._active, self._services.room
        for pause in pauses():
            try:
                objection = room.objection()
            except StorageError as error:
                objection = str(error)
            if not objection:
                return
            log.warning("job %s: is not ordered yet: %s", active.job.id, objection)
            active.show(replace(active.progress, phase=Phase.HELD))
            await asyncio.sleep(pause)

    def _generation(self, hook: Hook | None) -> Generation:
        active = self._active
        return Generation(
            model=active.model,
            request=active.request,
            report=self._report,
            task=active.job.task,
            learned_seconds=active.learned_seconds,
            started_at=active.job.started_at,
            hook=hook,
        )

    async def _report(self, event: Event) -> None:
        active = self._active
        if isinstance(event, Named):
            # Not soon but now: what is sent under that name must be found after a crash.
            await active.save(replace(active.job, task=event.task))
        if isinstance(event, Accepted):
            task = event.task or active.job.task
            # Before the next byte is read: a crash from here on finds the task again.
            await active.save_soon(replace(active.job, state=JobState.RUNNING, task=task))
        if isinstance(event, Charged):
            active.job = replace(active.job, cost=event.cost)  # the end of it is stored next
        if active.job.task and active.is_stored:
            self.leavable.set()
        active.show(advance(active.progress, event))

    async def _collect(self) -> bool:
        """Download the results; False if there was only a web page to pass on."""
        active = self._active
        active.show(replace(active.progress, phase=Phase.COLLECTING))
        active.stages.enter(JobState.DELIVERING)
        folder, endpoint = (
            self._services.folder(active.job.id),
            self._services.endpoint(active.model),
        )
        # Where nothing was left of an answer, its gateway is asked, as by whoever got it.
        await self._fetch(_files_of(active.job.results))
        try:
            collected = await collect(active.job.results, folder, endpoint)
        except JobError as error:
            if error.fault.kind not in _STALE or active.job.task is None:
                raise
            # The link has expired, the task has not: it gives a fresh link, once.
            await self._generate()
            collected = await collect(active.job.results, folder, endpoint)
        if not collected.assets:
            await self._end_with_page(collected.pages)
            return False
        # Stored before it is posted, or made to fit: see `Posting`.
        active.job = replace(active.job, assets=collected.assets)
        return True

    async def _end_with_page(self, pages: tuple[str, ...]) -> None:
        active = self._active
        # The page is all there is: it is told before the row says so, rather twice than never.
        await active.save(replace(active.job, state=JobState.DELIVERING))
        await active.end(priced(page_view(active.job, pages), await active.told_paid()))
        await active.save(
            replace(active.job, state=JobState.DONE, told=True, ended_at=time.time())
        )

    async def _deliver(self) -> None:
        active = self._active
        # Already posted by an earlier process, which died before it could say so.
        if active.job.delivered is None:
            await Posting(self._services, active, self.leavable).post()
        # What took the place of the status message is not written over.
        delivered, status = active.job.delivered, active.job.status
        told = status is not None and delivered is not None and delivered.id == status.id
        await active.save(
            replace(active.job, state=JobState.DONE, told=told, ended_at=time.time())
        )
        self.is_delivered = not told

    async def _end(self, fault: Fault) -> None:
        """Go on with another model, or fail."""
        job = self._active.job
        if job.state is JobState.SUBMITTING and not fault.maybe_billed:
            # Refused, whatever it was called: nobody will find it under that name.
            self._active.job = replace(job, task=None)
        if not await self._go_elsewhere(fault):
            await self._fail(fault)

    async def _go_elsewhere(self, fault: Fault) -> bool:
        """Try the next model, if no gateway can have accepted the request yet."""
        active, services = self._active, self._services
        if fault.kind is FaultKind.MODEL_GONE:
            services.catalog.cooldown.put(active.model.key)
        # The one question that decides about money: can anybody have taken this request?
        job = active.job
        named = job.task is not None or job.results or job.state not in _BEFORE_RESULTS
        taken = named or fault.maybe_billed
        models = filter(None, map(services.model, active.job.left))
        model = next(models, None) if fault.kind in HAD_ELSEWHERE and not taken else None
        if model is None:
            return False
        job_passed_on(services.meters, job, fault, model.key, active.stages.seconds())
        # The row is charged with what the next model costs, and says so before it is asked: but
        # nobody pays more than they were told when they ordered.
        price = min(model.credits_for(model.complete(job.request)), active.job.credits)
        await active.save(
            replace(active.job, state=JobState.WAITING, model=model.key, credits=price)
        )
        self.next_model = model
        return True

    async def _fail(self, fault: Fault) -> None:
        active = self._active
        failed = replace(
            active.job, state=JobState.FAILED, fault=fault, credits=0, ended_at=time.time()
        )
        await active.save(failed)
        self.failed = True
        await active.end(ended_view(failed))


def _files_of(results: Sequence[RemoteAsset]) -> tuple[Path, ...]:
    """What came inside an answer, and nowhere else is."""
    return tuple(each.file for each in results if each.file)
