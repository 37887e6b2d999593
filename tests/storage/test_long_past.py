"""What is asked of the database costs the same among few and among many jobs that have ended."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from core.jobs import days_back
from core.people.balance import CreditLimits, HouseRules
from core.platform import ConversationRef, User
from storage.audit import SqlAuditStore
from storage.credits import SqlCreditStore
from storage.database import Database, open_database
from storage.events import SqlEventStore
from storage.exchanges import SqlExchangeStore
from storage.jobs import SqlJobStore
from storage.ledger import CreditLedger
from storage.past_jobs import SqlPastJobStore
from storage.spending import SqlSpendingStore
from tests.fakes.long_past import BUSIEST, CROWD, PLATFORM, fill
from tests.fakes.statements import counting_steps
from tests.storage.test_job_store import JOB

FEW, MANY = 1_000, 4_000
# What one more level of an index takes, or a shorter page of it.
LEEWAY = 1.2
_ALWAYS = date(2020, 1, 1)
ELSEWHERE = ConversationRef(platform=PLATFORM, chat="elsewhere")
LIMITS = CreditLimits(daily=10**6, monthly=10**6)
LEDGER = CreditLedger(HouseRules(person=LIMITS, chat=CreditLimits(daily=10**6)))


@dataclass(frozen=True, slots=True)
class Asker:
    """Who has what sort of past, and asks it something."""

    database: Database
    user: User
    place: ConversationRef

    @property
    def jobs(self) -> SqlJobStore:
        return SqlJobStore(self.database, LEDGER)

    async def order(self) -> None:
        await self.jobs.add(replace(JOB, id="new", user=self.user, conversation=self.place))

    async def balance(self) -> None:
        await SqlCreditStore(self.database, LEDGER).balance(self.user.party, self.place.party)


Question = Callable[[Asker], Awaitable[object]]
# Asked by who has ordered as much as everybody, and by who has ordered more than anybody.
BY_ANYBODY: Mapping[str, Question] = {
    "their jobs": lambda ask: ask.jobs.of_user(ask.user, limit=50),
    "a post": lambda ask: ask.jobs.posted_as(ask.place, *map(str, range(11))),
    "what was said last": lambda ask: SqlExchangeStore(ask.database).latest(ask.user, ask.place),
    "nor elsewhere": lambda ask: SqlExchangeStore(ask.database).latest(ask.user, ELSEWHERE),
    "unfinished": lambda ask: ask.jobs.unfinished(),
    "untold": lambda ask: ask.jobs.untold(),
    "unfinished answers": lambda ask: SqlExchangeStore(ask.database).take_up([PLATFORM]),
    "durations": lambda ask: ask.jobs.durations("sandbox/sandbox-bench", limit=30),
    "audit": lambda ask: SqlAuditStore(ask.database).latest(9),
    "old jobs": lambda ask: SqlPastJobStore(ask.database).prune(0.0, limit=100),
    "old events": lambda ask: SqlEventStore(ask.database).prune(0.0, limit=100),
}
# What is summed up is the month of a person and the day of a chat, so it is for those who have
# done as much in them.
QUESTIONS: Mapping[str, tuple[str, Question]] = {
    **{f"{name}, {who}": (who, ask) for name, ask in BY_ANYBODY.items() for who in ("1", BUSIEST)},
    "outcomes": ("1", lambda ask: ask.jobs.outcomes(days_back(7, time.time()))),
    "charged": ("1", lambda ask: ask.jobs.spent(days_back(30, time.time()))),
    "spent by day": ("1", lambda ask: SqlSpendingStore(ask.database).by_day(_ALWAYS)),
    "by model": ("1", lambda ask: SqlSpendingStore(ask.database).by_model(_ALWAYS, limit=9)),
    "an order": ("1", Asker.order),
    "the balance": ("1", Asker.balance),
}


@asynccontextmanager
async def asking(folder: Path, rows: int) -> AsyncGenerator[Callable[[str], Awaitable[int]]]:
    """Make a past of so many jobs; gives what asks a question, and tells its steps."""
    path = folder / f"{rows}.db"
    await fill(path, folder / f"media-{rows}", rows)
    async with open_database(f"sqlite:///{path}") as database:

        async def ask(name: str) -> int:
            who, question = QUESTIONS[name]
            user, chat = (who, CROWD) if who == BUSIEST else (f"user {who}", f"chat {who}")
            place = ConversationRef(platform=PLATFORM, chat=chat)
            with counting_steps() as steps:
                await question(Asker(database, User(platform=PLATFORM, id=user), place))
            return steps.made

        yield ask


# All of them here, since a past takes longer to make than to ask.
async def test_what_is_asked_costs_the_same_among_many_jobs(tmp_path: Path) -> None:
    async with asking(tmp_path, FEW) as among_few, asking(tmp_path, MANY) as among_many:
        steps = {name: (await among_few(name), await among_many(name)) for name in QUESTIONS}

    assert all(few for few, _ in steps.values())
    assert {name: each for name, each in steps.items() if each[1] > each[0] * LEEWAY} == {}
