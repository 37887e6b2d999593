"""What a bot's past costs: the same is asked among more and more jobs that have ended."""

import asyncio
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.limited_bot import ADMIN, opened, setup_at, silent_gateway
from benchmarks.tables import print_head, print_row, verdict
from bots.setup import Setup
from core.commands.dispatch import dispatch
from core.engine.engine import Engine
from core.engine.order import Order, new_id
from core.i18n import Locale
from core.invocation import Invocation
from core.media import MediaRequest
from core.platform import ConversationRef, User
from tests.fakes.long_past import BUSIEST, CROWD, JOBS_EACH, PLATFORM, fill
from tests.fakes.statements import counting_steps

ROWS = (1_000, 10_000, 100_000)
ROUNDS = 20
_SWEEPS = 5
_DAYS = 90
_SHOWN = 50
STARTS = 7
AIM = 1.5
_PEOPLE = ROWS[0] // JOBS_EACH
_numbers = count()


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, and where."""

    id: str
    chat: str

    @property
    def user(self) -> User:
        return User(platform=PLATFORM, id=self.id)

    @property
    def place(self) -> ConversationRef:
        return ConversationRef(platform=PLATFORM, chat=self.chat)


@dataclass(frozen=True, slots=True)
class Took:
    """What one question took: milliseconds, and how many steps SQLite's machine made."""

    ms: float
    steps: int


Ask = Callable[[Engine, Person], Awaitable[object]]


async def say(engine: Engine, who: Person, command: str) -> None:
    """Give a command in a chat that is read by nobody else."""
    invocation = Invocation(
        command=command,
        text="",
        user=who.user,
        conversation=who.place,
        event=f"asked {next(_numbers)}",
        is_alone=True,
    )
    answer = await dispatch(engine, invocation, Locale.EN)
    if not answer.done:
        raise SystemExit(f"/{command} was refused: {answer.view and answer.view.text}")


async def submit(engine: Engine, who: Person) -> None:
    """Order something; it waits, since the gateway never answers the first."""
    order = Order(
        id=new_id(),
        request=MediaRequest(prompt="a cat surfing a long wave at sunset"),
        user=who.user,
        locale=Locale.EN,
        conversation=who.place,
    )
    await engine.submit(order)


async def find_post(engine: Engine, who: Person) -> None:
    """Find the job of a message, as for a reply to an album."""
    number = next(_numbers) % 100
    await engine.services.store.posted_as(who.place, *map(str, range(number, number + 11)))


async def last_answer(engine: Engine, who: Person) -> None:
    """Find what a question would go on from, in a chat where none was asked."""
    place = ConversationRef(platform=PLATFORM, chat="elsewhere")
    await engine.services.exchanges.latest(who.user, place)


async def spent_by_day(engine: Engine, _: Person) -> None:
    """Sum up what the dashboard shows of 90 days, by day."""
    await engine.services.spending.by_day(_since())


async def spent_by_person(engine: Engine, _: Person) -> None:
    """The same by person."""
    await engine.services.spending.by_person(_since(), limit=_SHOWN)


async def spent_by_model(engine: Engine, _: Person) -> None:
    """The same by model."""
    await engine.services.spending.by_model(_since(), limit=_SHOWN)


def _since() -> date:
    return datetime.now(UTC).date() - timedelta(days=_DAYS - 1)


async def sweep(engine: Engine, _: Person) -> None:
    """Look for what is old, of which there is nothing."""
    counts = await engine.keeper.sweep()
    if counts.total():
        raise SystemExit(f"something was old: {counts}")


def of_admin(command: str) -> Ask:
    """An admin gives it."""
    return lambda engine, _: say(engine, Person(ADMIN, ADMIN), command)


def of_person(command: str) -> Ask:
    """Somebody gives it."""
    return lambda engine, who: say(engine, who, command)


# Those that leave something behind come last.
QUESTIONS: Mapping[str, Ask] = {
    "/status": of_person("status"),
    "/balance": of_person("balance"),
    "a post by its message": find_post,
    "what a question follows": last_answer,
    "/audit": of_admin("audit"),
    "/stats": of_admin("stats"),
    "/status of an admin": of_admin("status"),
    "/gateways": of_admin("gateways"),
    "spending of 90 days by day": spent_by_day,
    "by model": spent_by_model,
    "by person": spent_by_person,
    "the nightly sweep": sweep,
    "/again": of_person("again"),
    "an order": submit,
}


_LONG = {sweep, spent_by_person}
_OF_THE_HOUSE = {
    "/audit",
    "/stats",
    "/status of an admin",
    "/gateways",
    "spending of 90 days by day",
    "by model",
    "by person",
    "the nightly sweep",
}
"""What is nobody's in particular."""


