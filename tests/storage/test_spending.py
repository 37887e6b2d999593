"""The promises of `SpendingStore`: sums over the ledger, found by its index."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from core.exchanges import ExchangeState
from core.people.balance import HouseRules
from core.people.credits import Spender
from core.people.spending import SpentBy, SpentFor, SpentOn
from storage.database import Database
from storage.spending import SqlSpendingStore
from storage.tables import jobs, spending_sums
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.statements import listening, plans_of
from tests.storage.test_ledger import ANN, ASKED, BOB, DAY, NOON, Books

TODAY = datetime.fromtimestamp(NOON, UTC).date()
VIDEO = "sandbox/sandbox-video"


@pytest.fixture
def books(database: Database) -> Books:
    return Books(database, HouseRules())


@pytest.fixture
def spending(database: Database) -> SqlSpendingStore:
    return SqlSpendingStore(database)


async def test_a_day_has_what_was_ordered_on_it_less_what_came_back(
    books: Books, spending: SqlSpendingStore
) -> None:
    late, failed = await books.order(40), await books.order(30, BOB)
    await books.give(1000)
    books.now += DAY
    await books.order(7)
    await books.end(late, 25)
    await books.end(failed, 0)

    assert await spending.by_day(TODAY) == [
        SpentOn(day=TODAY, amount=25_000),
        SpentOn(day=TODAY + timedelta(days=1), amount=7_000),
    ]
    assert await spending.by_day(TODAY + timedelta(days=1)) == [
        SpentOn(day=TODAY + timedelta(days=1), amount=7_000)
    ]
    assert await spending.by_day(date(2100, 1, 1)) == []


async def test_what_comes_back_of_what_an_earlier_version_took_makes_no_day_less_than_nothing(
    books: Books, spending: SqlSpendingStore, database: Database
) -> None:
    late = await books.order(40)
    # On several machines one that knew of no sums may have taken it.
    await database.run("a sum", lambda c: c.execute(delete(spending_sums)))
    await books.end(late, 0)

    assert await spending.by_day(TODAY) == []
    assert await spending.by_model(TODAY, limit=9) == []


async def test_those_who_spent_the_most_come_first(
    books: Books, spending: SqlSpendingStore
) -> None:
    await books.order(5)
    await books.order(6)
    await books.order(20, BOB)
    free = await books.order(9, replace(ANN, id="cy"))
    await books.end(free, 0)

    assert await spending.by_person(TODAY, limit=9) == [
        SpentBy(user=BOB.party, amount=20_000, orders=1),
        SpentBy(user=ANN.party, amount=11_000, orders=2),
    ]
    assert len(await spending.by_person(TODAY, limit=1)) == 1


async def test_what_somebody_has_spent_in_many_weeks_is_one_sum(
    books: Books, spending: SqlSpendingStore
) -> None:
    for _ in range(10):
        await books.order(1)
        await books.order(2, BOB)
        books.now += 2 * DAY

    assert await spending.by_person(TODAY + timedelta(days=2), limit=9) == [
        SpentBy(user=BOB.party, amount=18_000, orders=9),
        SpentBy(user=ANN.party, amount=9_000, orders=9),
    ]


async def test_jobs_and_answers_count_for_their_models_also_when_they_are_deleted(
    books: Books, spending: SqlSpendingStore, database: Database
) -> None:
    await books.order(10)
    await books.order(10)
    gone = await books.order(3)
    spender = Spender(user=ANN.party, chat=gone.conversation.party)
    await books.credits.reserve(spender, "character/1", 1500)
    await books.exchanges.add(ASKED, reserved=0.5)
    done = replace(ASKED, state=ExchangeState.DONE, credits=0.25)
    await books.exchanges.save(done)
    forgotten = delete(jobs).where(jobs.c.id == gone.id)
    await database.run("a job", lambda connection: connection.execute(forgotten))

    assert await spending.by_model(TODAY, limit=9) == [
        SpentFor(model=VIDEO, amount=23_000, orders=3),
        SpentFor(model="", amount=1500, orders=1),
        SpentFor(model="sandbox/chat", amount=250, orders=1),
    ]


@ONLY_SQLITE
async def test_a_short_time_is_found_by_its_days(
    books: Books, spending: SqlSpendingStore, tmp_path: Path
) -> None:
    await books.order(10)
    with listening() as said:
        await spending.by_day(TODAY)
        await spending.by_person(TODAY, limit=5)
        await spending.by_model(TODAY, limit=5)
    plans = plans_of(said, tmp_path / "jobs.db")

    assert len([step for step in plans if "INDEX ledger_by_day (day>? AND day<?)" in step]) == 1
    assert len([step for step in plans if step.startswith("SEARCH spending_sums")]) == 3
    assert [step for step in plans if step.startswith(("SCAN ledger", "SCAN spending"))] == []
