"""CPU time per progress event: the whole path against a bare client of the same streams."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from dataclasses import dataclass, field
from statistics import median

from benchmarks.bare_client import listen, open_http
from benchmarks.sandbox_process import open_gateway
from benchmarks.whole_path import MODEL_DATA, endpoint_at, open_engine, order, prompt
from bots.job_logs import keeping_logs
from core.dialects import DIALECTS, Generation
from core.limits import Limits
from core.media import Event, MediaRequest, Rendering
from core.platform import View

ROUNDS = 5
JOBS = 16
EVENTS = 120
STREAM_SECONDS = 4.0
AIM = 3.0


class Tally:
    """Counts events and views. See `whole_path.Observer`."""

    def __init__(self, jobs: int = JOBS) -> None:
        self.jobs = jobs
        self.events = 0
        self.views = 0
        self.all_ended = asyncio.Event()
        self._ended = 0

    def began(self, stream: str) -> None:
        """Nothing to count."""

    def reported(self, stream: str, event: Event) -> None:
        """Count what tells a number."""
        del stream
        self.events += isinstance(event, Rendering) and event.fraction is not None

    def ended(self, stream: str) -> None:
        """Say when it was the last one."""
        del stream
        self._ended += 1
        if self._ended == self.jobs:
            self.all_ended.set()

    def shown(self, stream: str, view: View) -> None:
        """Count it and throw it away."""
        del stream, view
        self.views += 1


Play = Callable[[str, Tally], Coroutine[None, None, float]]


async def bare(root: str, tally: Tally) -> float:
    """Each line parsed and thrown away."""

    def heard(_: float) -> None:
        tally.events += 1

    async with open_http() as http:
        start = time.process_time()
        streams = (listen(http, root, prompt(f"s{n}", EVENTS), heard) for n in range(JOBS))
        await asyncio.gather(*streams)
        tally.events -= JOBS  # the line with the link is stamped as well
        return time.process_time() - start


async def understood(root: str, tally: Tally) -> float:
    """Only the dialect: each line understood, its event thrown away."""

    async def report(event: Event) -> None:
        tally.reported("", event)

    async with open_http() as http:
        start = time.process_time()
        dialect = DIALECTS[MODEL_DATA.dialect](endpoint_at(root, JOBS), http)
        requests = (MediaRequest(prompt=prompt(f"s{n}", EVENTS)) for n in range(JOBS))
        wanted = (Generation(model=MODEL_DATA, request=r, report=report) for r in requests)
        await asyncio.gather(*map(dialect.generate, wanted))
        return time.process_time() - start


def whole(edit_seconds: float, *, keeps_logs: bool = False) -> Play:
    """Jobs, from the order to the last event, in chats that take an edit so often."""
    limits = Limits(writes=100_000, window_seconds=60, edit_seconds=edit_seconds, text_chars=4096)

    async def run(root: str, tally: Tally) -> float:
        async with (
            open_http() as http,
            open_engine(root, http, limits, tally, JOBS) as engine,
            keeping_logs(engine.services) if keeps_logs else nullcontext(),
        ):
            start = time.process_time()
            for number in range(JOBS):
                await engine.submit(order(f"s{number}", EVENTS))
            await tally.all_ended.wait()
            return time.process_time() - start

    return run


@dataclass(slots=True)
class MeasuredPath:
    """One line of the table: what is measured, and what each round took."""

    name: str
    run: Play
    microseconds: list[float] = field(default_factory=list[float])
    views: list[float] = field(default_factory=list[float])

    def play(self, root: str) -> None:
        """One round; a lost event makes its time worthless."""
        tally = Tally()
        seconds = asyncio.run(self.run(root, tally))
        if tally.events != JOBS * EVENTS:
            raise SystemExit(f"{self.name}: {tally.events} of {JOBS * EVENTS} events")
        self.microseconds.append(seconds * 1e6 / tally.events)
        self.views.append(tally.views / tally.events)

    def ratio(self, base: "MeasuredPath") -> float:
        """Against the baseline, round by round."""
        pairs = zip(self.microseconds, base.microseconds, strict=True)
        return median(mine / theirs for mine, theirs in pairs)


def main() -> None:
    """Measure in turns and print the table."""
    rows = [
        MeasuredPath("bare httpx + json.loads", bare),
        MeasuredPath("dialect: bytes to events", understood),
        MeasuredPath("whole path, an edit per second", whole(1.0)),
        MeasuredPath("the same, logs of jobs are kept", whole(1.0, keeps_logs=True)),
        MeasuredPath("whole path, every event edited", whole(0.0)),
    ]
    with open_gateway(STREAM_SECONDS) as root:
        for _ in range(ROUNDS):
            for row in rows:
                row.play(root)
    print(f"{JOBS} streams at once, {EVENTS} events in {STREAM_SECONDS:g} s, {ROUNDS} rounds")
    print(f"{'CPU per progress event':32}{'us':>8}{'ratio':>8}{'views':>8}   aim")
    for row in rows:
        ratio = row.ratio(rows[0])
        aim = "" if row in rows[:2] else f"<= {AIM:g}: {'met' if ratio <= AIM else 'MISSED'}"
        times, views = median(row.microseconds), median(row.views)
        print(f"{row.name:32}{times:8.0f}{ratio:7.2f}x{views:8.2f}   {aim}")


if __name__ == "__main__":
    main()
