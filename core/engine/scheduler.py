"""Who runs a job, and when: the local queue with its limits."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextvars import Context
from dataclasses import dataclass
from heapq import merge
from itertools import count
from operator import itemgetter

from core.jobs import Job
from core.platform import User

# What only so many jobs may have at once: a gateway's place, or one of a person's.
Room = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLimits:
    """How many jobs may run at once: of one user, and at each gateway."""

    per_user: int
    per_gateway: Mapping[str, int]


class Scheduler:
    """Runs jobs as tasks of this process, in the order in which they came.

    An order and an end cost the same however many jobs wait: only those are looked at that want
    the room which has become free, and places in the queue are counted when somebody asks.

    Args:
        run: does one job to its end; never raises.
        moved: told by `tell_moved` about each waiting job whose place in the queue has changed.
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
        self._numbers = count()
        self._wanting = defaultdict[Room, dict[str, int]](dict)
        self._positions: dict[str, int] | None = {}
        self._told: dict[str, int] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._used: Counter[Room] = Counter()
        self._closed = False

    async def enqueue(self, job: Job) -> None:
        """Queue the job; it starts at once where there is room."""
        self._waiting[job.id] = job
        number = next(self._numbers)
        for room in _rooms(job):
            self._wanting[room][job.id] = number
        self._positions = None
        self._start_where_possible([job])

    @property
    def waiting(self) -> int:
        """How many jobs wait for their turn."""
        return len(self._waiting)

    def waiting_of(self, user: User) -> int:
        """How many of one person's jobs do."""
        return len(self._wanting.get(_room_of(user), ()))

    def position(self, job_id: str) -> int:
        """Its place in the queue, from 1; 0 when it does not wait."""
        return self._count_positions().get(job_id, 0)

    def tell_moved(self) -> None:
        """Tell each waiting job whose place in the queue has changed since the last time."""
        before, self._told = self._told, self._count_positions()
        if before is self._told:
            return
        for job_id, position in self._told.items():
            if before.get(job_id) != position:
                self._moved(self._waiting[job_id], position)

    async def stop(self, job_id: str) -> None:
        """Drop one job and wait until nothing of it runs here any more."""
        if job_id in self._waiting:
            self._leave(self._waiting[job_id])
        running = self._running.get(job_id)
        if running:
            running.cancel()
            await asyncio.wait([running])

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

    def _start_where_possible(self, jobs: Iterator[Job] | list[Job]) -> None:
        # Not only the first: one that waits for its gateway must not hold up those for others.
        for job in jobs:
            if not self._closed and self._has_room(job):
                self._start(job)

    def _start(self, job: Job) -> None:
        self._leave(job)
        self._used.update(_rooms(job))
        # In a context of its own: its log lines are about it, and not about whoever made room.
        task = asyncio.create_task(self._run(job.id), name=f"job {job.id}", context=Context())
        self._running[job.id] = task
        # Not a `finally` inside: a task that is cancelled before its first step never gets there.
        task.add_done_callback(lambda _: self._ended(job))

    def _ended(self, job: Job) -> None:
        del self._running[job.id]
        self._used.subtract(_rooms(job))
        self._start_where_possible(self._wanting_any(_rooms(job)))

    def _leave(self, job: Job) -> None:
        """Take a job out of the queue."""
        del self._waiting[job.id]
        for room in _rooms(job):
            wanting = self._wanting[room]
            del wanting[job.id]
            if not wanting:
                del self._wanting[room]
        self._positions = None

    def _wanting_any(self, rooms: tuple[Room, ...]) -> Iterator[Job]:
        """The jobs that wait for any of these rooms, as long as there is room, oldest first."""
        for job_id, _ in merge(*map(self._wanting_one, rooms), key=itemgetter(1)):
            if job := self._waiting.get(job_id):
                yield job

    def _wanting_one(self, room: Room) -> Iterator[tuple[str, int]]:
        # A copy, since those that start leave the queue.
        for each in list(self._wanting.get(room, {}).items()):
            if self._is_full(room):
                return
            yield each

    def _has_room(self, job: Job) -> bool:
        if job.id in self._running:  # retried while its last run still says goodbye
            return False
        return not any(map(self._is_full, _rooms(job)))

    def _is_full(self, room: Room) -> bool:
        kind, *name = room
        if kind == "user":
            return self._used[room] >= self._limits.per_user
        return self._used[room] >= self._limits.per_gateway.get(name[0], 1)

    def _count_positions(self) -> dict[str, int]:
        # Only jobs that want the same room are ahead of each other; a global number would scare.
        if self._positions is None:
            self._positions, ahead = {}, Counter[Room]()
            for job in self._waiting.values():
                gateway, user = _rooms(job)
                both = gateway + user
                self._positions[job.id] = ahead[gateway] + ahead[user] - ahead[both] + 1
                ahead.update((gateway, user, both))
        return self._positions


def _rooms(job: Job) -> tuple[Room, Room]:
    return ("gateway", job.gateway), _room_of(job.user)


def _room_of(user: User) -> Room:
    return "user", user.platform, user.id
