"""The bot is killed again and again, at moments that it cannot choose, while a crowd orders."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from tests.chaos.ordeal import Ordeal, judged, ordeal_of
from tests.chaos.sweeping import orphans
from tests.chaos.wishes import CrowdWish, plain, wishes

_QUIET_SECONDS = 100.0
_LONGEST_LIFE_SECONDS = 8.0
_HANG_SECONDS = 3.0
# What an order is good for at the least.
_REQUESTS = 4


async def batter(
    ordeal: Ordeal, wanted: Iterator[CrowdWish], random: Random, *, lives: int, each: int
) -> None:
    """Order so much in each life, and end each in the midst of something."""
    for _ in range(lives):
        process = await ordeal.start()
        for wish in islice(wanted, each):
            await ordeal.order(random.choice(ordeal.crowds), wish)
            await asyncio.sleep(random.random() / 5)
        ordeal.regret()
        await until_busy(ordeal, random, each * _REQUESTS)
        ordeal.regret()
        await ordeal.kill(process)


async def until_busy(ordeal: Ordeal, random: Random, most: int) -> None:
    """Wait until the bot has asked for something, up to so much, or until it is late."""
    wanted = ordeal.requests + random.randrange(most)
    with suppress(TimeoutError):
        async with asyncio.timeout(_LONGEST_LIFE_SECONDS):
            # A moment that nobody has chosen is what is wanted.
            while ordeal.requests < wanted:  # noqa: ASYNC110 - see above
                await asyncio.sleep(random.random() / 5)


async def work(ordeal: Ordeal, process: Process, first: int) -> int:
    """Order something of each model in peace; gives the descriptors that are open afterwards."""
    wanted = list(plain(first))
    for number, wish in enumerate(wanted):
        await ordeal.order(ordeal.crowds[number % len(ordeal.crowds)], wish)
    await ordeal.quiet(_QUIET_SECONDS)
    made = {row.word for row in ordeal.rows.all() if row.is_made}
    ordeal.left += [f"{wish.model} makes nothing" for wish in wanted if wish.word not in made]
    return ordeal.descriptors(process)


@pytest.mark.chaos
async def test_two_hundred_orders_come_through_kills_and_a_gateway_that_dies(
    tmp_path: Path, seed: int
) -> None:
    random = Random(seed)
    wanted = wishes(random)
    async with ordeal_of(tmp_path, telegram=40, discord=20) as ordeal:
        await batter(ordeal, wanted, random, lives=7, each=12)
        await ordeal.gateway.kill()
        await ordeal.gateway.start()
        await batter(ordeal, wanted, random, lives=3, each=12)
        async with asyncio.TaskGroup() as group:
            group.create_task(ordeal.gateway.hang(_HANG_SECONDS))
            group.create_task(batter(ordeal, wanted, random, lives=3, each=14))
        async with ordeal.life() as process:
            await ordeal.quiet(_QUIET_SECONDS)
            ordeal.regret()
            before = await work(ordeal, process, first=1000)
            ordeal.compare(before, await work(ordeal, process, first=2000))
        ordeal.left += await orphans(ordeal.folder)
        verdict = judged(ordeal, seed)

    assert not verdict


@pytest.mark.slow
async def test_a_few_orders_come_through_a_kill(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    # Nothing that waits for a deadline.
    wanted = (wish for wish in wishes(random) if "#" not in wish.prompt)
    async with ordeal_of(tmp_path, telegram=4) as ordeal:
        await batter(ordeal, wanted, random, lives=1, each=4)
        async with ordeal.life():
            await ordeal.quiet(_QUIET_SECONDS)
        verdict = judged(ordeal, seed)

    assert not verdict
