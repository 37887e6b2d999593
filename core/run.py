"""One run of one job: from wherever its row says it is to its end."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import httpx

from core.access import Access
from core.budget import Budgets, WriteBudget
from core.catalog import Catalog, Model
from core.chat import Conversation, MediaPost, MessageLostError, Platform, View
from core.delivery import Prepared, collect, is_native, post, prepare
from core.dialects import DIALECTS, Endpoint, MediaDialect
from core.errors import Fault, FaultKind, JobError, StorageError
from core.jobs import Job, JobState, JobStore, LostRunError
from core.media import Accepted, Event
from core.preferences import PreferenceStore
from core.progress import (
    Phase,
    Progress,
    advance,
    ended_view,
    expected_seconds,
    page_view,
    phase_of,
    result_view,
    running_view,
)
from core.status import StatusMessage, write_final

log = logging.getLogger(__name__)

# A job that comes back after a long pause is asked about for at least so long: it may be finished.
_LEAST_SECONDS = 120.0
_HISTORY = 30
_STALE = frozenset({FaultKind.LINK_DEAD, FaultKind.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What every job is made with.

    Attributes:
        endpoints: by the name of the gateway.
        media_dir: where results and pictures lie, a folder for each job.
        sandboxed: True when all endpoints are the sandbox; each message then says so.
    """

    store: JobStore
    access: Access
    preferences: PreferenceStore
    catalog: Catalog
    endpoints: Mapping[str, Endpoint]
    http: httpx.AsyncClient
    platforms: Mapping[str, Platform]
    media_dir: Path
    sandboxed: bool = False
    budgets: Budgets = field(default_factory=Budgets)

    def folder(self, job_id: str) -> Path:
        return self.media_dir / job_id

    def endpoint(self, model: Model) -> Endpoint:
        return self.endpoints[model.gateway]

    def dialect(self, model: Model) -> MediaDialect:
        return DIALECTS[model.dialect](self.endpoint(model), self.http)

    def conversation(self, job: Job) -> tuple[Conversation, WriteBudget]:
        conversation = self.platforms[job.conversation.platform].conversation(job.conversation)
        return conversation, self.budgets.of(job.conversation, conversation.limits)


class Live:
    """A job in this process: its row, how far it is, and the message that shows it."""

    def __init__(self, workshop: Workshop, job: Job, model: Model) -> None:
        self.job = job
        self.model = model
        self.progress = Progress(phase=Phase.SUBMITTING, fraction=job.fraction)
        self.status: StatusMessage | None = None
        self._expected = float(model.expected_for(job.request))
        self._workshop = workshop
        self._token = asyncio.Lock()
        self.conversation, self.budget = workshop.conversation(job)

    def view(self) -> View:
        return running_view(
            self.job,
            self.model,
            self.progress,
            time.time(),
            expected=self._expected,
            sandboxed=self._workshop.sandboxed,
        )

    async def open(self) -> None:
        """Send the status message, or find the one of an earlier process.

        Raises:
            MessageLostError: the chat takes no messages from us.
        """
        await self._learn()
        if self.job.status is None:
            message = await write_final(
                self.conversation, self.budget, self.view(), replying=self.job.command
            )
            await self.save(replace(self.job, status=message))
        if self.job.status is not None:
            self.status = StatusMessage(
                self.conversation, self.budget, self.job.status, self.view, self._guard
            )

    async def _learn(self) -> None:
        try:
            history = await self._workshop.store.durations(self.model.key, limit=_HISTORY)
        except StorageError as error:
            log.warning("job %s: no history to learn from: %s", self.job.id, error)
        else:
            self._expected = expected_seconds(self.model, self.job.request, history)

    async def claim(self) -> bool:
        """Take the row for a run of ours; False when the job has ended meanwhile."""
        # A frame in between would take the old token to the store and find that it lost the run.
        async with self._token:
            job = await self._workshop.store.claim(self.job.id)
            self.job = job or self.job
        return job is not None

    async def save(self, job: Job) -> None:
        # What we know counts from now on, even if storing it fails or nobody waits for it.
        self.job = job
        await self._workshop.store.save(job)

    def show(self, progress: Progress) -> None:
        self.progress = progress
        self.touch()

    def touch(self) -> None:
        if self.status is not None:
            self.status.touch()

    async def end(self, view: View) -> None:
        """Show the last view in place of the status message."""
        await show_end(self._workshop, self.job, view, self.status)

    async def close(self) -> None:
        if self.status is not None:
            await self.status.close()

    async def _guard(self) -> None:
        async with self._token:
            await self._workshop.store.save_fraction(self.job, self.progress.fraction)


