"""Addresses of results: nobody guesses one, and what is stored gives none away."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.engine.engine import Engine
from core.shares import Shares
from tests.fakes.engine_harness import EngineHarness

URL = "https://bot.example/here"
DAY = 24 * 3600.0


@pytest.fixture
def harness(tmp_path: Path) -> EngineHarness:
    return EngineHarness(folder=tmp_path, root="http://127.0.0.1:9", public_url=URL)


def secret_of(address: str) -> str:
    assert address.startswith(f"{URL}/v/")
    return address.rpartition("/")[2]


async def made(engine: Engine, job: str = "job") -> str:
    return secret_of(await engine.services.shares.make(job))


async def test_each_address_is_new_and_has_256_bits(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        secrets = [await made(engine) for _ in range(50)]
        found = [await engine.services.shares.find(each) for each in secrets]

    assert len(set(secrets)) == 50
    assert all(len(each) == 43 for each in secrets)
    assert {each.job for each in found if each} == {"job"}


@pytest.mark.only_sqlite
async def test_the_database_cannot_tell_an_address(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        secret = await made(engine)
    path = harness.database_url.removeprefix("sqlite:///").partition("?")[0]
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT * FROM shares").fetchall()

    assert len(rows) == 1
    assert secret not in str(rows)


async def test_what_is_nearly_an_address_is_none(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        secret = await made(engine)
        last = "B" if secret[-1] == "A" else "A"
        near = (secret[:-1], f"{secret}A", secret.swapcase(), secret[:-1] + last)
        far = ("", "é" * 43, "%" * 43, "../" * 14 + ".")
        found = [await engine.services.shares.find(each) for each in (*near, *far, secret)]

    assert [each is not None for each in found] == [False] * 8 + [True]


async def test_an_address_ends_in_time_and_when_it_is_taken_back(harness: EngineHarness) -> None:
    now = 1000.0
    harness.now = lambda: now
    async with harness.engine() as engine:
        shares = engine.services.shares
        first, other = await made(engine), await made(engine, "other")
        now += 7 * DAY - 1
        second = await made(engine)
        before = [await shares.find(each) is not None for each in (first, second, other)]
        now += 1
        later = [await shares.find(each) is not None for each in (first, second, other)]
        ended = await shares.end("job")
        after = [await shares.find(each) is not None for each in (first, second)]

    assert (before, later) == ([True] * 3, [False, True, False])
    assert (ended, after) == (1, [False, False])


async def test_without_a_public_address_or_days_there_are_none(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        store = engine.services.shares.store

    assert not Shares(store=store).can_be_made
    assert not Shares(store=store, public_url=URL, days=0).can_be_made
    assert Shares(store=store, public_url=URL).can_be_made
