"""Jobs that this process cannot go on with: whoever can does it, or nobody.

Their model is not set up in it, or their rows are of a later version.
"""

from collections.abc import Collection, Sequence

from core.jobs import Job


class Lacking:
    """What this process cannot run.

    Args:
        grace: after so many seconds whoever has the model would have come.
    """

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._ids = set[str]()
        # Those that were passed on from here, and when; nobody else tells of them.
        self._passed_on: dict[str, tuple[float, Job]] = {}

    @property
    def ids(self) -> Collection[str]:
        """Those that are not let in from here."""
        return frozenset(self._ids)

    def note(self, job_id: str) -> None:
        """Take note that somebody was looked for, and that it is not us."""
        self._ids.add(job_id)

    def passed_on(self, job: Job, now: float) -> None:
        """Take note that it is us who looks for somebody; it is given back by then."""
        self._ids.add(job.id)
        self._passed_on[job.id] = now, job

    def found(self, asked: Collection[str], free: Collection[str], now: float) -> Sequence[Job]:
        """Learn which of those that were asked about nobody has; gives what is on hold.

        What somebody has taken is let in from here again, should they be gone one day: how it
        ends may need no model.
        """
        self._ids -= {name for name in asked if name not in free}
        for name in self._passed_on.keys() - self._ids:
            del self._passed_on[name]
        waited = [name for name, (at, _) in self._passed_on.items() if now - at > self._grace]
        return [self._passed_on.pop(name)[1] for name in waited if name in free]
