"""A job in this process: its row, how far it is, and the message that shows it."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from core.catalog import Model
from core.engine.stages import Stages
from core.errors import StorageError
from core.i18n import Locale
from core.jobs import Job, JobState, LostRunError
from core.media import MediaRequest
from core.messages.budget import Rank
from core.messages.progress import Phase, Progress, learned_seconds
from core.messages.status import StatusMessage, write_final
from core.messages.views import draft_view, resting_view, running_view
from core.messages.wording import doubt
from core.platform import MessageLostError, RefusedError, View
from core.records import job_ended
from core.services import Services
from core.storing import until_stored

log = logging.getLogger(__name__)

_HISTORY = 30
# A bar may jump back by what it grew in so long when the process is killed; it costs nobody money.
_STORE_SECONDS = 1.0


class ActiveJob:
    """Keeps the three together: whoever changes one of them goes through here."""

    def __init__(self, services: Services, job: Job, model: Model) -> None:
        self.job = job
        self.model = model
        # Taken up after a restart it is shown as it was left, not as waiting.
        waits = job.state is JobState.WAITING
        phase = Phase.WAITING if waits else Phase.SUBMITTING
        self.progress = Progress(phase=phase, fraction=job.fraction)
        self.stages = Stages(job.state)
        self.status: StatusMessage | None = None
        self.learned_seconds: float | None = None
        # Called when a frame finds that another run has the job; nobody waits for a frame.
        self.when_lost: Callable[[], None] | None = None
        self._services = services
        self._feed = services.feed
        # Guards the token in `job`: a frame reads it while a run replaces it.
        self._token = asyncio.Lock()
        # What the row says of the progress, and since when.
        self._stored, self._stored_at = job.fraction, 0.0
        self._late: asyncio.Task[None] | None = None
        self.conversation, self.budget = services.conversation(job)

    @property
    def request(self) -> MediaRequest:
        """What its model is asked for: the row says only what the first of the route lacked."""
        return self.model.complete(self.job.request)

    @property
    def expected_seconds(self) -> float:
        """How long it probably takes from its start."""
        return self.learned_seconds or self.model.expected_for(self.request)

    def view(self) -> View:
        locale = Locale(self.job.locale)
        note = doubt(locale, self._services.catalog, self.model)
        if self.job.state is JobState.DRAFT:
            price = self._services.credits.price(self.job.credits, locale)
            return draft_view(self.job, self.model, price, note)
        return running_view(
            self.job,
            self.model,
            self.progress,
            time.time(),
            expected=self.expected_seconds,
            note=note,
        )

    async def open(self) -> None:
        """Send the status message, or find the one of an earlier process.

        Raises:
            MessageLostError: the chat takes no messages from us.
            LostRunError: another run has the job, or it has ended; `job` has what was sent.
        """
        # Before the first view, or its estimate would jump at the second.
        await self._learn()
        sent: View | None = None
        if self.job.status is None:
            sent = self.view()
            # An answer to the order: nothing that is paid for already waits behind it.
            message = await write_final(
                self.conversation,
                self.budget,
                sent,
                replying=self.job.command,
                rank=Rank.ANSWER,
            )
            await self.save(replace(self.job, status=message))
        if self.job.status is not None:
            self.status = StatusMessage(
                self.conversation, self.budget, self.job.status, self.view, self._guard
            )
            # So that an unchanged view costs no write out of a small budget.
            self.status.shown = sent

    async def _learn(self) -> None:
        try:
            history = await self._services.store.durations(self.model.key, limit=_HISTORY)
        except StorageError as error:
            log.warning("job %s: no history to learn from: %s", self.job.id, error)
        else:
            self.learned_seconds = learned_seconds(self.model, self.request, history)

    async def claim(self) -> bool:
        """Take the row for a run of ours; False when it has ended, or others have it."""
        # A frame in between would take the old token to the store and find that it lost the run.
        async with self._token:
            job_id = self.job.id
            job = await until_stored(job_id, partial(self._services.store.take_on, job_id))
            self.job = job or self.job
        return job is not None

    async def save(self, job: Job) -> None:
        """Store it, however long that takes: the next step is done only when this is known.

        Raises:
            LostRunError: another run has the job.
        """
        await self._stop_late()
        # What we know counts from now on, even if nobody waits for it.
        self._take(job)
        await until_stored(job.id, partial(self._services.store.save, job))
        if job.is_ended:
            job_ended(self._services.meters, self._services.feed, job, self.stages.seconds())

    async def save_soon(self, job: Job) -> None:
        """Store it, if not now then as soon as possible: an answer that is read does not wait.

        Raises:
            LostRunError: another run has the job.
        """
        await self._stop_late()
        self._take(job)
        try:
            await self._services.store.save(job)
        except StorageError as error:
            log.warning("job %s: its progress is stored later: %s", job.id, error)
            self._late = asyncio.create_task(self._save_late(job))

    def _take(self, job: Job) -> None:
        self.job = job
        self.stages.enter(job.state)
        self._feed.changed()

    @property
    def is_stored(self) -> bool:
        """Whether nothing that was to be saved soon is still to be stored."""
        return self._late is None or self._late.done()

    async def _save_late(self, job: Job) -> None:
        with suppress(LostRunError):  # the next step finds out
            await until_stored(job.id, partial(self._services.store.save, job))

    async def _stop_late(self) -> None:
        if self._late is not None:
            self._late.cancel()
            await asyncio.wait([self._late])

    async def told_paid(self) -> str:
        """What stands below its result of the price that its row has."""
        job, locale = self.job, Locale(self.job.locale)
        tell = self._services.credits.told_paid
        return await tell(job.user, job.conversation, locale, ref=job.id, paid=job.credits)

    def show(self, progress: Progress) -> None:
        self.progress = progress
        self.touch()

    def touch(self) -> None:
        self._feed.changed()
        if self.status is not None:
            self.status.touch()

    async def end(self, view: View) -> None:
        """Show the last view in place of the status message."""
        await show_end(self._services, self.job, view, self.status)

    def leave_status(self) -> None:
        """Show nothing more in the status message: it has become something else."""
        self.status, self.job = None, replace(self.job, status=None)

    async def close(self) -> None:
        await self._stop_late()
        if self.status is not None:
            await self.status.close()

    async def _guard(self) -> None:
        """Store the progress that is about to be shown; raises LostRunError.

        Who is certain to have the job asks the row only to write something new, and not always.
        """
        async with self._token:
            fraction, now = self.progress.fraction, time.monotonic()
            new = fraction != self._stored and now >= self._stored_at + _STORE_SECONDS
            if new or not self._services.store.holds(self.job):
                try:
                    await self._services.store.save_fraction(self.job, fraction)
                except LostRunError:
                    if self.when_lost:
                        self.when_lost()
                    raise
                self._stored, self._stored_at = fraction, now


async def show_end(
    services: Services,
    job: Job,
    view: View,
    shown: StatusMessage | None = None,
    *,
    rank: Rank = Rank.RESULT,
) -> bool:
    """Write the last message of a job, through `shown` where that writes its status message.

    A last word only takes the place of a message that is there: it is not worth a new one.

    The row is what counts: nothing that happens here is raised. What could not be told for now is
    told by the next start. Tells whether the chat has taken it.
    """
    taken = True
    # Who has the media need not be told once more that they are done.
    rank = rank if job.delivered is None else Rank.LAST_WORD
    try:
        if shown is not None:
            await shown.finish(view, rank, replying=job.command)
        else:
            where, within = services.conversation(job)
            await write_final(where, within, view, job.status, replying=job.command, rank=rank)
    except MessageLostError:
        log.warning("job %s: its last message is gone, or the chat takes none any more", job.id)
        taken = False
    except RefusedError as error:
        log.warning("job %s: its last message was not taken: %s", job.id, error)
        if rank is not Rank.LAST_WORD:
            return False
        taken = False
    except Exception:
        log.exception("job %s: its last message could not be written", job.id)
        return False
    try:
        await services.store.mark_told(job)
    except StorageError as error:
        log.warning("job %s: its end will be told once more: %s", job.id, error)
    return taken


async def show_rest(services: Services, job: Job) -> None:
    """Say that a job waits for its model to be set up again."""
    with suppress(MessageLostError):
        conversation, budget = services.conversation(job)
        await write_final(conversation, budget, resting_view(job), job.status, rank=Rank.LAST_WORD)
