"""What was handed over, is dealt with, or is left by a process that was killed."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from core.arrivals import Arrival
from storage.arrivals import SqlArrivalStore
from storage.database import Database
from tests.fakes.databases import ONLY_SQLITE

FIRST, SECOND, THIRD = (Arrival(id=f"9/{name}", body=f"body {name}") for name in "123")


@pytest.fixture
def arrivals(database: Database) -> SqlArrivalStore:
    return SqlArrivalStore(database)


async def test_what_is_handed_over_twice_is_new_once_also_when_it_was_dealt_with(
    arrivals: SqlArrivalStore,
) -> None:
    first = await arrivals.keep("chat", [SECOND, FIRST])
    await arrivals.settle("chat", [FIRST])
    second = await arrivals.keep("chat", [FIRST, THIRD, SECOND])
    elsewhere = await arrivals.keep("other", [FIRST])

    assert first == [SECOND, FIRST]
    assert second == [THIRD]
    assert elsewhere == [FIRST]


async def test_what_was_not_dealt_with_is_left_in_its_order(arrivals: SqlArrivalStore) -> None:
    await arrivals.keep("chat", [THIRD, FIRST])
    await arrivals.keep("chat", [SECOND])
    await arrivals.settle("chat", [FIRST])

    assert await arrivals.left("chat") == [THIRD, SECOND]
    assert await arrivals.left("other") == []


async def test_what_no_start_survives_is_given_up(arrivals: SqlArrivalStore) -> None:
    await arrivals.keep("chat", [FIRST])

    found = [await arrivals.left("chat") for _ in range(4)]

    assert found == [[FIRST]] * 3 + [[]]


async def test_a_start_that_ends_in_order_does_not_count(arrivals: SqlArrivalStore) -> None:
    await arrivals.keep("chat", [FIRST])
    await arrivals.put_back("chat", [FIRST.id])

    for _ in range(5):
        assert await arrivals.left("chat") == [FIRST]
        await arrivals.put_back("chat", [FIRST.id])
    found = [await arrivals.left("chat") for _ in range(4)]

    assert found == [[FIRST]] * 3 + [[]]


@ONLY_SQLITE
async def test_what_was_dealt_with_long_ago_is_forgotten_and_nothing_else(
    arrivals: SqlArrivalStore, tmp_path: Path
) -> None:
    await arrivals.keep("chat", [FIRST, SECOND])
    await arrivals.settle("chat", [FIRST])
    with closing(sqlite3.connect(tmp_path / "jobs.db", isolation_level=None)) as rows:
        rows.execute("UPDATE arrivals SET at = ?", [time.time() - 3 * 24 * 3600])

        assert await arrivals.keep("chat", [FIRST, SECOND]) == [FIRST]
        kept = rows.execute("SELECT id, body FROM arrivals ORDER BY id").fetchall()

    assert kept == [(FIRST.id, FIRST.body), (SECOND.id, SECOND.body)]


async def test_what_somebody_has_begun_with_is_left_to_them(arrivals: SqlArrivalStore) -> None:
    await arrivals.keep("chat", [FIRST, SECOND])

    found = [await arrivals.left("chat", {FIRST.id}) for _ in range(4)]

    assert found == [[SECOND]] * 3 + [[]]
    assert await arrivals.left("chat") == [FIRST]
