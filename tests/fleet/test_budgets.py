"""What several processes write to one chat: each has its own `Budgets`, all have one database."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import make_url

from core.limits import Limits
from core.messages.budget import Rank, WriteBudget
from core.messages.budgets import Budgets
from core.messages.written import Lane
from core.platform import ConversationRef, SlowDownError
from storage.fleet.budgets import open_budgets

pytestmark = pytest.mark.fleet
# Nothing leaves this window while a test runs.
LIMITS = Limits(writes=20, window_seconds=600, edit_seconds=1, text_chars=4096)
HERE = ConversationRef(platform="chat", chat="1")
ELSEWHERE = ConversationRef(platform="chat", chat="2")
_SECONDS = 90.0


@asynccontextmanager
async def processes(url: str, count: int) -> AsyncGenerator[list[Budgets]]:
    async with AsyncExitStack() as stack:
        opened = [
            await stack.enter_async_context(open_budgets(make_url(url))) for _ in range(count)
        ]
        yield [Budgets(shares=each.share) for each in opened]


class WrittenChat:
    """What has arrived in a chat, and when."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, Rank]] = []
        self.changed = asyncio.Condition()

    async def take(self, budget: WriteBudget, rank: Rank, lane: Lane = "edit") -> None:
        async with budget.turn(rank, lane):
            self.seen.append((asyncio.get_running_loop().time(), rank))
            async with self.changed:
                self.changed.notify_all()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(_SECONDS), self.changed:
            await self.changed.wait_for(lambda: len(self.seen) >= count)

    @property
    def ranks(self) -> list[Rank]:
        return [rank for _, rank in self.seen]


async def ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def answered(*each: Budgets) -> None:
    """Wait until everything that these have asked is answered: one is asked after the other."""
    for budgets in each:
        async with budgets.of(ELSEWHERE, LIMITS).turn(Rank.RESULT, "edit"):
            pass


async def test_three_keep_one_window_and_progress_leaves_its_quarter(url: str) -> None:
    chat = WrittenChat()
    async with processes(url, 3) as each, asyncio.timeout(_SECONDS):
        here = [budgets.of(HERE, LIMITS) for budgets in each]
        frames = [
            asyncio.create_task(chat.take(one, Rank.FRAME)) for one in here for _ in range(20)
        ]
        await chat.until(15)
        finals = [
            asyncio.create_task(chat.take(one, Rank.RESULT)) for one in here for _ in range(4)
        ]
        await chat.until(20)
        await answered(*each)

        assert chat.ranks == [Rank.FRAME] * 15 + [Rank.RESULT] * 5
        await ended(*frames, *finals)


async def test_the_window_slides_for_all_of_them(url: str) -> None:
    chat, limits = WrittenChat(), replace(LIMITS, window_seconds=0.7)
    async with processes(url, 3) as each:
        writes = [
            chat.take(budgets.of(HERE, limits), rank)
            for budgets in each
            for rank in (Rank.FRAME, Rank.RESULT)
            for _ in range(10)
        ]
        await asyncio.wait_for(asyncio.gather(*writes), _SECONDS)

    times = sorted(at for at, _ in chat.seen)
    assert len(times) == 60
    assert all(later - first >= 0.7 for first, later in zip(times, times[20:], strict=False))


async def test_no_frame_goes_anywhere_before_a_final_that_waits_elsewhere(url: str) -> None:
    # So small that progress has nothing to leave alone.
    chat, limits = WrittenChat(), replace(LIMITS, writes=3, window_seconds=1.0)
    async with processes(url, 3) as each, asyncio.timeout(_SECONDS):
        first, second, third = (budgets.of(HERE, limits) for budgets in each)
        for _ in range(3):
            await chat.take(first, Rank.RESULT)
        async with asyncio.TaskGroup() as group:
            group.create_task(chat.take(second, Rank.FRAME))
            await answered(each[1])
            # It comes later, and from where the frame is not known.
            for _ in range(3):
                group.create_task(chat.take(third, Rank.RESULT))

    assert chat.ranks == [Rank.RESULT] * 6 + [Rank.FRAME]


async def test_a_pause_holds_for_everybody_and_the_other_lane_goes_by(url: str) -> None:
    chat = WrittenChat()
    async with processes(url, 2) as each:
        one, other = (budgets.of(HERE, LIMITS) for budgets in each)
        await one.obey(SlowDownError(600, scope="method"), "edit")
        await answered(each[0])
        edit = asyncio.create_task(chat.take(other, Rank.RESULT))
        await chat.take(other, Rank.RESULT, "post")
        await answered(each[1])

        assert other.paused("edit") > 500
        assert len(chat.seen) == 1
        await ended(edit)


async def test_what_the_platform_takes_is_shared_by_all_chats_of_all(url: str) -> None:
    chat, limits = WrittenChat(), replace(LIMITS, platform_writes=5)
    async with processes(url, 3) as each:
        writes = [
            chat.take(budgets.of(replace(HERE, chat=str(number)), limits), Rank.RESULT)
            for budgets in each
            for number in range(5)
        ]
        await asyncio.wait_for(asyncio.gather(*writes), _SECONDS)

    times = sorted(at for at, _ in chat.seen)
    assert all(later - first >= 1 for first, later in zip(times, times[5:], strict=False))


async def test_what_one_wrote_before_it_died_counts_for_the_others(url: str) -> None:
    chat = WrittenChat()
    async with processes(url, 1) as each:
        for _ in range(20):
            await chat.take(each[0].of(HERE, LIMITS), Rank.RESULT)
    async with processes(url, 1) as each:
        late = asyncio.create_task(chat.take(each[0].of(HERE, LIMITS), Rank.RESULT))
        await answered(each[0])

        assert len(chat.seen) == 20
        await ended(late)


async def test_who_gives_up_leaves_its_place_to_others(url: str) -> None:
    chat, limits = WrittenChat(), replace(LIMITS, writes=1, window_seconds=1.0)
    async with processes(url, 2) as each, asyncio.timeout(_SECONDS):
        one, other = (budgets.of(HERE, limits) for budgets in each)
        await chat.take(one, Rank.RESULT)
        given_up = asyncio.create_task(chat.take(one, Rank.RESULT))
        waiting = asyncio.create_task(chat.take(other, Rank.FRAME))
        await answered(*each)
        await ended(given_up)
        await waiting

    assert chat.ranks == [Rank.RESULT, Rank.FRAME]
