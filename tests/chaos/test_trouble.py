"""The machine of the bot fails it: the disk, the database, the clock."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tests.chaos.ordeal import Ordeal, judged, ordeal_of
from tests.chaos.wishes import CrowdWish, wishes
from tests.fakes.foreign_lock import foreign_lock
from tests.fakes.moved_clock import moved_clock
from tests.fakes.small_disk import small_disk

pytestmark = pytest.mark.chaos

_EACH = 8
_HOUR = 3600
_QUIET_SECONDS = 100.0
# Longer than SQLite waits for a lock by itself.
_TROUBLE_SECONDS = 7.0
_FILES = ("jobs.db", "jobs.db-wal", "jobs.db-shm")


async def order(ordeal: Ordeal, wanted: Iterator[CrowdWish]) -> None:
    """Let everybody order something, one after the other."""
    for number, wish in enumerate(islice(wanted, _EACH)):
        await ordeal.order(ordeal.crowds[number % len(ordeal.crowds)], wish)
        await asyncio.sleep(0.2)
    ordeal.regret()


async def test_a_full_disk_in_a_life_and_at_its_end(tmp_path: Path, seed: int) -> None:
    wanted = wishes(Random(seed))
    async with (
        small_disk(tmp_path / "disk", 16) as disk,
        ordeal_of(tmp_path, telegram=6, discord=6, home=disk.folder) as ordeal,
    ):
        ordeal.variables["MIN_FREE_MB"] = "0"
        async with ordeal.life() as process:
            await order(ordeal, wanted)
            disk.fill()
            await order(ordeal, wanted)
            await asyncio.sleep(_TROUBLE_SECONDS)
            disk.free()
            await order(ordeal, wanted)
            disk.fill(leaving_bytes=20_000)
            await order(ordeal, wanted)
            await ordeal.kill(process)
        disk.free()
        async with ordeal.life():
            await ordeal.quiet(_QUIET_SECONDS)
        verdict = judged(ordeal, seed)

    assert not verdict


async def test_a_database_that_somebody_else_holds(tmp_path: Path, seed: int) -> None:
    wanted = wishes(Random(seed))
    async with ordeal_of(tmp_path, telegram=6, discord=6) as ordeal:
        async with ordeal.life() as process:
            await order(ordeal, wanted)
            async with foreign_lock(ordeal.rows.path):
                await order(ordeal, wanted)
                await asyncio.sleep(_TROUBLE_SECONDS)
            await order(ordeal, wanted)
            async with foreign_lock(ordeal.rows.path):
                await order(ordeal, wanted)
                await ordeal.kill(process)
        async with ordeal.life():
            await ordeal.quiet(_QUIET_SECONDS)
        verdict = judged(ordeal, seed)

    assert not verdict


async def test_a_database_that_is_moved_away_and_comes_back(tmp_path: Path, seed: int) -> None:
    wanted = wishes(Random(seed))
    async with ordeal_of(tmp_path, telegram=6, discord=6) as ordeal:
        async with ordeal.life() as process:
            await order(ordeal, wanted)
            _move(ordeal.folder, tmp_path)
            await order(ordeal, wanted)
            await asyncio.sleep(_TROUBLE_SECONDS)
            _move(tmp_path, ordeal.folder)
            await order(ordeal, wanted)
            await ordeal.kill(process)
        async with ordeal.life():
            await ordeal.quiet(_QUIET_SECONDS)
        verdict = judged(ordeal, seed)

    assert not verdict


async def test_a_database_that_cannot_be_written_is_said_and_waited_for(
    tmp_path: Path, seed: int
) -> None:
    wanted = wishes(Random(seed))
    async with (
        small_disk(tmp_path / "disk", 16) as disk,
        ordeal_of(tmp_path, telegram=6, discord=6, home=disk.folder) as ordeal,
    ):
        ordeal.variables["MIN_FREE_MB"] = "0"
        async with ordeal.life() as process:
            await order(ordeal, wanted)
            await ordeal.kill(process)
        async with disk.read_only():
            said = await ordeal.refused()
        async with ordeal.life():
            await ordeal.quiet(_QUIET_SECONDS)
        verdict = judged(ordeal, seed)

    assert "cannot" in said.casefold()
    assert "Traceback" not in said
    assert not verdict


async def test_a_clock_that_goes_an_hour_back_and_forth(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    wanted = wishes(random)
    clock = await moved_clock(tmp_path / "clock")
    async with ordeal_of(tmp_path, telegram=6, discord=6) as ordeal:
        ordeal.variables.update(clock.variables)
        for seconds in (_HOUR, -_HOUR, 0):
            async with ordeal.life() as process:
                await order(ordeal, wanted)
                await asyncio.sleep(random.random())
                clock.move(seconds)
                await order(ordeal, wanted)
                await ordeal.kill(process)
        async with ordeal.life():
            await order(ordeal, wanted)
            clock.move(_HOUR)
            await ordeal.quiet(_QUIET_SECONDS)
        verdict = judged(ordeal, seed)

    assert not verdict


def _move(here: Path, there: Path) -> None:
    for name in _FILES:
        with suppress(FileNotFoundError):
            (here / name).rename(there / name)
