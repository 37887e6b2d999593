"""Who runs when: limits, order, places in the queue."""

import asyncio
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from core.dispatcher import Hands, QueueLimits
from core.engine.scheduler import Scheduler
from core.jobs import Job
from core.platform import User
from tests.fakes.engine_harness import EngineHarness


class SchedulerHarness:
    """Jobs that run until they are told to end, and what was heard about them."""

    def __init__(self, harness: EngineHarness, *, per_user: int = 2, at_fast: int = 4) -> None:
        self.harness = harness
        self.running: list[str] = []
        self.moves: list[tuple[str, int]] = []
        self.ends: dict[str, asyncio.Event] = {}
        limits = QueueLimits(per_user=per_user, per_gateway={"fast": at_fast})
        self.scheduler = Scheduler(limits)
        self.hands = Hands(
            run=self._run,
            moved=lambda job, position: self.moves.append((job.id, position)),
            take_up=lambda _: False,
            has=lambda _: True,
            rests=lambda _: None,
            let_go=lambda _: None,
            look=self._look,
        )

    async def _look(self) -> None:
        raise AssertionError("nobody else has left anything")

    async def _run(self, job_id: str) -> bool:
        self.running.append(job_id)
        self.ends[job_id] = asyncio.Event()
        try:
            await self.ends[job_id].wait()
        finally:
            self.running.remove(job_id)
        return True

    def job(self, name: str, *, user: str = "", gateway: str = "fast") -> Job:
        """A job with a name for an id; of a user of its own unless told otherwise."""
        owner = User(platform="chat", id=user or name)
        return replace(self.harness.job(), id=name, user=owner, model=f"{gateway}/x")

    async def enqueue(self, *jobs: Job) -> None:
        await self.scheduler.start(self.hands)
        for job in jobs:
            await self.scheduler.enqueue(job)
        await settle()
        self.scheduler.tell_moved()

    async def end(self, name: str) -> None:
        self.ends[name].set()
        await settle()
        self.scheduler.tell_moved()


async def settle() -> None:
    """Let everything happen that can happen now."""
    for _ in range(10):
        await asyncio.sleep(0)


def floor(*, per_user: int = 2, at_fast: int = 4) -> SchedulerHarness:
    """A floor with these limits."""
    return SchedulerHarness(
        EngineHarness(folder=Path(), root=""), per_user=per_user, at_fast=at_fast
    )


async def test_a_user_has_two_jobs_at_once_and_the_third_waits() -> None:
    hall = floor()
    await hall.enqueue(*(hall.job(name, user="ann") for name in "abc"))
    busy = list(hall.running)

    await hall.end("a")

    assert (busy, hall.running) == (["a", "b"], ["b", "c"])


async def test_a_gateway_has_only_as_many_jobs_as_it_allows() -> None:
    hall = floor(at_fast=3)
    await hall.enqueue(*(hall.job(name) for name in "abcde"))
    busy = list(hall.running)

    await hall.end("b")

    assert (busy, hall.running) == (["a", "b", "c"], ["a", "c", "d"])


async def test_a_gateway_that_nobody_knows_gets_one_job_at_a_time() -> None:
    hall = floor()

    await hall.enqueue(*(hall.job(name, gateway="strange") for name in "ab"))

    assert hall.running == ["a"]


async def test_a_full_gateway_does_not_hold_up_the_others() -> None:
    hall = floor(at_fast=1)

    await hall.enqueue(hall.job("a"), hall.job("b"), hall.job("c", gateway="other"))

    assert hall.running == ["a", "c"]


async def test_one_user_with_many_orders_does_not_hold_up_another() -> None:
    hall = floor()
    await hall.enqueue(*(hall.job(f"ann {n}", user="ann") for n in range(20)))

    await hall.enqueue(hall.job("bob 0", user="bob"))

    assert hall.running == ["ann 0", "ann 1", "bob 0"]
    assert hall.scheduler.position("ann 19") == 18


async def test_jobs_start_in_the_order_in_which_they_came() -> None:
    hall = floor(at_fast=1)
    names = [str(number) for number in range(10)]
    await hall.enqueue(*(hall.job(name) for name in names))
    started: list[str] = []

    while hall.running:
        started += hall.running
        await hall.end(hall.running[0])

    assert started == names


