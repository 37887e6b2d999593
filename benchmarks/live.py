"""Thousands of live jobs in one process: what is lost, how late events are, how long it stands."""

import asyncio
import gc
import resource
import sys
import time
from collections.abc import AsyncGenerator, Coroutine
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import psutil

from benchmarks.bare_client import listen, open_http
from benchmarks.sandbox_process import open_gateway
from benchmarks.stamps import StampedTransport
from benchmarks.streams import EventLog
from benchmarks.tables import percentile_99, print_head, print_row, verdict
from benchmarks.whole_path import open_engine, order, prompt
from bots.cli.garbage import unhurried_collector
from core.engine.engine import Engine
from core.errors import UserError
from core.limits import Limits

EVENTS = 12
# Client and gateway share two cores, and to open a stream costs both of them 2 ms each.
ORDERS_PER_SECOND = 100
# Streams last so much longer than all orders take, so that they are live together.
_SLACK = 2
_TOGETHER_SECONDS = 20
_LONGEST_SECONDS = 600
_TICK_SECONDS = 0.01
_WEIGH_SECONDS = 5.0
_FULL_SECONDS = 0.2
_LIMITS = Limits(writes=100_000, window_seconds=60, edit_seconds=3.0, text_chars=4096)
# By the number of jobs: the 99th percentile of event to client, and the longest stop.
_AIMS = {2_000: (50.0, None), 5_000: (None, 250.0)}


@dataclass(slots=True)
class LiveLoad:
    """What one process has seen; times in milliseconds.

    Attributes:
        stops: for how long nothing else was done, each time.
        busy: what of these times we have computed ourselves; the rest was taken by other programs.
        collections: what each full collection took of the processor.
        younger: what the longest of the others took.
        megabytes: the most that lay in memory.
        files: the most that was open.
    """

    jobs: int = 0
    most_at_once: int = 0
    events: int = 0
    arrived: list[float] = field(default_factory=list[float])
    stops: list[float] = field(default_factory=list[float])
    busy: list[float] = field(default_factory=list[float])
    collections: list[float] = field(default_factory=list[float])
    younger: float = 0.0
    megabytes: float = 0.0
    files: int = 0


@asynccontextmanager
async def watched(outcome: LiveLoad) -> AsyncGenerator[None]:
    """Measure how long the loop stands, and what of it is the collector's."""
    began = 0.0

    def note(phase: str, info: dict[str, int]) -> None:
        nonlocal began
        took = (time.thread_time() - began) * 1e3
        if phase == "start":
            began = time.thread_time()
        elif info["generation"] == 2:
            outcome.collections.append(took)
        else:
            outcome.younger = max(outcome.younger, took)

    async def tick() -> None:
        while True:
            slept, computed = time.perf_counter(), time.thread_time()
            await asyncio.sleep(_TICK_SECONDS)
            outcome.busy.append((time.thread_time() - computed) * 1e3)
            outcome.stops.append((time.perf_counter() - slept - _TICK_SECONDS) * 1e3)

    async def weigh() -> None:
        process = psutil.Process()
        while True:
            await asyncio.sleep(_WEIGH_SECONDS)
            outcome.megabytes = max(outcome.megabytes, process.memory_info().rss / 1e6)
            outcome.files = max(outcome.files, process.num_fds())

    gc.callbacks.append(note)
    watches = [asyncio.create_task(tick()), asyncio.create_task(weigh())]
    yield
    for each in watches:
        each.cancel()
    gc.callbacks.remove(note)


async def paced(jobs: int) -> AsyncGenerator[int]:
    """Count to so many, so many a second; what is late is made up for."""
    began = time.monotonic()
    for number in range(jobs):
        yield number
        await asyncio.sleep(began + (number + 1) / ORDERS_PER_SECOND - time.monotonic())


