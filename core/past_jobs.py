"""Jobs that have ended: what they have made, until when they are kept, what goes when it is to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.jobs import Job
from core.media import MediaKind
from core.platform import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long things are kept.

    Attributes:
        media_days: the files of a job after its end, and whole drafts; 0 for ever.
        history_days: its row; 0 for ever.
        besides: platforms where the files themselves are what people have got, and stay.
    """

    media_days: float = 7.0
    history_days: float = 0.0
    besides: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnding:
    """When a job ended, in seconds since 1970, and on which platform; None while it has not."""

    platform: str
    at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCount:
    """How many jobs of a person have ended, run or wait, and are only shown as a draft."""

    ended: int = 0
    open: int = 0
    drafts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFilter:
    """Which results somebody wants to see; those that fit all of it.

    Attributes:
        kind: None for all kinds.
        model: what people call it; "" for all models.
        words: that stand in the prompt, in large letters or small ones; "" for all prompts.
    """

    kind: MediaKind | None = None
    model: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultMark:
    """A place in the order of somebody's jobs, the newest first: behind the job of that id."""

    created_at: float
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundResults:
    """Jobs with results, the newest first.

    Attributes:
        rest: behind which there may be more; None where that was all.
    """

    jobs: Sequence[Job]
    rest: ResultMark | None


class PastJobStore(Protocol):
    """Where jobs are looked at once they are over. What they have cost is kept in the ledger."""

    async def results(
        self, user: Party, wanted: ResultFilter, after: ResultMark | None, *, limit: int
    ) -> FoundResults:
        """So many of a person's jobs that have made something, at most, from a mark on.

        Only so many of their jobs are looked at that it takes no time, whoever has how many. So it
        may be fewer, or none, although there is a rest.
        """
        ...

    async def latest(self, *, limit: int) -> Sequence[Job]:
        """Those of everybody that have ended last, the newest first."""
        ...

    async def models_of(self, user: Party) -> Sequence[str]:
        """What the models are called that have made a person's latest results, by name."""
        ...

    async def endings(self, ids: Collection[str]) -> Mapping[str, JobEnding]:
        """How each of these jobs has ended; those that are not there are left out."""
        ...

    async def prune(
        self, before: float, *, limit: int, besides: Collection[str] = ()
    ) -> Sequence[str]:
        """Delete so many jobs that ended before that time, at most; gives their ids.

        Those of the platforms `besides` are kept.
        """
        ...

    async def forget(self, user: Party, *, limit: int, only: str = "") -> Sequence[str]:
        """Delete so many ended jobs of a person, at most, or `only` that one; gives their ids."""
        ...

    async def count(self, user: Party) -> JobCount:
        """How many jobs of a person there are."""
        ...

    async def drafts(self, user: Party) -> Sequence[str]:
        """The ids of a person's drafts, the newest first."""
        ...

    async def old_drafts(self, before: float) -> Sequence[str]:
        """The ids of everybody's that were made before that time, in seconds since 1970."""
        ...
