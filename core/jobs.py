"""A job: a durable piece of work, its states, and what a restart does with each of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal, Protocol

from core.errors import RECOVERABLE, Fault
from core.events import Event
from core.media import Asset, Cost, MediaRequest, RemoteAsset, TaskRef
from core.people.audit import Act
from core.platform import ConversationRef, MessageRef, Party, User


class JobState(StrEnum):
    """WAITING > SUBMITTING > RUNNING > DELIVERING > DONE | FAILED | CANCELLED.

    A DRAFT waits for its user's word before it is WAITING.
    """

    DRAFT = "draft"
    WAITING = "waiting"
    SUBMITTING = "submitting"
    RUNNING = "running"
    DELIVERING = "delivering"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.WAITING, JobState.SUBMITTING, JobState.RUNNING, JobState.DELIVERING)
ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})

_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row. Times are seconds since 1970.

    Attributes:
        run: the fencing token; who holds an older one may write neither here nor to a chat.
        command: the message that asked for it.
        model: full key in the catalog ("gateway/name").
        route: all models that can do exactly this, in the order in which they are asked; those
            before `model` could not be had.
        credits: what the user is charged; 0 again when nothing came of it.
        task: how the gateway's task is found again; None while that is not possible. Known before
            anything is sent where the gateway lets us name it.
        results: where the gateway keeps what it made, known before it is downloaded.
        assets: what is on our disk, ready to be delivered.
        hook: the secret end of the address by which the gateway can call; "" without one.
        fraction: the last progress that was shown, in 0..1.
        cost: what the gateway says that it has charged; None where it does not say.
        posting: True from just before the media is posted: after a crash it may be in the chat.
        delivered: the message that holds the media.
        told: whether the chat shows how the job has ended.
    """

    id: str
    user: User
    locale: str
    conversation: ConversationRef
    model: str
    request: MediaRequest
    credits: int
    created_at: float
    run: int = 0
    state: JobState = JobState.WAITING
    command: MessageRef | None = None
    status: MessageRef | None = None
    task: TaskRef | None = None
    results: tuple[RemoteAsset, ...] = ()
    assets: tuple[Asset, ...] = ()
    fraction: float | None = None
    cost: Cost | None = None
    posting: bool = False
    delivered: MessageRef | None = None
    told: bool = False
    route: tuple[str, ...] = ()
    hook: str = field(default="", repr=False)
    fault: Fault | None = None
    started_at: float | None = None
    ended_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether it runs, or waits for its turn."""
        return self.state in OPEN

    @property
    def is_unshown(self) -> bool:
        """Whether it was ordered, and its chat has no message of it yet."""
        return self.state is JobState.WAITING and self.status is None

    @property
    def gateway(self) -> str:
        return self.model.partition("/")[0]

    @property
    def model_name(self) -> str:
        """What people call the model: without its gateway."""
        return self.model.partition("/")[2]

    @property
    def passed(self) -> tuple[str, ...]:
        """The models that could not be had."""
        return self.route[: self._place]

    @property
    def left(self) -> tuple[str, ...]:
        """The models that can still be asked instead."""
        return self.route[self._place + 1 :]

    @property
    def _place(self) -> int:
        return self.route.index(self.model) if self.model in self.route else len(self.route)

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED


def days_back(days: int, now: float) -> float:
    """When the first of so many days in UTC began, of which the last is today."""
    return now - now % _DAY_SECONDS - (days - 1) * _DAY_SECONDS


def after_restart(job: Job) -> Literal["run", "interrupted"]:
    """Decide what becomes of a job that an earlier process left behind.

    A paid request is never sent twice: what may have been accepted and cannot be found again
    has failed.
    """
    match job.state:
        # One that had a name before it was sent can be asked for by that.
        case JobState.SUBMITTING if job.task is None:
            return "interrupted"
        case JobState.RUNNING if job.task is None and not job.results:
            return "interrupted"
        case _:
            return "run"


def needs_model(job: Job) -> bool:
    """Whether only a process that has its model set up can go on with a job."""
    return not job.is_ended and after_restart(job) == "run"


def afresh(job: Job) -> Job:
    """The job as it was ordered: shown in a new message, and paid for again."""
    return replace(
        job,
        state=JobState.WAITING,
        status=None,
        task=None,
        hook="",
        results=(),
        assets=(),
        fraction=None,
        cost=None,
        posting=False,
        delivered=None,
        started_at=None,
    )


def reopened(
    job: Job, price: int, place: ConversationRef | None, command: MessageRef | None
) -> Job:
    """A failed job as it is tried again: without paying where the gateway still has it.

    It goes to `place` and answers `command`, where it is asked for in another chat than before.
    """
    again = replace(job, fault=None, told=False, ended_at=None, credits=price)
    before = job.conversation
    # A new status message in the new chat: the old one cannot be moved.
    if place and (place.chat, place.thread) != (before.chat, before.thread):
        again = replace(again, conversation=place, command=command, status=None)
    kept = job.task is not None or job.results
    if kept and job.fault and job.fault.kind in RECOVERABLE:
        return replace(again, state=JobState.RUNNING, posting=False)
    return afresh(again)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expense:
    """What a gateway has charged in one unit, as far as it has told, and for how many jobs."""

    gateway: str
    cost: Cost
    jobs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """How many jobs of a model are in a state, or ended with that fault; "" without one.

    `last_at` is when the last of them changed, in seconds since 1970: also when that one is tried
    again since.
    """

    model: str
    state: JobState
    fault: str
    jobs: int
    credits: int
    last_at: float

    @property
    def gateway(self) -> str:
        return self.model.partition("/")[0]


class LostRunError(Exception):
    """Another run of this job holds a newer token; this one has to stop silently."""


class JobStore(Protocol):
    """Where jobs are kept.

    An `event` is taken in the transaction that gives it its effect, so that both happen or none;
    TakenError says that it had one, and nothing was written.
    """

    async def add(self, job: Job, event: Event | None = None) -> None:
        """Write a new one; its credits are reserved, unless it is a draft.

        Raises:
            UserError: its person may not spend so much.
        """
        ...

    async def order(self, job: Job, event: Event | None = None) -> None:
        """Write that a draft is ordered from now on, and reserve its credits.

        Raises:
            LostRunError: as `save` does.
            UserError: its person may not spend so much; it is a draft as before.
        """
        ...

    async def get(self, job_id: str) -> Job | None: ...

    async def claim(
        self, job_id: str, *, unless: JobState | None = None, only: JobState | None = None
    ) -> Job | None:
        """Take the job with a new fencing token; None when it has ended or is in another state."""
        ...

    async def take_on(self, job_id: str) -> Job | None:
        """Take it as `claim` does, to go on with it here; None also when another process has it.

        Between "it is ours" and this a process may have stood still.
        """
        ...

    def holds(self, job: Job) -> bool:
        """Whether it is certain, without asking the row, that no other run has taken the job.

        False says nothing: the next write finds out.
        """
        ...

    async def save(self, job: Job, act: Act | None = None) -> None:
        """Write all that changes in a job's life; at its end what was reserved is settled.

        An `act` is written with it, or neither.

        Raises:
            LostRunError: the job was claimed by another run since.
        """
        ...

    async def reword(self, job: Job) -> None:
        """Write what a draft asks for, and its price; raises LostRunError as `save` does."""
        ...

    async def save_fraction(self, job: Job, fraction: float | None) -> None:
        """Write the progress alone; raises LostRunError as `save` does."""
        ...

    async def mark_told(self, job: Job) -> None:
        """Remember that the chat shows the end of this run."""
        ...

    async def reopen(
        self, job: Job, event: Event | None = None, act: Act | None = None
    ) -> Job | None:
        """Take a failed job up again with a new token; None when somebody else already did.

        An `act` is written with it, or neither.

        Raises:
            UserError: its person may not spend so much; it has failed as before.
        """
        ...

    async def unfinished(self) -> Sequence[Job]:
        """All jobs that run or wait for their turn, oldest first."""
        ...

    async def elsewhere(self, *, limit: int) -> Sequence[tuple[Job, str]]:
        """Open jobs that other processes have, and who has each; "" where nobody has it yet."""
        ...

    async def untold(self) -> Sequence[Job]:
        """All jobs that have ended without the chat having been told."""
        ...

    async def rename(self, old: Party, new: Party) -> None:
        """Let all jobs of a chat that have not ended go on under the id that it has now."""
        ...

    async def of_user(self, user: User, *, limit: int) -> Sequence[Job]:
        """A user's jobs, newest first."""
        ...

    async def posted_as(self, place: ConversationRef, *ids: str) -> Job | None:
        """The job whose media are in the first of these messages that has any."""
        ...

    async def spent(self, since: float) -> Sequence[Expense]:
        """What jobs that were ordered since have cost: each gateway and unit, by name.

        Those that were deleted since count as well. It is cheapest from a midnight in UTC on.
        """
        ...

    async def outcomes(self, since: float) -> Sequence[Outcomes]:
        """How the jobs went that were ordered since, as for `spent`."""
        ...

    async def medians(self, models: Collection[str]) -> Mapping[str, float]:
        """How many seconds the last jobs of these models that are done took, the median."""
        ...

    async def durations(self, model: str, *, limit: int) -> Sequence[tuple[MediaRequest, float]]:
        """What a model was asked lately, and how many seconds it took; newest first."""
        ...