async def show_end(
    workshop: Workshop, job: Job, view: View, shown: StatusMessage | None = None
) -> None:
    """Write the last message of a job, through `shown` where that writes its status message.

    The row is what counts: nothing that happens here is raised.
    """
    try:
        if shown is not None:
            await shown.finish(view)
        else:
            await write_final(*workshop.conversation(job), view, job.status)
    except MessageLostError:
        log.warning("job %s: the chat takes no messages any more", job.id)
    except Exception:
        log.exception("job %s: its last message could not be written", job.id)


class Run:
    """Does the steps that are left. The row is written before each of them.

    Attributes:
        settled: clear until it is known whether the gateway has taken the request.
        failed: True when it has come to an end without a result.
    """

    def __init__(self, workshop: Workshop, live: Live) -> None:
        self._workshop = workshop
        self._live = live
        self.settled = asyncio.Event()
        self.failed = False
        self._asked = False

    async def go(self) -> None:
        """Bring the job to its end, whatever happens; raises nothing but CancelledError."""
        try:
            await self._steps()
        except LostRunError:
            log.info("job %s: another run has it", self._live.job.id)
        except JobError as error:
            await self._fail(error.fault)
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
            await live.save(replace(live.job, state=JobState.SUBMITTING, started_at=now))
        deadline = live.model.deadline_for(live.job.request)
        allowed = deadline - (now - (live.job.started_at or now))
        dialect = self._workshop.dialect(live.model)
        self._asked = True
        try:
            async with asyncio.timeout(max(allowed, min(deadline, _LEAST_SECONDS))):
                results = await dialect.generate(
                    live.model, live.job.request, self._report, live.job.task
                )
        except TimeoutError as error:
            raise JobError(Fault(kind=FaultKind.TIMEOUT, maybe_billed=True)) from error
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
        await live.save(replace(live.job, state=JobState.DONE, ended_at=time.time()))

    async def _deliver(self) -> None:
        live = self._live
        if live.job.delivered is None:
            await self._post(await self._prepare())
        await live.save(replace(live.job, state=JobState.DONE, ended_at=time.time()))
        # What took the place of the status message is not written over.
        delivered, status = live.job.delivered, live.job.status
        if status is None or delivered is None or delivered.id != status.id:
            await live.end(ended_view(live.job, live.model.name))

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
            assets=ready.assets,
            view=result_view(live.job, live.model, time.time(), ready.withheld),
            replying=live.job.command,
            spoiler=live.job.request.spoiler,
            as_documents=ready.as_documents,
        )
        try:
            message = await post(live.conversation, live.budget, media, replacing=replacing)
        except MessageLostError as error:
            raise JobError(Fault(kind=FaultKind.UNDELIVERABLE)) from error
        await live.save(replace(live.job, delivered=message))

    def _charged(self, ready: Prepared) -> int:
        """The price of what came of it; what is missing is not charged."""
        request = self._live.job.request
        made = len(ready.assets) + sum(bool(each.link) for each in ready.withheld)
        return self._live.model.credits_for(request) * min(made, request.count) // request.count

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
        await live.end(ended_view(failed, live.model.name))
