"""What all jobs of this process are doing at one moment, as far as a page has room for it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.engine.active_job import ActiveJob
from core.engine.engine import Engine
from core.exchanges import Exchange
from core.feed import JobEnd
from core.i18n import Locale, translate
from core.jobs import Job, JobState
from core.messages.progress import Phase, shown_fraction
from core.messages.wording import wish

MOST_ROWS = 100
"""So many jobs are shown; of the others it is told how many there are."""
LOOK_SECONDS = 5.0
"""How often it is looked what other processes have, while somebody watches."""
COUNTED = (
    "running",
    "submitting",
    "delivering",
    "waiting-gateway",
    "waiting-user",
    "waiting-held",
    "waiting",
    "answers",
)
"""What is counted, in this order. The last "waiting" is of those that nobody knows more about."""
_LINE = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobMoment:
    """A job as it is now.

    Attributes:
        waits_for: one of `COUNTED` where it waits for its turn; "" when it runs.
        position: its place in the line, from 1; 0 where it has none.
        percent: how much of it is done; None where nobody can say.
        estimated: whether that is only a guess.
    """

    active: ActiveJob
    waits_for: str
    position: int = 0
    percent: int | None = None
    estimated: bool = False

    @property
    def job(self) -> Job:
        """Its row."""
        return self.active.job


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The jobs of other processes, as far as this one has looked.

    Attributes:
        jobs: each with the name of who has it; "" where nobody has it yet.
        failed_at: when a look has failed, in seconds since 1970, where that was the last one.
    """

    jobs: Sequence[tuple[Job, str]] = ()
    failed_at: float | None = None


NOWHERE_ELSE = Elsewhere()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All jobs at one moment.

    Attributes:
        counts: how many there are of each that is `COUNTED`.
        shown: those that run, then the line in its order; not more than `MOST_ROWS`.
        more: how many are not shown.
        ends: those that have ended last, the newest first.
        begun, outcomes: how many have begun and ended since this process began.
        answers: questions that are being answered, the oldest first; not more than `MOST_ROWS`.
        elsewhere: without those that this process has got meanwhile.
    """

    counts: Mapping[str, int]
    shown: Sequence[JobMoment]
    more: int
    ends: Sequence[JobEnd]
    begun: int
    outcomes: Mapping[str, int]
    answers: Sequence[Exchange]
    elsewhere: Elsewhere


def look(engine: Engine, now: float, elsewhere: Elsewhere = NOWHERE_ELSE) -> Overview:
    """See what goes on now; asks nobody but this process' memory."""
    counts, running, line = Counter[str](), list[ActiveJob](), list[tuple[ActiveJob, str]]()
    for active in engine.active.values():
        job = active.job
        if not job.is_open:
            continue
        kind = _kind(engine, active)
        counts[kind] += 1
        if kind.startswith(_LINE):
            line.append((active, kind))
        else:
            running.append(active)
    answers = engine.answerer.given
    counts["answers"] = len(answers)
    shown = [_running(active, now) for active in running[:MOST_ROWS]]
    waiting = (
        JobMoment(active=active, waits_for=kind, position=engine.position(active.job))
        for active, kind in line[: MOST_ROWS - len(shown)]
    )
    # Those without a place come last.
    shown += sorted(waiting, key=lambda each: each.position or len(line) + 1)
    feed = engine.services.feed
    return Overview(
        counts=counts,
        shown=shown,
        more=len(running) + len(line) - len(shown),
        ends=tuple(reversed(feed.ends)),
        begun=feed.begun,
        outcomes=dict(feed.outcomes),
        answers=answers[:MOST_ROWS],
        elsewhere=replace(
            elsewhere, jobs=[each for each in elsewhere.jobs if each[0].id not in engine.active]
        ),
    )


def moment_of(engine: Engine, active: ActiveJob, now: float) -> JobMoment:
    """The same of one job."""
    kind = _kind(engine, active)
    if kind.startswith(_LINE):
        return JobMoment(active=active, waits_for=kind, position=engine.position(active.job))
    return _running(active, now)


def counted(overview: Overview, locale: Locale) -> Iterable[tuple[str, str, int]]:
    """Each that is counted: its name, what people call it, how many."""
    return [
        (name, translate(locale, f"live-{name}"), overview.counts.get(name, 0)) for name in COUNTED
    ]


def said(moment: JobMoment, locale: Locale) -> str:
    """What a job does, in words."""
    job, progress = moment.job, moment.active.progress
    if moment.waits_for:
        why = translate(locale, f"live-{moment.waits_for}")
        if not moment.position:
            return why
        place = translate(locale, "live-place", place=moment.position)
        return f"{why} · {place}"
    if progress.phase is Phase.QUEUED and progress.ahead is not None:
        phase = translate(locale, "phase-queued-behind", ahead=progress.ahead)
    elif progress.phase is Phase.WAITING:
        phase = translate(locale, f"state-{job.state}", elapsed="")
    else:
        phase = translate(locale, f"phase-{progress.phase}", kind=job.request.kind)
    if moment.percent is None:
        return phase
    return f"{phase} · {'~' if moment.estimated else ''}{moment.percent} %"


def subject(job: Job, locale: Locale) -> str:
    """What it is about, as far as its person lets others know."""
    return translate(locale, "option-word-private") if job.request.private else wish(job)


def _kind(engine: Engine, active: ActiveJob) -> str:
    job = active.job
    if job.state is not JobState.WAITING:
        return str(job.state)
    if active.progress.phase is Phase.HELD:
        return "waiting-held"
    lacks = engine.lacks(job)
    return f"{_LINE}-{lacks}" if lacks else _LINE


def _running(active: ActiveJob, now: float) -> JobMoment:
    started = active.job.started_at
    if started is None:
        return JobMoment(active=active, waits_for="")
    elapsed = max(now - started, 0.0)
    fraction, guessed = shown_fraction(active.progress, elapsed, active.expected_seconds)
    return JobMoment(active=active, waits_for="", percent=round(100 * fraction), estimated=guessed)
