"""How far along a job is, judging by its gateway's events. All pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median

from core.catalog import Model
from core.jobs import Job, JobState
from core.media import Accepted, Charged, Event, MediaRequest, Named, Queued, Rendering

_NEARLY = 0.99
_ESTIMATE_LIMIT = 0.95
_LEAST_HISTORY = 3


class Phase(StrEnum):
    """What a job that has not ended is doing."""

    WAITING = "waiting"
    HELD = "held"
    SUBMITTING = "submitting"
    QUEUED = "queued"
    RENDERING = "rendering"
    RETRYING = "retrying"
    COLLECTING = "collecting"
    FITTING = "fitting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job is. `fraction` never falls; None as long as the gateway tells no number.

    Attributes:
        position: its place in our own line.
        ahead, note: as in `Queued`.
    """

    phase: Phase = Phase.WAITING
    fraction: float | None = None
    position: int = 0
    ahead: int | None = None
    note: str = ""


MADE = frozenset({Phase.COLLECTING, Phase.FITTING})
"""The phases in which the model has done its part."""


def shown_fraction(progress: Progress, elapsed: float, expected: float) -> tuple[float, bool]:
    """How much of it is done, and whether that is only estimated; times are in seconds."""
    if progress.phase in MADE:
        return 1.0, False
    if progress.fraction is not None:
        return progress.fraction, False
    return min(elapsed / expected, _ESTIMATE_LIMIT), True


def phase_of(job: Job) -> Phase:
    """The phase in which a job is taken up."""
    match job.state:
        case JobState.RUNNING:
            return Phase.RENDERING
        case JobState.DELIVERING:
            return Phase.COLLECTING
        case _:
            return Phase.SUBMITTING


def advance(progress: Progress, event: Event) -> Progress:
    """Take an event in. Backends start over at 0 on retries of their own; the bar does not."""
    match event:
        case Named() | Charged():
            return progress
        case Accepted():
            return replace(progress, phase=Phase.RENDERING)
        case Queued():
            return replace(progress, phase=Phase.QUEUED, ahead=event.ahead, note=event.note)
        case Rendering():
            told = [f for f in (progress.fraction, event.fraction) if f is not None]
            went_back = (event.fraction or 0) < (progress.fraction or 0)
            retrying = event.retrying or (event.fraction is not None and went_back)
            if event.fraction is None and not event.retrying:
                retrying = progress.phase is Phase.RETRYING
            return replace(
                progress,
                phase=Phase.RETRYING if retrying else Phase.RENDERING,
                fraction=min(max(told), _NEARLY) if told else None,
                note=event.note,
            )


def learned_seconds(
    model: Model, request: MediaRequest, history: Sequence[tuple[MediaRequest, float]]
) -> float | None:
    """How long such a request has usually taken of late; None as long as there were too few."""
    wanted = _effort(model, request)
    took = [seconds for done, seconds in history if _effort(model, done) == wanted]
    return median(took) if len(took) >= _LEAST_HISTORY else None


def _effort(model: Model, request: MediaRequest) -> tuple[object, ...]:
    resolution = model.resolution_for(request)
    return request.seconds, model.is_hd(request), resolution, request.fast, request.count
