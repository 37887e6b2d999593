"""What goes on with the jobs of this process, for whoever looks on: free where nobody does."""

import asyncio
from collections import Counter, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from core.errors import Fault

REMEMBERED = 10
"""So many that have ended are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnd:
    """A job that has ended, and how.

    Attributes:
        person: who has ordered it; about: the beginning of its prompt, "" where that is private.
        at: when, in seconds since 1970.
        kind: what was to be made; fault: why that was not.
    """

    id: str
    model: str
    outcome: str
    person: str
    about: str
    at: float
    kind: str
    fault: Fault | None


class JobFollower(Protocol):
    """Wants to know of every job that comes and goes, whether or not anybody looks."""

    def begins(self, job_id: str, *, is_private: bool) -> None:
        """This process has that job from now on; it may be told more than once."""
        ...

    def leaves(self, job_id: str) -> None:
        """It has ended, or another process has it."""
        ...


class JobFeed:
    """Notes that something has changed, never what: whoever looks at all of it finds that out.

    Attributes:
        is_watched: whether anybody waits for news.
        is_closed: whether there will be none any more, since the program stops.
        followers: who is told of each job.
        begun, outcomes: how many jobs have begun here, and how they have ended.
        ends: those that have ended last, the newest at the end.
    """

    def __init__(self) -> None:
        self.is_watched = self.is_closed = False
        self.followers: list[JobFollower] = []
        self.begun = 0
        self.outcomes = Counter[str]()
        self.ends = deque[JobEnd](maxlen=REMEMBERED)
        self._news = asyncio.Event()

    def changed(self) -> None:
        """Something about a job, or an answer, is not as it was."""
        if self.is_watched:
            self._news.set()

    def begins(self, job_id: str, *, is_private: bool, is_new: bool) -> None:
        """This process has a job from now on."""
        self.begun += is_new
        for each in self.followers:
            each.begins(job_id, is_private=is_private)
        self.changed()

    def ends_as(self, end: JobEnd) -> None:
        """A job is over, and its row says so."""
        self.outcomes[end.outcome] += 1
        # One that was tried again ends again.
        self.forget([end.id])
        self.ends.append(end)
        self.changed()

    def recall(self, stored: Iterable[JobEnd]) -> None:
        """Take what is stored of those that have ended, the newest at the end.

        Besides, only that is kept which has ended since that was read.
        """
        ends = list(stored)
        ids, newest = {end.id for end in ends}, max((end.at for end in ends), default=0.0)
        later = [end for end in self.ends if end.at > newest and end.id not in ids]
        self.ends = deque([*ends, *later], maxlen=REMEMBERED)

    def forget(self, ids: Collection[str]) -> None:
        """Know nothing of these any more: their rows are deleted."""
        if any(end.id in ids for end in self.ends):
            self.ends = deque((e for e in self.ends if e.id not in ids), maxlen=REMEMBERED)
            self.changed()

    def leaves(self, job_id: str) -> None:
        """This process has nothing to do with a job any more."""
        for each in self.followers:
            each.leaves(job_id)
        self.changed()

    async def news(self) -> None:
        """Wait until something has changed since this was called last."""
        await self._news.wait()
        self._news.clear()

    def close(self) -> None:
        """Let nobody wait any longer."""
        self.is_closed = True
        self._news.set()
