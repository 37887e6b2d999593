"""The promises of the sums of days: they say what the rows say, whatever happens to these."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Fault, FaultKind
from core.jobs import Job, JobState, days_back
from core.media import Cost
from core.people.spending import SpentFor
from storage.database import Database, open_database
from storage.jobs import SqlJobStore
from storage.past_jobs import SqlPastJobStore
from storage.spending import SqlSpendingStore
from tests.fakes.balances import unbalanced
from tests.fakes.statements import listening, say
from tests.storage.test_job_store import JOB

DAY = 86_400.0
FIRST = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
MODELS = ("a/x", "a/y", "b/x")
# A half has no remainder in binary, so sums are exact in any order.
ENDS: Sequence[Mapping[str, Any]] = (
    {"state": JobState.DONE, "cost": Cost(amount=0.5)},
    {"state": JobState.DONE, "cost": Cost(amount=700, unit="tokens")},
    {"state": JobState.DONE},
    {"state": JobState.FAILED, "fault": Fault(kind=FaultKind.QUOTA)},
    {
        "state": JobState.FAILED,
        "fault": Fault(kind=FaultKind.BAD_REQUEST, reason="no"),
        "cost": Cost(amount=2.5, unit=""),
    },
    {"state": JobState.CANCELLED},
)

AS_BEFORE_SUMS = (
    "DROP TABLE job_sums",
    "DROP TABLE spending_sums",
    "ALTER TABLE ledger DROP COLUMN model",
    "UPDATE alembic_version SET version_num = '0031'",
)


@dataclass
class Past:
    """Random jobs of some days, and all that there were, also those that are deleted."""

    database: Database
    known: list[Job] = field(default_factory=list[Job])

    @property
    def store(self) -> SqlJobStore:
        return SqlJobStore(self.database)

    async def order(self, day: int, hour: int, state: JobState) -> None:
        at = FIRST + day * DAY + hour * 3600.0
        job = replace(JOB, id=f"{len(self.known)}", created_at=at, credits=hour, state=state)
        await self.store.add(job)
        self.known.append(job)

    async def end(self, which: int, how: int, model: int) -> None:
        if job := await self.store.claim(f"{which % len(self.known)}"):
            ended = replace(job, **ENDS[how], model=MODELS[model], ended_at=job.created_at + 60)
            await self.store.save(ended)
            self.known[int(job.id)] = ended

    async def retry(self, which: int, behind: int) -> None:
        """Take up what has ended, perhaps with a token that is not its last."""
        job = await self.store.get(f"{which % len(self.known)}")
        if job and job.is_ended:
            again = replace(
                job, run=job.run - behind, state=JobState.WAITING, fault=None, cost=None
            )
            if taken := await self.store.reopen(replace(again, ended_at=None)):
                self.known[int(job.id)] = taken

    async def forget(self, which: int) -> None:
        job_id = f"{which % len(self.known)}"
        await SqlPastJobStore(self.database).forget(JOB.user.party, limit=1, only=job_id)

    async def check(self, since: float) -> None:
        """Compare what is counted with what there was."""
        counted = [job for job in self.known if job.created_at >= since]
        counted = [job for job in counted if job.state is not JobState.DRAFT]
        outcomes = {
            (each.model, each.state, each.fault): (each.jobs, each.credits)
            for each in await self.store.outcomes(since)
        }
        expenses = {
            (each.gateway, each.cost.unit): (each.jobs, each.cost.amount)
            for each in await self.store.spent(since)
        }
        jobs, credits_ = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
        charged = defaultdict[tuple[str, str], list[float]](list)
        for job in counted:
            key = (job.model, job.state, str(job.fault.kind) if job.fault else "")
            jobs[key] += 1
            credits_[key] += job.credits
            if job.cost:
                charged[job.gateway, job.cost.unit].append(job.cost.amount)

        assert {type(each) for pair in outcomes.values() for each in pair} <= {int}
        assert outcomes == {key: (count, credits_[key]) for key, count in jobs.items()}
        assert expenses == {key: (len(each), sum(each)) for key, each in charged.items()}


Step = tuple[str, tuple[object, ...]]
numbers, days, hours = st.integers(0, 30), st.integers(0, 3), st.integers(0, 23)
states = st.sampled_from([JobState.WAITING, JobState.DRAFT])
how, models = st.integers(0, len(ENDS) - 1), st.integers(0, len(MODELS) - 1)
orders: st.SearchStrategy[Step] = st.tuples(st.just("order"), st.tuples(days, hours, states))
ends: st.SearchStrategy[Step] = st.tuples(st.just("end"), st.tuples(numbers, how, models))
retries: st.SearchStrategy[Step] = st.tuples(
    st.just("retry"), st.tuples(numbers, st.integers(0, 1))
)
deletions: st.SearchStrategy[Step] = st.tuples(st.just("forget"), st.tuples(numbers))


async def live(database: Database, history: Sequence[Step]) -> Past:
    for table in ("jobs", "job_sums", "ledger", "spending_sums"):
        await say(database, f"DELETE FROM {table}")  # noqa: S608 - one of these
    past = Past(database)
    for _ in range(2):
        await past.order(1, 12, JobState.WAITING)
    for name, arguments in history:
        await getattr(past, name)(*arguments)
    return past


PROPERTY = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


@PROPERTY
@given(
    history=st.lists(st.one_of(orders, ends, ends, retries), max_size=30),
    hour=st.integers(-30, 99),
)
async def test_from_any_time_on_all_count_that_were_ordered(
    database: Database, history: Sequence[Step], hour: int
) -> None:
    past = await live(database, history)

    await past.check(FIRST + hour * 3600.0)
    assert await unbalanced(database) == []


@PROPERTY
@given(history=st.lists(st.one_of(orders, ends, ends, retries, deletions), max_size=30), day=days)
async def test_from_a_midnight_on_those_count_too_that_are_deleted(
    database: Database, history: Sequence[Step], day: int
) -> None:
    past = await live(database, history)

    await past.check(FIRST + day * DAY)
    assert await unbalanced(database) == []


def test_the_days_of_a_period_end_with_today() -> None:
    noon = FIRST + 12 * 3600

    assert days_back(1, noon) == days_back(1, FIRST) == FIRST
    assert days_back(7, FIRST + DAY - 1) == FIRST - 6 * DAY


async def test_a_failure_that_is_tried_again_and_nothing_else_leaves_none(
    database: Database,
) -> None:
    failed = replace(JOB, state=JobState.FAILED, fault=Fault(kind=FaultKind.QUOTA), ended_at=50.0)
    store = SqlJobStore(database)
    await store.add(failed)
    await store.add(replace(failed, id="later", ended_at=70.0))
    (counted,) = await store.outcomes(0.0)
    assert (counted.jobs, counted.last_at) == (2, 70.0)

    for each in (failed, replace(failed, id="later")):
        await store.reopen(replace(each, state=JobState.WAITING, fault=None, ended_at=None))

    assert [each.state for each in await store.outcomes(0.0)] == [JobState.WAITING]


async def test_what_an_earlier_version_has_left_is_counted(url: str) -> None:
    async with open_database(url) as database:
        past = Past(database)
        for number in range(11):
            await past.order(number % 3, number, JobState.WAITING)
        await past.order(1, 11, JobState.DRAFT)
        for number, each in enumerate((0, 1, 2, 3, 4, 5, 0, 4)):
            await past.end(number, each, number % 3)
        spending = SqlSpendingStore(database)
        by_day, by_model = (
            await spending.by_day(date(2000, 1, 1)),
            await spending.by_model(date(2000, 1, 1), limit=9),
        )
        assert {type(each.amount) for each in (*by_day, *by_model)} == {int}
        for statement in AS_BEFORE_SUMS:
            await say(database, statement)

    async with open_database(url) as database:
        again = Past(database, past.known)
        for hour in (0, 24, 30):
            await again.check(FIRST + hour * 3600.0)
        assert await unbalanced(database) == []
        assert await SqlSpendingStore(database).by_day(date(2000, 1, 1)) == by_day
        assert by_model == [
            SpentFor(model=JOB.model, amount=by_model[0].amount, orders=by_model[0].orders)
        ]
        # What is not written down, only the rows can tell: who made it.
        after = await SqlSpendingStore(database).by_model(date(2000, 1, 1), limit=9)
        assert sum(each.amount for each in after) == by_model[0].amount
        assert sum(each.orders for each in after) == by_model[0].orders


async def test_to_count_an_end_takes_one_statement(store: SqlJobStore) -> None:
    await store.add(JOB)

    with listening() as said:
        await store.save(replace(JOB, state=JobState.DONE))

    begun = [sql.split("(")[0].split(" SET ")[0].split(",")[0].strip() for sql, _ in said]
    assert begun == ["UPDATE jobs", "SELECT ledger.number", "INSERT INTO job_sums"]
