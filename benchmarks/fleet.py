"""Several machines on one Postgres: what they do together, and what they cost beside SQLite."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import psutil
import psycopg

from benchmarks.acknowledgments import spent
from benchmarks.bot_bench import OURS, prompt
from benchmarks.tables import print_head, print_row, refused, spread
from benchmarks.telegram_bench import TelegramBench, open_telegram_bench
from tests.fakes.postgres import PostgresServer, own_server
from tests.fakes.relay import Relay

JOBS = 500
MACHINES = (0, 1, 2, 3)
_STREAM_SECONDS = 5.0
_EVENTS = 10
_LONGEST_SECONDS = 600.0
# For what a single event costs: many of them in one stream, beside a stream of few.
_MANY, _FEW = 300, 30
_LONG_STREAM_SECONDS = 30.0
_IDLE_SECONDS = 30.0
_MEMBERS = "SELECT count(*) FROM workers"
_COUNTING = "pg_stat_statements"
_COUNTED = """SELECT sum(calls), sum(wal_bytes) FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What so many machines took for all jobs, in seconds."""

    jobs_per_second: float
    first_answers: list[float]
    first_frames: list[float]
    cpu_per_job: float
    floods: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a database was told, and how much went to it and back."""

    statements: int
    sent: int
    answered: int
    journal: int

    def since(self, before: "Traffic") -> "Traffic":
        """What has come since then."""
        return Traffic(
            self.statements - before.statements,
            self.sent - before.sent,
            self.answered - before.answered,
            self.journal - before.journal,
        )


@asynccontextmanager
async def machines(
    bench: TelegramBench, number: int, url: str
) -> AsyncGenerator[list[psutil.Process]]:
    """So many, each in a folder of its own; without a number, one on SQLite."""
    async with AsyncExitStack() as stack:
        processes = list[psutil.Process]()
        for each in range(number or 1):
            folder = bench.folder / f"machine-{each}"
            folder.mkdir()
            (folder / "bench.toml").symlink_to(bench.folder / "bench.toml")
            shared = {"DATABASE_URL": url} if number else {}
            at = replace(bench, folder=folder, variables={**bench.variables, **shared})
            processes.append(await stack.enter_async_context(at.bot(*OURS)))
            await (until_members(url, each + 1) if number else bench.until_connected(0))
        await bench.until_connected(0)
        yield processes