async def test_everybody_behind_moves_up_and_is_told_once() -> None:
    hall = floor(at_fast=1)
    await hall.enqueue(*(hall.job(name) for name in "abcd"))
    hall.moves.clear()

    await hall.end("a")

    assert hall.moves == [("c", 1), ("d", 2)]
    assert [hall.scheduler.position(name) for name in "abcd"] == [0, 0, 1, 2]


async def test_a_place_counts_only_those_who_want_the_same() -> None:
    hall = floor(per_user=1, at_fast=1)
    await hall.enqueue(hall.job("a"), hall.job("b"), hall.job("c", gateway="other"))

    await hall.enqueue(hall.job("d", gateway="other"), hall.job("e"), hall.job("f", user="a"))
    await hall.enqueue(hall.job("g", user="c", gateway="third"))

    assert hall.moves == [("b", 1), ("d", 1), ("e", 2), ("f", 3), ("g", 1)]


async def test_a_job_is_dropped_whether_it_waits_or_runs() -> None:
    hall = floor(at_fast=1)
    await hall.enqueue(*(hall.job(name) for name in "abcd"))

    await hall.scheduler.stop("b")
    await hall.scheduler.stop("a")
    await settle()

    assert (hall.running, hall.scheduler.position("d")) == (["c"], 1)


async def test_stopping_what_is_not_there_is_no_error() -> None:
    hall = floor()

    await hall.scheduler.stop("nobody")

    assert hall.running == []


async def test_a_job_stopped_before_its_first_step_gives_its_place_back() -> None:
    hall = floor(at_fast=1)
    await hall.scheduler.start(hall.hands)
    await hall.scheduler.enqueue(hall.job("a"))

    await hall.scheduler.stop("a")
    await hall.enqueue(hall.job("b"))
    await hall.end("b")
    await asyncio.wait_for(hall.scheduler.idle(), timeout=60)

    assert (list(hall.ends), hall.running) == (["b"], [])


async def test_a_job_that_is_taken_up_again_waits_until_its_last_run_is_over() -> None:
    hall = floor()
    await hall.enqueue(hall.job("a"))

    await hall.enqueue(hall.job("a"))
    once = list(hall.running)
    first = hall.ends["a"]
    await hall.end("a")

    assert (once, hall.running) == (["a"], ["a"])
    assert hall.ends["a"] is not first


async def test_idle_means_that_nothing_runs_and_nothing_waits() -> None:
    hall = floor(at_fast=1)
    await hall.enqueue(hall.job("a"), hall.job("b"))
    idle = asyncio.create_task(hall.scheduler.idle())
    await hall.end("a")
    early = idle.done()

    await hall.end("b")

    assert (early, idle.done()) == (False, True)


async def test_closing_stops_all_and_starts_nothing() -> None:
    hall = floor(at_fast=2)
    await hall.enqueue(*(hall.job(name) for name in "abcd"))
    idle = asyncio.create_task(hall.scheduler.idle())

    await hall.scheduler.close()
    await hall.enqueue(hall.job("e"))

    assert (hall.running, sorted(hall.ends)) == ([], ["a", "b"])
    await asyncio.wait_for(idle, timeout=60)


@contextmanager
def counted_calls() -> Generator[list[int]]:
    """How many functions are called inside, of Python and of C: work, however slow the machine."""
    calls = [0]

    def note(_: object, event: str, __: object) -> None:
        calls[0] += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)


async def calls_per_job(jobs: int) -> float:
    """Of queueing so many behind a full gateway, and of ending a hundred."""
    hall = floor(at_fast=1)
    waiting = [hall.job(str(n)) for n in range(jobs)]
    await hall.scheduler.start(hall.hands)
    with counted_calls() as calls:
        for job in waiting:
            await hall.scheduler.enqueue(job)
        for n in range(100):
            await asyncio.sleep(0)
            hall.ends[str(n)].set()
            await settle()
    await hall.scheduler.close()
    return calls[0] / jobs


async def test_a_long_queue_costs_no_more_per_job_than_a_short_one() -> None:
    # The settling after each end is the same for both, so it weighs less in the long one.
    assert await calls_per_job(1600) <= await calls_per_job(200)
