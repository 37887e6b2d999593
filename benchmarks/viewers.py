"""What it costs the bot that two hundred look on while five hundred jobs run."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import median
from typing import cast

from benchmarks.bare_client import open_http
from benchmarks.live import paced
from benchmarks.progress import Tally
from benchmarks.sandbox_process import open_gateway
from benchmarks.tables import print_head, print_row, verdict
from benchmarks.whole_path import ObservedDialect, ObservedServices, open_engine, order
from bots.pools import allow_connections
from bots.port import open_port
from bots.server import serve_at
from bots.web.service import all_pages
from core.catalog import Model
from core.dialects import Generation
from core.engine.engine import Engine
from core.i18n import Locale
from core.limits import Limits
from core.media import Event, RemoteAsset, Rendering
from core.people.access import Policy
from core.people.sessions import Area
from core.platform import ConversationRef, User

JOBS = 500
VIEWERS = 200
# One session gets no more than ten streams.
_SESSIONS = VIEWERS // 5
# Without and with viewers in turns, so that whatever else the machine does is in both.
TURNS = 10
TURN_SECONDS = 4.0
AIM = 1.1
EVENTS = 200
STREAM_SECONDS = 200.0
_LIMITS = Limits(writes=100_000, window_seconds=60, edit_seconds=3.0, text_chars=4096)
_ADMIN = User(platform="bench", id="admin")
_HERE = ConversationRef(platform="bench", chat="admin")
_FAREWELL_SECONDS = 10


class TimedServices(ObservedServices):
    """Services whose dialects also say how long the engine takes to take an event in."""

    def dialect(self, model: Model) -> "TimedDialect":
        """The same dialect with a clock."""
        dialect = TimedDialect(self.endpoint(model), self.http)
        dialect.observer = self.observer
        return dialect


class TimedDialect(ObservedDialect):
    """Adds up what events take from where the dialect has understood them."""

    async def generate(self, generation: Generation) -> tuple[RemoteAsset, ...]:
        """Do as the dialect does."""
        observer = cast("TimedTally", self.observer)

        async def timed(event: Event) -> None:
            # It waits for nothing, so what passes meanwhile is its own.
            start = time.thread_time()
            await generation.report(event)
            if isinstance(event, Rendering):
                observer.path += time.thread_time() - start

        return await super().generate(replace(generation, report=timed))


class TimedTally(Tally):
    """Counts events, and the seconds that they took within the engine."""

    path = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedTurn:
    """What a turn has cost; times in microseconds per event.

    Attributes:
        process: of the processor, all that the process does.
        path: from where the dialect has understood an event until the engine has taken it in.
        share: the share of a core that the process takes.
    """

    process: float
    path: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceCount:
    """What all viewers together were told in a turn."""

    viewers: int = 0
    frames: int = 0
    megabytes: float = 0.0


@dataclass(slots=True)
class LookingCrowd:
    """Viewers in another process."""

    pipe: Connection
    told: list[AudienceCount] = field(default_factory=list[AudienceCount])

    async def come(self) -> None:
        """Let all of them look on."""
        await asyncio.to_thread(self._ask, "come")

    async def go(self) -> None:
        """Let all of them leave."""
        self.told.append(await asyncio.to_thread(self._ask, "go"))

    def _ask(self, what: str) -> AudienceCount:
        self.pipe.send(what)
        return self.pipe.recv()


@contextmanager
def open_crowd(port: int, cookies: list[str]) -> Generator[LookingCrowd]:
    """Start the process that they are in, and end it."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_look_on, args=(theirs, port, cookies))
    process.start()
    theirs.close()
    try:
        yield LookingCrowd(ours)
    finally:
        ours.close()
        process.join(_FAREWELL_SECONDS)
        process.kill()
        process.join()


def _look_on(pipe: Connection, port: int, cookies: list[str]) -> None:
    asyncio.run(_watch(pipe, port, cookies))


async def _watch(pipe: Connection, port: int, cookies: list[str]) -> None:
    viewers: list[_Viewer] = []
    while True:
        try:
            asked = await asyncio.to_thread(pipe.recv)
        except EOFError:
            return
        if asked == "come":
            viewers = [_Viewer() for _ in range(VIEWERS)]
            for viewer, cookie in zip(viewers, cycle(cookies), strict=False):
                await viewer.open(port, cookie)
        else:
            await asyncio.gather(*(viewer.close() for viewer in viewers))
        frames, size = sum(v.frames for v in viewers), sum(v.size for v in viewers)
        pipe.send(AudienceCount(viewers=len(viewers), frames=frames, megabytes=size / 1e6))