async def started(setup: Setup) -> Took:
    """Start and stop once; what SQLite does is counted another time."""
    async with opened(setup) as (_, ms):
        pass
    with counting_steps() as steps:
        async with opened(setup):
            return Took(ms, steps.made)


async def asked(engine: Engine, ask: Ask, who: Person) -> Took:
    """Ask twice: once to time it, once to count."""
    began = time.perf_counter()
    await ask(engine, who)
    ms = (time.perf_counter() - began) * 1e3
    with counting_steps() as steps:
        await ask(engine, who)
    return Took(ms, steps.made)


def bare(folder: Path, number: int) -> float:
    """What SQLite itself takes for one job by its id."""
    with closing(sqlite3.connect(folder / "bench.db")) as connection:
        key = (f"{number + 1:032x}",)
        connection.execute("SELECT * FROM jobs WHERE id = ?", key).fetchall()
        began = time.perf_counter()
        connection.execute("SELECT * FROM jobs WHERE id = ?", key).fetchall()
        return (time.perf_counter() - began) * 1e3


def somebody(number: int) -> Person:
    """One of those who have ordered as much as everybody, in a chat of their own."""
    odd = 1 + 2 * (number % (_PEOPLE // 2))
    return Person(f"user {odd}", f"chat {odd}")


def the_busiest(_: int) -> Person:
    """Who has ordered every twentieth job, in a chat that has half of all."""
    return Person(BUSIEST, CROWD)


def least(costs: list[Took]) -> Took:
    """Without what other programs took; steps have a median, as people differ."""
    steps = median(cost.steps for cost in costs)
    return Took(min(cost.ms for cost in costs), round(steps))


def describe(name: str, costs: Mapping[int, Took], aim: float = AIM) -> None:
    """Print the row: what it took, and by how much more than among the fewest."""
    few, many = costs[ROWS[0]], costs[ROWS[-1]]
    ratio = many.ms / few.ms
    print_row(
        name,
        *(f"{cost.ms:.2f}" for cost in costs.values()),
        f"{ratio:.2f}",
        *(f"{cost.steps:,}" for cost in (few, many)),
        f"<= {aim:g}: {verdict(is_met=ratio <= aim)}",
    )
    sys.stdout.flush()


async def measure(folders: Mapping[int, Path], root: str) -> None:
    """Print all rows; sizes take turns, so that whatever else goes on meets all of them."""
    setups = {rows: setup_at(folder, root) for rows, folder in folders.items()}
    begun = {rows: [bare(folder, n) for n in range(ROUNDS)] for rows, folder in folders.items()}
    describe("bare sqlite3, a job by its id", {n: Took(min(ms), 0) for n, ms in begun.items()})
    starts = dict[int, list[Took]]()
    for _ in range(STARTS):
        for rows, setup in setups.items():
            starts.setdefault(rows, []).append(await started(setup))
    describe("start to ready", {rows: least(costs) for rows, costs in starts.items()})
    async with AsyncExitStack() as stack:
        engines = {
            rows: (await stack.enter_async_context(opened(setup)))[0]
            for rows, setup in setups.items()
        }
        for name, ask in QUESTIONS.items():
            describe(name, await in_turns(engines, ask, somebody))
            if name not in _OF_THE_HOUSE:
                describe(f"{name}, the busiest", await in_turns(engines, ask, the_busiest))


async def in_turns(
    engines: Mapping[int, Engine], ask: Ask, who: Callable[[int], Person]
) -> Mapping[int, Took]:
    """The least of each size."""
    costs = dict[int, list[Took]]()
    for number in range(_SWEEPS if ask in _LONG else ROUNDS):
        for rows, engine in engines.items():
            costs.setdefault(rows, []).append(await asked(engine, ask, who(number)))
    return {rows: least(each) for rows, each in costs.items()}


async def main() -> None:
    """Fill three databases, and print the table."""
    print(f"milliseconds, least of {ROUNDS} in turns; steps of SQLite's machine")
    jobs = [f"{rows:,} jobs" for rows in ROWS]
    steps = [f"steps at {rows:,}" for rows in (ROWS[0], ROWS[-1])]
    print_head("", *jobs, "ratio", *steps, "aim")
    with TemporaryDirectory() as scratch:
        folders = {rows: Path(scratch) / str(rows) for rows in ROWS}
        for rows, folder in folders.items():
            folder.mkdir()
            await fill(folder / "bench.db", folder / "media", rows)
        async with silent_gateway() as root:
            await measure(folders, root)


if __name__ == "__main__":
    asyncio.run(main())
