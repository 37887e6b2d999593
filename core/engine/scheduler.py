"""Who runs a job, and when: the local queue with its limits."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from contextvars import Context
from heapq import merge
from itertools import count
from operator import itemgetter

from core.dispatcher import Hands, Line, QueueLimits, Room, Rooms, places, room_of, rooms_of
from core.jobs import Job
from core.platform import User
from core.services import Services


def queue_limits(services: Services, per_user: int) -> QueueLimits:
    """Two limits: one so that nobody fills the queue, one because gateways refuse the surplus."""
    per_gateway = {name: each.concurrency for name, each in services.endpoints.items()}
    return QueueLimits(per_user=per_user, per_gateway=per_gateway)


class Scheduler:
    """Runs jobs as tasks of this process, in the order in which they came.

    An order and an end cost the same however many jobs wait: only those are looked at that want
    the room which has become free, and places in the queue are counted when somebody asks.

    See `core.dispatcher.Dispatcher` for the contract.
    """

    # What an earlier process has left is enqueued by whoever starts.
    takes_up = False

    def __init__(self, limits: QueueLimits) -> None:
        self._limits = limits
        self._hands: Hands | None = None
        self._waiting: dict[str, Job] = {}
        self._numbers = count()
        self._wanting = defaultdict[Room, dict[str, int]](dict)
        self._positions: dict[str, int] | None = {}
        self._told: dict[str, int] = {}
        self._running: dict[str, asyncio.Task[bool]] = {}
        self._used: Counter[Room] = Counter()
        self._closed = False

    async def start(self, hands: Hands) -> None:
        self._hands = hands

    async def join(self, platform: str) -> None:
        """Nothing to do: whoever joins enqueues what is left there."""

    async def enqueue(self, job: Job) -> None:
        self._waiting[job.id] = job
        number = next(self._numbers)
        for room in _rooms(job):
            self._wanting[room][job.id] = number
        self._positions = None
        self._start_where_possible([job])

    async def line(self, user: User) -> Line:
        theirs = len(self._wanting.get(room_of(user), ()))
        return Line(theirs=theirs, in_all=len(self._waiting))

    def position(self, job_id: str) -> int:
        return self._count_positions().get(job_id, 0)

    def lacks(self, job_id: str) -> str:
        job = self._waiting.get(job_id)
        full = filter(self._is_full, _rooms(job)) if job else iter(())
        return next((kind for kind, *_ in full), "")

    def tell_moved(self) -> None:
        before, self._told = self._told, self._count_positions()
        if before is self._told:
            return
        for job_id, position in self._told.items():
            if before.get(job_id) != position:
                self._given.moved(self._waiting[job_id], position)

    async def stop(self, job_id: str) -> bool:
        if job_id in self._waiting:
            self._leave(self._waiting[job_id])
        running = self._running.get(job_id)
        if running:
            running.cancel()
            await asyncio.wait([running])
        return False

    async def hand_over(self, besides: Callable[[], Collection[str]]) -> None:
        """There is nobody else."""

    async def close(self) -> None:
        self._closed = True
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def idle(self) -> None:
        while self._running and not self._closed:
            await asyncio.wait(self._running.values())

    @property
    def _given(self) -> Hands:
        if self._hands is None:
            raise RuntimeError("nothing runs before it is said who does it")
        return self._hands

    def _start_where_possible(self, jobs: Iterator[Job] | list[Job]) -> None:
        # Not only the first: one that waits for its gateway must not hold up those for others.
        for job in jobs:
            if not self._closed and self._has_room(job):
                self._start(job)

    def _start(self, job: Job) -> None:
        self._leave(job)
        self._used.update(_rooms(job))
        # In a context of its own: its log lines are about it, and not about whoever made room.
        run = self._given.run(job.id)
        task = asyncio.create_task(run, name=f"job {job.id}", context=Context())
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
        return self._limits.is_full(room, self._used)

    def _count_positions(self) -> dict[str, int]:
        if self._positions is None:
            self._positions = places((name, _rooms(job)) for name, job in self._waiting.items())
        return self._positions


def _rooms(job: Job) -> Rooms:
    return rooms_of(job.model, job.user)