class _Viewer:
    """Reads a stream, and counts what comes."""

    def __init__(self) -> None:
        self.frames = self.size = 0
        self._reading: asyncio.Task[None] | None = None

    async def open(self, port: int, cookie: str) -> None:
        reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        ask = f"GET /dashboard/events HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n"
        self._writer.write(ask.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise SystemExit(f"a viewer was refused: {head[:200]!r}")
        self._reading = asyncio.create_task(self._read(reader))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while piece := await reader.read(65_536):
            self.frames += piece.count(b"data: ")
            self.size += len(piece)

    async def close(self) -> None:
        self._writer.close()
        if self._reading:
            self._reading.cancel()


@asynccontextmanager
async def measured(tally: TimedTally, turns: list[WatchedTurn]) -> AsyncGenerator[None]:
    """Note what a turn costs."""
    events, path = tally.events, tally.path
    process, clock = time.process_time(), time.perf_counter()
    yield
    events, path = tally.events - events, tally.path - path
    process, clock = time.process_time() - process, time.perf_counter() - clock
    turn = WatchedTurn(
        process=process * 1e6 / events, path=path * 1e6 / events, share=process / clock
    )
    turns.append(turn)


async def play(
    root: str, alone: list[WatchedTurn], watched: list[WatchedTurn]
) -> list[AudienceCount]:
    """All jobs, and viewers who come and go; gives what these were told in each turn."""
    tally, listener = TimedTally(JOBS), open_port(0, "127.0.0.1")
    port: int = listener.getsockname()[1]
    async with (
        open_http() as http,
        open_engine(
            root,
            http,
            _LIMITS,
            tally,
            JOBS,
            made=TimedServices,
            policy=Policy(admins=frozenset({str(_ADMIN.party)})),
            own_url=f"http://127.0.0.1:{port}",
        ) as engine,
        serve_at(all_pages(engine, Locale.EN, seats=10, viewers=VIEWERS + 10), listener),
    ):
        with open_crowd(port, [await _cookie(engine) for _ in range(_SESSIONS)]) as crowd:
            async with asyncio.TaskGroup() as group:
                async for number in paced(JOBS):
                    group.create_task(engine.submit(order(f"s{number}", EVENTS)))
            for _ in range(TURNS):
                async with measured(tally, alone):
                    await asyncio.sleep(TURN_SECONDS)
                await crowd.come()
                async with measured(tally, watched):
                    await asyncio.sleep(TURN_SECONDS)
                await crowd.go()
                # Until all have left, and nothing of them is counted in the next turn.
                await asyncio.sleep(1.0)
        if engine.open_jobs != JOBS or tally.all_ended.is_set():
            raise SystemExit(f"{engine.open_jobs} jobs ran to the end, and not {JOBS}")
    return crowd.told


async def _cookie(engine: Engine) -> str:
    secret, _ = await engine.services.sessions.begin(Area.DASHBOARD, _ADMIN, _HERE)
    return f"cliprelay-dashboard={secret}"


def main() -> None:
    """Measure in turns and print the table."""
    allow_connections()
    alone, watched = list[WatchedTurn](), list[WatchedTurn]()
    with open_gateway(STREAM_SECONDS) as root:
        told = asyncio.run(play(root, alone, watched))
    print(
        f"{JOBS} jobs, {EVENTS} events each in {STREAM_SECONDS:g} s; turns of {TURN_SECONDS:g} s"
    )
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print_head(
        "viewers",
        "engine's path per event",
        "ratio",
        f"aim <= {AIM}",
        "CPU of the process per event",
        "ratio",
        "of a core",
        "frames, kB a second to each",
    )
    _describe("none", alone, alone, "")
    seconds = TURN_SECONDS * VIEWERS
    frames = median(each.frames for each in told) / seconds
    size = median(each.megabytes for each in told) * 1e3 / seconds
    _describe(str(VIEWERS), watched, alone, f"{frames:.1f}, {size:.1f}")


def _describe(name: str, turns: list[WatchedTurn], base: list[WatchedTurn], told: str) -> None:
    path = median(each.path for each in turns) / median(each.path for each in base)
    process = median(each.process for each in turns) / median(each.process for each in base)
    is_base = turns is base
    print_row(
        name,
        f"{median(each.path for each in turns):.1f} us",
        f"{path:.2f}",
        "" if is_base else verdict(is_met=path <= AIM),
        f"{median(each.process for each in turns):.0f} us",
        f"{process:.2f}",
        f"{median(each.share for each in turns):.0%}",
        told,
    )


if __name__ == "__main__":
    main()
