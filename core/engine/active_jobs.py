"""The jobs of this process, by their ids, in the order in which they came."""

from collections.abc import Iterator, Mapping

from core.engine.active_job import ActiveJob
from core.feed import JobFeed


class ActiveJobs(Mapping[str, ActiveJob]):
    """Tells the feed of each that comes or goes."""

    def __init__(self, feed: JobFeed) -> None:
        self._jobs: dict[str, ActiveJob] = {}
        self._feed = feed

    def __getitem__(self, job_id: str) -> ActiveJob:
        """The job of that id; raises KeyError."""
        return self._jobs[job_id]

    def __iter__(self) -> Iterator[str]:
        """Give the ids."""
        return iter(self._jobs)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._jobs)

    def put(self, active: ActiveJob) -> None:
        """Add one, or let it take the place of an older one of the same job."""
        job = active.job
        # One that goes on with its next model, or after a restart, is no new one.
        is_new = job.id not in self._jobs and job.started_at is None
        self._jobs[job.id] = active
        # A plan is shown, and gone again.
        if job.is_open:
            self._feed.begins(job.id, is_private=job.request.private, is_new=is_new)

    def take(self, job_id: str) -> ActiveJob | None:
        """Remove one and give it; None where there is none."""
        active = self._jobs.pop(job_id, None)
        if active:
            self._feed.leaves(job_id)
        return active

    def drop(self, active: ActiveJob) -> None:
        """Remove one, unless the job was taken up anew and has another in its place."""
        if self._jobs.get(active.job.id) is active:
            self.take(active.job.id)
