"""A thousand streams in one process: memory per job, events lost, delay from event to view."""

import asyncio
import gc
import re
import resource
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from statistics import quantiles

import psutil

from benchmarks.bare_client import listen, open_http
from benchmarks.sandbox_process import open_gateway
from benchmarks.stamps import StampedTransport, stamps_of_this_task
from benchmarks.whole_path import open_engine, order, prompt
from core.limits import Limits
from core.media import Event, Rendering
from core.platform import View

STREAMS = 1_000
EVENTS = 120
STREAM_SECONDS = 60.0
# Orders come at this rate, so that streams are not in step with each other.
ORDERS_PER_SECOND = 100
EDIT_SECONDS = 1.0
AIM_BYTES = 150_000
_LONGEST_SECONDS = 600
_LATE_SECONDS = 3 * EDIT_SECONDS
_WEIGH_SECONDS = 0.5
_FILES = 3 * STREAMS
_WARM = "warm"
_PERCENT = re.compile(r"[▓░] (\d+)%")


@dataclass(slots=True)
class StreamState:
    """One stream: when lines were sent that are not reported yet, percentages not yet shown."""

    sent: deque[float] = field(default_factory=deque[float])
    unseen: deque[tuple[int, float]] = field(default_factory=deque[tuple[int, float]])
    percent: int = 0


@dataclass(slots=True)
class Measurement:
    """What a process has measured. Delays count from the moment of sending, in seconds."""

    events: int = 0
    views: int = 0
    never_shown: int = 0
    most_at_once: int = 0
    bytes_per_stream: float = 0.0
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    arrived: list[float] = field(default_factory=list[float])
    shown: list[float] = field(default_factory=list[float])


@asynccontextmanager
async def measured(result: Measurement, running: Callable[[], int]) -> AsyncGenerator[None]:
    """Take times, and weigh the process again and again while it holds more streams than ever."""
    process = psutil.Process()
    gc.collect()
    before = process.memory_info().rss
    start, spent = time.monotonic(), time.process_time()

    async def weigh() -> None:
        while True:
            streams = running()
            if streams and streams >= result.most_at_once:
                result.most_at_once = streams
                result.bytes_per_stream = (process.memory_info().rss - before) / streams
            await asyncio.sleep(_WEIGH_SECONDS)

    scales = asyncio.create_task(weigh())
    yield
    scales.cancel()
    result.wall_seconds = time.monotonic() - start
    result.cpu_seconds = time.process_time() - spent


class EventLog:
    """What became of each event. See `whole_path.Observer`."""

    def __init__(self) -> None:
        self.result = Measurement()
        self.running = 0
        self.most_at_once = 0
        self.over: asyncio.Queue[str] = asyncio.Queue()
        self._streams: dict[str, StreamState] = {}

    def began(self, stream: str) -> None:
        """Open its page, for the wire as well."""
        page = self._streams[stream] = StreamState()
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        stamps_of_this_task.set(page.sent)

    def reported(self, stream: str, event: Event) -> None:
        """The engine has it. A percentage that stands there already will not be waited for."""
        page = self._streams[stream]
        if not isinstance(event, Rendering):
            return
        sent_at = page.sent.popleft()
        if event.fraction is None or stream == _WARM:
            return
        self.result.events += 1
        self.result.arrived.append(time.time() - sent_at)
        percent = min(round(event.fraction * 100), 99)
        last = page.unseen[-1][0] if page.unseen else page.percent
        if percent > last:
            page.unseen.append((percent, sent_at))

    def ended(self, stream: str) -> None:
        """Nothing more comes."""
        self.running -= 1
        self.over.put_nowait(stream)

    def shown(self, stream: str, view: View) -> None:
        """Everything up to the percentage in the view has been shown now."""
        self.result.views += 1
        page = self._streams.get(stream)
        told = _PERCENT.search(view.text)
        if page is None or told is None:
            return
        page.percent = int(told[1])
        while page.unseen and page.unseen[0][0] <= page.percent:
            self.result.shown.append(time.time() - page.unseen.popleft()[1])

    def unseen(self) -> int:
        """How many percentages no view has shown."""
        return sum(len(page.unseen) for page in self._streams.values())


