"""One run of one job: from wherever its row says it is to its end."""

import asyncio
import logging
import time
from dataclasses import replace
from uuid import uuid4

from core.catalog import Model
from core.chat import MediaPost, MessageLostError, MessageRef, TooLargeError, UncertainError
from core.delivery import Prepared, collect, is_native, post, prepare
from core.errors import Fault, FaultKind, JobError, StorageError
from core.jobs import JobState, LostRunError
from core.keep import keep
from core.live import Live
from core.media import Accepted, Event
from core.progress import Phase, advance, ended_view, page_view, phase_of, result_view
from core.workshop import Workshop

log = logging.getLogger(__name__)

# A job that comes back after a long pause is asked about for at least so long: it may be finished.
_LEAST_SECONDS = 120.0
# Answers of a gateway that cannot do the work now: another one may.
_HAD_ELSEWHERE = frozenset(
    {FaultKind.MODEL_GONE, FaultKind.OVERLOADED, FaultKind.RATE_LIMITED, FaultKind.NETWORK}
)
_STALE = frozenset({FaultKind.LINK_DEAD, FaultKind.EXPIRED})


class Run:
    """Does the steps that are left. The row is written before each of them.

    Attributes:
        settled: clear until it is known whether the gateway has taken the request.
        failed: True when it has come to an end without a result.
        next_model: set when the job waits for another model, since this one could not be had.
    """

    def __init__(self, workshop: Workshop, live: Live) -> None:
        self._workshop = workshop
        self._live = live
        self.settled = asyncio.Event()
        self.failed = False
        self.next_model: Model | None = None
        self._asked = False

    async def go(self) -> None:
        """Bring the job to its end, whatever happens; raises nothing but CancelledError."""
        try:
            await self._steps()
        except LostRunError:
            log.info("job %s: another run has it", self._live.job.id)
        except JobError as error:
            await self._end(error.fault)
        except Exception:
            incident = uuid4().hex[:8]
            log.exception("job %s: unexpected error %s", self._live.job.id, incident)
            fault = Fault(kind=FaultKind.INTERNAL, reason=incident, maybe_billed=self._asked)
            await self._fail(fault)
        finally:
            self.settled.set()
            await self._live.close()

    async def _steps(self) -> None:
        live = self._live
        if not await live.claim():
            return
        live.show(replace(live.progress, phase=phase_of(live.job)))
        if not all(asset.path.exists() for asset in live.job.assets):
            live.job = replace(live.job, assets=())  # somebody made room: fetched once more
        if live.job.task or live.job.results or live.job.assets:
            self.settled.set()
        if not live.job.assets:
            if not live.job.results:
                await self._generate()
            if not await self._collect():
                return
        await self._deliver()

    async def _generate(self) -> None:
        live, now = self._live, time.time()
        if live.job.task is None:
            secret = live.job.hook or self._workshop.hooks.new_secret()
            await live.save(
                replace(live.job, state=JobState.SUBMITTING, started_at=now, hook=secret)
            )
        deadline = live.model.deadline_for(live.job.request)
        allowed = deadline - (now - (live.job.started_at or now))
        dialect = self._workshop.dialect(live.model)
        self._asked = True
        try:
            with self._workshop.hooks.opened(live.job.hook) as hook:
                async with asyncio.timeout(max(allowed, min(deadline, _LEAST_SECONDS))):
                    results = await dialect.generate(
                        live.model, live.job.request, self._report, live.job.task, hook
                    )
        except TimeoutError as error:
            raise JobError(Fault(kind=FaultKind.TIMEOUT, maybe_billed=True)) from error
        results = await keep(results, self._workshop.folder(live.job.id))
        await live.save(replace(live.job, state=JobState.RUNNING, results=results))

    async def _report(self, event: Event) -> None:
        live = self._live
        if isinstance(event, Accepted):
            task = event.task or live.job.task
            await live.save(replace(live.job, state=JobState.RUNNING, task=task))
            self.settled.set()
        live.show(advance(live.progress, event))

    async def _collect(self) -> bool:
        """Bring the results to our disk; False when there was only a page to hand on."""
        live = self._live
        live.show(replace(live.progress, phase=Phase.COLLECTING))
        folder, endpoint = self._workshop.folder(live.job.id), self._workshop.endpoint(live.model)
        try:
            collected = await collect(live.job.results, folder, endpoint)
        except JobError as error:
            if error.fault.kind not in _STALE or live.job.task is None:
                raise
            # The link has expired, the task has not: it gives a fresh link, once.
            await self._generate()
            collected = await collect(live.job.results, folder, endpoint)
        if not collected.assets:
            await self._end_with_page(collected.pages)
            return False
        await live.save(replace(live.job, state=JobState.DELIVERING, assets=collected.assets))
        return True

    async def _end_with_page(self, pages: tuple[str, ...]) -> None:
        live = self._live
        # The page is all there is: it is told before the row says so, rather twice than never.
        await live.save(replace(live.job, state=JobState.DELIVERING))
        await live.end(page_view(live.job, pages))
        await live.save(replace(live.job, state=JobState.DONE, told=True, ended_at=time.time()))

    async def _deliver(self) -> None:
        live = self._live
        if live.job.delivered is None:
            try:
                await self._post_what_fits()
            except (MessageLostError, UncertainError) as error:
                raise JobError(Fault(kind=FaultKind.UNDELIVERABLE)) from error
        # What took the place of the status message is not written over.
        delivered, status = live.job.delivered, live.job.status
        told = status is not None and delivered is not None and delivered.id == status.id
        await live.save(replace(live.job, state=JobState.DONE, told=told, ended_at=time.time()))
        if not told:
            await live.end(ended_view(live.job))

    async def _post_what_fits(self) -> None:
        live = self._live
        try:
            await self._post(await self._prepare())
        except TooLargeError:
            live.job = replace(live.job, posting=False)  # it was refused, so it is not there
            await self._post(await self._prepare())

    async def _prepare(self) -> Prepared:
        live, limits = self._live, self._live.conversation.limits
        if not all(is_native(asset, limits) for asset in live.job.assets):
            live.show(replace(live.progress, phase=Phase.FITTING))
        endpoint = self._workshop.endpoint(live.model)
        return await prepare(live.job.assets, live.job.results, limits, endpoint)

    async def _post(self, ready: Prepared) -> None:
        live = self._live
        # Posted by an earlier process that died before it could say so? Then not again.
        replacing = live.job.status if live.job.posting else None
        if replacing:
            await live.close()  # no frame may come after what takes its place
        charged = self._charged(ready)
        await live.save(
            replace(live.job, state=JobState.DELIVERING, posting=True, credits=charged)
        )
        media = MediaPost(
            key=live.job.id,
            assets=ready.assets,
            view=result_view(live.job, live.model, time.time(), ready.withheld),
            replying=live.job.command,
            spoiler=live.job.request.spoiler,
            as_documents=ready.as_documents,
        )
        message = await self._put(media, replacing)
        await live.save(replace(live.job, delivered=message))

    async def _put(self, media: MediaPost, replacing: MessageRef | None) -> MessageRef:
        live = self._live
        try:
            return await post(live.conversation, live.budget, media, replacing=replacing)
        except UncertainError as error:
            log.warning("job %s: the post may be in the chat: %s", live.job.id, error)
            await live.close()
            return await post(live.conversation, live.budget, media, replacing=live.job.status)

    def _charged(self, ready: Prepared) -> int:
        """The price of what came of it; what is missing is not charged."""
        request = self._live.job.request
        made = len(ready.assets) + sum(bool(each.link) for each in ready.withheld)
        return self._live.model.credits_for(request) * min(made, request.count) // request.count

    async def _end(self, fault: Fault) -> None:
        """Go on with another model, or fail."""
        try:
            if await self._go_elsewhere(fault):
                return
        except LostRunError:
            return
        except StorageError:
            log.exception("job %s: its new model could not be stored", self._live.job.id)
        await self._fail(fault)

    async def _go_elsewhere(self, fault: Fault) -> bool:
        """Let the next model do it, where nobody can have taken the request yet."""
        live, workshop = self._live, self._workshop
        if fault.kind is FaultKind.MODEL_GONE:
            workshop.catalog.aside.put(live.model.key)
        taken = live.job.state is not JobState.SUBMITTING or fault.maybe_billed
        models = filter(None, map(workshop.model, live.job.left))
        model = next(models, None) if fault.kind in _HAD_ELSEWHERE and not taken else None
        if model is None:
            return False
        log.warning("job %s: %s: %s; next: %s", live.job.id, live.model.key, fault.kind, model.key)
        price = model.credits_for(live.job.request)
        await live.save(replace(live.job, state=JobState.WAITING, model=model.key, credits=price))
        self.next_model = model
        return True

    async def _fail(self, fault: Fault) -> None:
        live = self._live
        log.warning("job %s failed: %s (HTTP %s)", live.job.id, fault.kind, fault.http_status)
        failed = replace(
            live.job, state=JobState.FAILED, fault=fault, credits=0, ended_at=time.time()
        )
        try:
            await live.save(failed)
        except LostRunError:
            return
        except Exception:
            # The row keeps its state, so that the next start goes on with it.
            log.exception("job %s: its failure could not be stored", live.job.id)
        self.failed = True
        await live.end(ended_view(failed))