async def until_members(url: str, number: int) -> None:
    """Wait until so many have joined."""
    async with asyncio.timeout(_LONGEST_SECONDS):
        # In a thread: a relay of this loop may stand between.
        while await asyncio.to_thread(asked, url, _MEMBERS) < [number]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def asked(url: str, query: str) -> list[int]:
    """The row of numbers that the database answers with."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    return [int(number or 0) for number in row or ()]


async def together(number: int, url: str) -> Together:
    """Order everything at once, in as many private chats, and wait for all videos."""
    async with open_telegram_bench(_STREAM_SECONDS, concurrency=JOBS) as bench:
        places = [bench.open_place(f"fan{each}") for each in range(JOBS)]
        async with machines(bench, number, url) as processes:
            before, began = sum(map(spent, processes)), asyncio.get_running_loop().time()
            for each, place in enumerate(places):
                bench.command(place, "video", prompt(f"clip{each}", _EVENTS))
            await bench.until_posted((f"clip{each}" for each in range(JOBS)), _LONGEST_SECONDS)
            took = max(bench.posted().values()) - began
            cpu = sum(map(spent, processes)) - before
        answers, frames = firsts(bench)
        return Together(
            jobs_per_second=JOBS / took,
            first_answers=[at - began for at in answers.values()],
            first_frames=[at - began for at in frames.values()],
            cpu_per_job=cpu / JOBS,
            floods=refused(call.status for call in bench.wanted()),
        )


def firsts(bench: TelegramBench) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """By chat: when something was written first, and when something was shown of the video."""
    answers, frames = dict[str, float](), dict[str, float]()
    for call in bench.wanted():
        if call.status == 200:
            chat = str(call.params["chat_id"])
            answers.setdefault(chat, call.at)
            if not call.method.startswith("sendMessage"):
                frames.setdefault(chat, call.at)
    return answers, frames


async def stream(server: PostgresServer, events: int) -> Traffic:
    """One machine with one stream of so many events."""
    url = counted_database(server)
    async with (
        open_telegram_bench(_LONG_STREAM_SECONDS) as bench,
        Relay(url) as relay,
        machines(bench, 1, relay.url),
    ):
        place, before = bench.open_place("fan"), traffic(url, relay)
        bench.command(place, "video", prompt("clip0", events))
        await bench.until_posted(["clip0"], _LONGEST_SECONDS)
        return traffic(url, relay).since(before)


def traffic(url: str, relay: Relay) -> Traffic:
    """Everything so far."""
    statements, journal = asked(url, _COUNTED)
    return Traffic(statements, relay.sent, relay.answered, journal)


def counted_database(server: PostgresServer) -> str:
    """One that counts what is said to it."""
    url = server.new_database()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE EXTENSION {_COUNTING}".encode())
    return url


async def idle(server: PostgresServer, number: int) -> tuple[Traffic, float, float]:
    """What so many cost that have nothing to do; gives the shares of a core, too, in percent."""
    url = counted_database(server)
    async with (
        open_telegram_bench(_STREAM_SECONDS) as bench,
        Relay(url) as relay,
        machines(bench, number, relay.url) as processes,
    ):
        await bench.until_quiet()
        postgres = [psutil.Process(server.pid), *psutil.Process(server.pid).children()]
        before, bots, base = traffic(url, relay), sum(map(spent, processes)), cpu(postgres)
        await asyncio.sleep(_IDLE_SECONDS)
        return (
            traffic(url, relay).since(before),
            (sum(map(spent, processes)) - bots) / _IDLE_SECONDS * 100,
            (cpu(postgres) - base) / _IDLE_SECONDS * 100,
        )


def cpu(processes: Iterable[psutil.Process]) -> float:
    """What those of them that are still there have computed, in seconds."""
    return sum(spent(each) for each in processes if each.is_running())


def print_together(number: int, took: Together) -> None:
    """Print the row."""
    print_row(
        f"{number} on Postgres" if number else "1 on SQLite",
        f"{took.jobs_per_second:.1f}",
        spread(took.first_answers),
        spread(took.first_frames),
        f"{took.cpu_per_job * 1000:.0f} ms",
        str(took.floods),
    )


async def measure(server: PostgresServer) -> None:
    """Print all tables."""
    print_head(
        f"{JOBS} orders at once, machines",
        "jobs a second",
        "first answer: median, p99",
        "first frame: median, p99",
        "CPU of the bots a job",
        "429s",
    )
    for number in MACHINES:
        print_together(number, await together(number, server.new_database()))
    print()
    print_head("", "statements", "bytes sent", "bytes answered", "bytes of journal", "CPU")
    many, few = [await stream(server, events) for events in (_MANY, _FEW)]
    print_row(f"a job of {_LONG_STREAM_SECONDS:g} s, {_FEW} events", *shares(few, 1, 0), "")
    print_row("each event more", *shares(many.since(few), _MANY - _FEW, 2), "")
    for number in (1, 2):
        cost, bots, postgres = await idle(server, number)
        print_row(
            f"{number} idle, a second",
            *shares(cost, _IDLE_SECONDS, 1),
            f"{bots:.2f} % and {postgres:.2f} % of a core",
        )


def shares(cost: Traffic, parts: float, digits: int) -> Iterable[str]:
    """What one part of it costs."""
    numbers = (cost.statements, cost.sent, cost.answered, cost.journal)
    return (f"{number / parts:.{digits}f}" for number in numbers)


def main() -> None:
    """Measure and print the tables; on Postgres, that of the development tools."""
    with own_server(shared_preload_libraries=_COUNTING) as server:
        asyncio.run(measure(server))


if __name__ == "__main__":
    main()
