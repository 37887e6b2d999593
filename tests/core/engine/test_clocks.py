"""The machine's clock jumps by hours between two starts, or in the middle of a job."""

import asyncio
import time
from dataclasses import replace

import pytest

from core.errors import FaultKind
from core.jobs import JobState
from core.media import TaskRef
from core.messages.written import ChatKey, Written
from storage.database import open_database
from storage.writes import SqlWriteStore
from tests.fakes.engine_harness import TASKS, EngineHarness, stored
from tests.fakes.manual_gateway import FETCH, LOOK, ManualGateway

_HOURS = 5 * 3600.0


async def test_a_clock_that_was_set_back_lets_no_job_wait_for_hours(
    slow_harness: EngineHarness,
) -> None:
    slow_harness.deadline_seconds = 1
    began = time.time() + _HOURS  # by the clock as it was then
    job = replace(slow_harness.job(), state=JobState.RUNNING, task=TaskRef(id="task-7"))
    await slow_harness.leave(replace(job, started_at=began, created_at=began))

    async with slow_harness.engine() as engine, asyncio.timeout(120):
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.fault
    assert (row.state, row.fault.kind) == (JobState.FAILED, FaultKind.TIMEOUT)


async def test_a_clock_that_was_set_forward_gives_up_no_finished_task(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    await gateway.allow(LOOK, FETCH)
    began = time.time() - _HOURS
    job = replace(slow_harness.job(), state=JobState.RUNNING, task=TaskRef(id="task-7"))
    await slow_harness.leave(replace(job, started_at=began))

    async with slow_harness.engine() as engine:
        await engine.idle()
        row = await stored(engine, job.id)

    assert (row.state, row.fault) == (JobState.DONE, None)


@pytest.mark.parametrize("took", [-_HOURS, 0.0])
async def test_what_took_no_time_teaches_nothing(harness: EngineHarness, took: float) -> None:
    now = time.time()
    row = replace(harness.job(), state=JobState.DONE, started_at=now, ended_at=now + took)
    await harness.leave(row)

    async with harness.store() as store:
        assert await store.durations(TASKS, limit=30) == []


async def test_a_pause_is_no_longer_for_a_clock_that_was_set_back(harness: EngineHarness) -> None:
    chat, then = ChatKey("chat", "1", ""), time.time() + _HOURS
    async with open_database(harness.database_url) as database:
        store = SqlWriteStore(database)
        paused = Written(times=(then,), pauses={"post": then + 30})
        await store.save({chat: paused}, then, ended=False)
        found = (await store.load(0)).chats[chat]

    assert found.pauses["post"] <= time.time() + 30
    assert found.times[0] <= time.time()
