"""What was written lately, across processes."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from core.limits import Limits
from core.messages.budget import Rank, WriteBudget
from core.messages.budgets import Budgets
from core.messages.written import ChatKey, WriteLog, Written
from core.platform import ConversationRef, SlowDownError
from storage.database import Database
from storage.writes import SqlWriteStore

HERE = ConversationRef(platform="chat", chat="1")
KEY = ChatKey("chat", "1", "")
LIMITS = Limits(writes=20, window_seconds=600, edit_seconds=1, text_chars=4096)


@pytest.fixture
def writes(database: Database) -> SqlWriteStore:
    return SqlWriteStore(database)


class CountingStore(SqlWriteStore):
    """Counts how often something was stored."""

    saves = 0

    async def save(self, *arguments: object, **more: object) -> None:
        self.saves += 1
        await super().save(*arguments, **more)  # type: ignore[arg-type]


def result(budget: WriteBudget) -> AbstractAsyncContextManager[None]:
    return budget.turn(Rank.RESULT, "post")


async def room(budget: WriteBudget) -> int:
    """How many writes it still admits at once."""
    waiting = [asyncio.create_task(_write(budget)) for _ in range(LIMITS.writes)]
    await asyncio.sleep(0)
    admitted = LIMITS.writes - budget.waiting(Rank.RESULT)
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    return admitted


async def _write(budget: WriteBudget) -> None:
    async with result(budget):
        await asyncio.Event().wait()


async def started(store: SqlWriteStore) -> Budgets:
    budgets = Budgets(store)
    await budgets.recall()
    return budgets


async def test_what_was_stored_about_a_chat_is_replaced(writes: SqlWriteStore) -> None:
    now = time.time()
    first = Written(times=(now - 9,), under_way=1)
    second = Written(times=(now - 9, now - 1), pauses={"edit": now + 9})
    other = ChatKey("chat", "1", "7")

    await writes.save({KEY: first, other: first}, now - 1, ended=False)
    await writes.save({KEY: second}, now, ended=False)

    found = await writes.load(now - 60)
    assert found == WriteLog(chats={KEY: second, other: first}, cut_off_at=now)


async def test_after_an_orderly_end_nothing_is_missing(writes: SqlWriteStore) -> None:
    now = time.time()
    await writes.save({KEY: Written(times=(now,))}, now, ended=False)
    await writes.save({}, now, ended=True)

    assert (await writes.load(now - 60)).cut_off_at is None


async def test_what_is_old_is_forgotten(writes: SqlWriteStore) -> None:
    await writes.save({KEY: Written(times=(1.0,))}, 1.0, ended=False)

    assert await writes.load(2.0) == WriteLog()
    assert await writes.load(0.0) == WriteLog()


async def test_the_next_process_has_the_room_that_is_left(writes: SqlWriteStore) -> None:
    first = await started(writes)
    for _ in range(7):
        async with result(first.of(HERE, LIMITS)):
            pass
    await first.close()

    second = await started(writes)

    assert await room(second.of(HERE, LIMITS)) == 13
    assert await room(second.of(replace(HERE, chat="2"), LIMITS)) == 20


async def test_the_next_process_keeps_a_pause(writes: SqlWriteStore) -> None:
    first = await started(writes)
    await first.of(HERE, LIMITS).obey(SlowDownError(300), "edit")
    await first.close()

    budget = (await started(writes)).of(HERE, LIMITS)

    assert budget.paused("edit") == pytest.approx(300, abs=20)
    assert budget.paused("post") == 0


@pytest.mark.parametrize("count", [3, 8, 11])
async def test_a_killed_process_leaves_at_least_what_it_has_written(
    writes: SqlWriteStore, count: int
) -> None:
    first = await started(writes)
    begun = first.of(HERE, LIMITS)
    for _ in range(count - 1):
        async with result(begun):
            pass
    writing = asyncio.create_task(_write(begun))
    await asyncio.sleep(0)

    second = await started(writes)

    # What may not have been stored counts, whether it was written or not.
    left = LIMITS.writes - count
    assert left - 2 * Budgets.most_unsaved <= await room(second.of(HERE, LIMITS)) <= left
    writing.cancel()
    await first.close()


async def test_many_writes_are_stored_together(database: Database) -> None:
    store = CountingStore(database)
    budgets = await started(store)
    chats = [budgets.of(replace(HERE, chat=str(number)), LIMITS) for number in range(100)]

    for budget in chats:
        async with result(budget):
            pass
    await budgets.close()

    assert store.saves <= 5
    assert len((await store.load(0.0)).chats) == 100
