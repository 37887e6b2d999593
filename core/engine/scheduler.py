"""Who runs a job, and when: the local queue with its limits."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass

from core.jobs import Job
from core.platform import User


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLimits:
    """How many jobs may run at once: of one user, and at each gateway."""

    per_user: int
    per_gateway: Mapping[str, int]


class Scheduler:
    """Runs jobs as tasks of this process, in the order in which they came.

    Args:
        run: does one job to its end; never raises.
        moved: told about each waiting job whose place in the queue has changed.
    """

    def __init__(
        self,
        limits: QueueLimits,
        run: Callable[[str], Coroutine[None, None, None]],
        moved: Callable[[Job, int], None],
    ) -> None:
        self._limits = limits
        self._run = run
        self._moved = moved
        self._waiting: dict[str, Job] = {}
        self._positions: dict[str, int] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._of_user: Counter[tuple[str, str]] = Counter()
        self._of_gateway: Counter[str] = Counter()
        self._closed = False

    async def enqueue(self, job: Job) -> None:
        """Queue the job; it starts at once where there is room."""
        self._waiting[job.id] = job
        self._fill()

    def position(self, job_id: str) -> int:
        """Its place in the queue, from 1; 0 when it does not wait."""
        return self._positions.get(job_id, 0)

    async def stop(self, job_id: str) -> None:
        """Drop one job and wait until nothing of it runs here any more."""
        self._waiting.pop(job_id, None)
        running = self._running.get(job_id)
        if running:
            running.cancel()
            await asyncio.wait([running])
        self._fill()

    async def close(self) -> None:
        """Stop everything; the rows stay as they are and the next start goes on with them."""
        self._closed = True
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def idle(self) -> None:
        """Wait until nothing runs and nothing waits."""
        while self._running and not self._closed:
            await asyncio.wait(self._running.values())

    def _fill(self) -> None:
        # Not only the first: one that waits for its gateway must not hold up those for others.
        for job in list(self._waiting.values()):
            if not self._closed and self._has_room(job):
                self._start(job)
        self._tell_positions()

    def _start(self, job: Job) -> None:
        del self._waiting[job.id]
        self._of_user[_owner(job.user)] += 1
        self._of_gateway[job.gateway] += 1
        task = asyncio.create_task(self._run(job.id), name=f"job {job.id}")
        self._running[job.id] = task
        # Not a `finally` inside: a task that is cancelled before its first step never gets there.
        task.add_done_callback(lambda _: self._ended(job))

    def _ended(self, job: Job) -> None:
        del self._running[job.id]
        self._of_user[_owner(job.user)] -= 1
        self._of_gateway[job.gateway] -= 1
        self._fill()

    def _has_room(self, job: Job) -> bool:
        if job.id in self._running:  # retried while its last run still says goodbye
            return False
        allowed = self._limits.per_gateway.get(job.gateway, 1)
        if self._of_gateway[job.gateway] >= allowed:
            return False
        return self._of_user[_owner(job.user)] < self._limits.per_user

    def _tell_positions(self) -> None:
        # Only jobs that want the same room are ahead of each other; a global number would scare.
        before, self._positions = self._positions, {}
        ahead: list[Job] = []
        for job in self._waiting.values():
            rivals = [other for other in ahead if _competes(other, job)]
            self._positions[job.id] = len(rivals) + 1
            ahead.append(job)
            if before.get(job.id) != self._positions[job.id]:
                self._moved(job, self._positions[job.id])


def _owner(user: User) -> tuple[str, str]:
    return user.platform, user.id


def _competes(first: Job, second: Job) -> bool:
    return first.gateway == second.gateway or _owner(first.user) == _owner(second.user)