async def bare(root: str, jobs: int) -> LiveLoad:
    """The same streams without any of our code."""
    outcome = LiveLoad(jobs=jobs)
    running = 0

    async def hear(number: int) -> None:
        nonlocal running
        running += 1
        outcome.most_at_once = max(outcome.most_at_once, running)
        await listen(
            http,
            root,
            prompt(f"s{number}", EVENTS),
            lambda sent_at: outcome.arrived.append((time.time() - sent_at) * 1e3),
        )
        running -= 1

    async with (
        open_http() as http,
        watched(outcome),
        asyncio.timeout(_LONGEST_SECONDS),
        asyncio.TaskGroup() as group,
    ):
        async for number in paced(jobs):
            group.create_task(hear(number))
    outcome.events = len(outcome.arrived) - jobs  # the line with the link is stamped as well
    return outcome


async def taken(engine: Engine, number: int) -> None:
    """Order as people do whom a full line sends away: again, a little later.

    On a machine that has much else to do, jobs begin later than they are ordered.
    """
    while True:
        try:
            await engine.submit(order(f"s{number}", EVENTS))
        except UserError as error:
            if error.key != "line-full":
                raise
            await asyncio.sleep(_FULL_SECONDS)
        else:
            return


async def whole(root: str, jobs: int) -> LiveLoad:
    """The same streams as jobs of as many people in as many chats."""
    log, outcome = EventLog(), LiveLoad(jobs=jobs)
    async with (
        open_http(StampedTransport) as http,
        open_engine(root, http, _LIMITS, log, jobs) as engine,
        unhurried_collector(engine),
        watched(outcome),
        asyncio.timeout(_LONGEST_SECONDS),
    ):
        # As people do, who do not wait for each other; each waits for the disk.
        async with asyncio.TaskGroup() as group:
            async for number in paced(jobs):
                group.create_task(taken(engine, number))
        for _ in range(jobs):
            await log.over.get()
    outcome.most_at_once = log.most_at_once
    outcome.events = log.result.events
    outcome.arrived = [seconds * 1e3 for seconds in log.result.arrived]
    return outcome


def run_alone(client: Any, root: str, jobs: int) -> LiveLoad:
    """Run it in a fresh process, whose memory is nobody else's."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_run, client, root, jobs).result()


def _run(client: Any, root: str, jobs: int) -> LiveLoad:
    work: Coroutine[Any, Any, LiveLoad] = client(root, jobs)
    return asyncio.run(work)


def describe(name: str, outcome: LiveLoad) -> None:
    """Print the row."""
    late, stop = percentile_99(outcome.arrived), max(outcome.stops)
    aim_late, aim_stop = _AIMS.get(outcome.jobs, (None, None))
    aims = [f"{outcome.jobs:,} and none lost"]
    is_met = outcome.most_at_once == outcome.jobs
    is_met = is_met and outcome.events == outcome.jobs * EVENTS
    if aim_late is not None:
        aims.append(f"p99 <= {aim_late:g} ms")
        is_met = is_met and late <= aim_late
    if aim_stop is not None:
        aims.append(f"longest stop <= {aim_stop:g} ms")
        is_met = is_met and stop <= aim_stop
    longest = max(outcome.collections, default=0.0)
    print_row(
        name,
        f"{outcome.most_at_once:,}",
        f"{outcome.jobs * EVENTS - outcome.events}",
        f"{late:.0f} ms",
        f"{stop:.0f} ms, {max(outcome.busy):.0f} ms",
        f"{len(outcome.collections)}, {longest:.0f} ms; {outcome.younger:.0f} ms",
        f"{outcome.megabytes:.0f} MB, {outcome.files:,}",
        "" if name.startswith("bare") else f"{', '.join(aims)}: {verdict(is_met=is_met)}",
    )


def main() -> None:
    """Measure so many jobs as the command line says, and print the table."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    _, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(3 * jobs + 100, allowed), allowed))
    clients = {"bare httpx + json.loads": bare, "whole path": whole}
    seconds = _SLACK * jobs / ORDERS_PER_SECOND + _TOGETHER_SECONDS
    print(f"{jobs:,} streams of {EVENTS} events in {seconds:g} s, {ORDERS_PER_SECOND} a second")
    print_head(
        "",
        "at once",
        "events lost",
        "event to client: p99",
        "longest stop; of our own computing",
        "full collections: how many, CPU of the longest; of the longest other",
        "RSS, open files",
        "aim",
    )
    with open_gateway(seconds) as root:
        for name, client in clients.items():
            describe(name, run_alone(client, root, jobs))


if __name__ == "__main__":
    main()
