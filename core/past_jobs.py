"""Jobs that have ended: until when they are kept, and what goes when somebody wants it gone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.platform import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long things are kept.

    Attributes:
        media_days: the files of a job after its end; 0 for ever.
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


class PastJobStore(Protocol):
    """Where jobs are looked at once they are over. What they have cost is kept in the ledger."""

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

    async def forget(self, user: Party, *, limit: int) -> Sequence[str]:
        """Delete so many ended jobs of a person, at most; gives their ids."""
        ...

    async def count(self, user: Party) -> JobCount:
        """How many jobs of a person there are."""
        ...

    async def drafts(self, user: Party) -> Sequence[str]:
        """The ids of a person's drafts."""
        ...
