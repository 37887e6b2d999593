"""Stop is pressed in every state of an order, twice each time, and once more when it is over."""

import asyncio
from pathlib import Path

import pytest

from tests.chaos.ordeal import Ordeal, judged, ordeal_of
from tests.chaos.telegram_crowd import TelegramCrowd
from tests.chaos.wishes import CrowdWish
from tests.fakes.foreign_lock import foreign_lock

pytestmark = pytest.mark.chaos

_QUIET_SECONDS = 60.0
# Longer than SQLite waits for a lock by itself.
_LOCKED_SECONDS = 6.0
_HANG_SECONDS = 4.0


async def ordered(ordeal: Ordeal, word: str, told: str = "", *, shows: str) -> None:
    """Order a video, and wait until its message shows that."""
    (crowd,) = ordeal.crowds
    assert isinstance(crowd, TelegramCrowd)
    prompt = f"{word} {told} a cat"
    await ordeal.order(crowd, CrowdWish(word=word, command="video", model="tasks", prompt=prompt))
    await crowd.until(lambda: any(shows in each.text for each in crowd.answers(word)), 90)
    assert crowd.stop(word, times=0)


async def test_stop_in_every_state(tmp_path: Path, seed: int) -> None:
    async with ordeal_of(tmp_path, telegram=1) as ordeal:
        ordeal.variables["JOBS_PER_USER"] = "1"
        (crowd,) = ordeal.crowds
        assert isinstance(crowd, TelegramCrowd)
        async with ordeal.life():
            await ordered(ordeal, "w0001w", "#slow", shows="rendering")
            await ordered(ordeal, "w0002w", shows="Accepted")
            crowd.stop("w0002w", times=2)
            crowd.stop("w0001w", times=2)
            await ordeal.quiet(_QUIET_SECONDS)
            async with asyncio.TaskGroup() as group:
                group.create_task(ordeal.gateway.hang(_HANG_SECONDS))
                await ordered(ordeal, "w0003w", shows="sending")
                crowd.stop("w0003w", times=2)
            await ordeal.quiet(_QUIET_SECONDS)
            await ordered(ordeal, "w0004w", "#slow", shows="rendering")
            async with foreign_lock(ordeal.rows.path):
                crowd.stop("w0004w", times=2)
                await asyncio.sleep(_LOCKED_SECONDS)
            await ordeal.quiet(_QUIET_SECONDS)
            held = crowd.server.hold("sendVideo")
            await ordered(ordeal, "w0005w", shows="Accepted")
            await held.reached.wait()
            crowd.stop("w0005w", times=2)
            await crowd.until(lambda: not crowd.server.inbox.pending, 90)
            held.release.set()
            await ordeal.quiet(_QUIET_SECONDS)
            for word in list(crowd.commands):
                crowd.stop(word, times=2)
            await ordeal.quiet(_QUIET_SECONDS)
        verdict = judged(ordeal, seed)
        ends = {row.word: row.state for row in ordeal.rows.all()}

    assert not verdict
    assert ends == {
        "w0001w": "cancelled",
        "w0002w": "cancelled",
        "w0003w": "cancelled",
        "w0004w": "cancelled",
        "w0005w": "done",
    }