async def bare(root: str) -> Measurement:
    """The same streams without any of our code."""
    result = Measurement()
    streams: list[asyncio.Task[None]] = []

    def heard(sent_at: float) -> None:
        result.arrived.append(time.time() - sent_at)

    async with (
        open_http() as http,
        measured(result, lambda: sum(not stream.done() for stream in streams)),
        asyncio.timeout(_LONGEST_SECONDS),
        asyncio.TaskGroup() as group,
    ):
        for number in range(STREAMS):
            listening = listen(http, root, prompt(f"s{number}", EVENTS), heard)
            streams.append(group.create_task(listening))
            await asyncio.sleep(1 / ORDERS_PER_SECOND)
    result.events = len(result.arrived) - STREAMS  # the line with the link is stamped as well
    return result


async def whole(root: str) -> Measurement:
    """The same streams as jobs of as many people in as many chats."""
    log = EventLog()
    limits = Limits(writes=100_000, window_seconds=60, edit_seconds=EDIT_SECONDS, text_chars=4096)
    async with (
        open_http(StampedTransport) as http,
        open_engine(root, http, limits, log, STREAMS + 1) as engine,
        asyncio.timeout(_LONGEST_SECONDS),
    ):
        # What is loaded or opened with the first job belongs to no job.
        await engine.submit(order(_WARM, 1))
        await log.over.get()
        async with measured(log.result, lambda: log.running):
            for number in range(STREAMS):
                await engine.submit(order(f"s{number}", EVENTS))
                await asyncio.sleep(1 / ORDERS_PER_SECOND)
            for _ in range(STREAMS):
                await log.over.get()
        await asyncio.sleep(_LATE_SECONDS)
    log.result.never_shown = log.unseen()
    return log.result


def run_alone(
    root: str, client: Callable[[str], Coroutine[None, None, Measurement]]
) -> Measurement:
    """Run a client in a fresh process, so that nobody weighs what another has left."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_run, root, client).result()


def _run(root: str, client: Callable[[str], Coroutine[None, None, Measurement]]) -> Measurement:
    return asyncio.run(client(root))


def describe(name: str, result: Measurement, base: Measurement) -> None:
    """Print what a client took, in its own units and against the baseline."""
    cpu = result.cpu_seconds / result.events * 1e6
    base_cpu = base.cpu_seconds / base.events * 1e6
    ratio = result.bytes_per_stream / base.bytes_per_stream
    print(f"{name}: {result.most_at_once} streams at once, {result.wall_seconds:.0f} s")
    print(f"  memory per stream {result.bytes_per_stream / 1000:8.1f} kB {ratio:6.2f}x")
    print(f"  CPU per event     {cpu:8.0f} us {cpu / base_cpu:6.2f}x")
    print(f"  events lost       {STREAMS * EVENTS - result.events:8} of {STREAMS * EVENTS}")
    print(f"  event to client   {_delays(result.arrived)}")


def _delays(seconds: list[float]) -> str:
    percentiles = quantiles(seconds, n=100)
    middle, late = percentiles[49] * 1000, percentiles[98] * 1000
    return f"{middle:8.1f} ms median {late:8.1f} ms p99 {max(seconds) * 1000:8.1f} ms most"


def main() -> None:
    """Measure the baseline, then the whole path, and print both with the aims."""
    _, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_FILES, allowed), allowed))
    with open_gateway(STREAM_SECONDS) as root:
        base = run_alone(root, bare)
        ours = run_alone(root, whole)
    print(f"{STREAMS} streams, {EVENTS} events each in {STREAM_SECONDS:g} s")
    describe("bare httpx + json.loads", base, base)
    describe(f"whole path, an edit per {EDIT_SECONDS:g} s and chat", ours, base)
    print(f"  event to view     {_delays(ours.shown)}")
    print(f"  views             {ours.views:8}, percentages never shown {ours.never_shown}")
    lean = ours.bytes_per_stream <= AIM_BYTES and ours.most_at_once == STREAMS
    whole_ = ours.events == STREAMS * EVENTS
    print(f"aim <= {AIM_BYTES / 1000:g} kB each with all at once: {'met' if lean else 'MISSED'}")
    print(f"aim no event lost: {'met' if whole_ else 'MISSED'}")


if __name__ == "__main__":
    main()
