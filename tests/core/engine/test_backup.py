"""A bot that is started from a backup, which was taken while jobs ran: nothing is paid twice."""

import shutil
from dataclasses import replace
from pathlib import Path

from core.errors import FaultKind
from core.jobs import Job, JobState
from storage.backup import back_up
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.engine_harness import EngineHarness, stored_when
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.memory_platform import MemoryPlatform


async def restored(harness: EngineHarness, backup: Path, *jobs: str) -> list[Job]:
    """What has become of these jobs when a bot that was started from it has done its work."""
    (folder := backup.with_suffix("")).mkdir()
    shutil.copy(backup, folder / "jobs.db")
    there = replace(harness, folder=folder, chat=MemoryPlatform())
    async with there.engine() as engine:
        await engine.idle()
        rows = [await engine.services.store.get(job) for job in jobs]
    return [row for row in rows if row]


@ONLY_SQLITE
async def test_started_from_a_backup_a_bot_asks_for_known_tasks_and_sends_nothing_again(
    tmp_path: Path, slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    sent, running = tmp_path / "sent.db", tmp_path / "running.db"
    slow_harness.jobs_per_user = 1
    async with slow_harness.engine() as engine:
        first = await engine.submit(slow_harness.order())
        second = await engine.submit(slow_harness.order())
        await gateway.reached(CREATE)
        back_up(slow_harness.database_url, sent)
        await gateway.allow(CREATE)
        await stored_when(engine, first.id, lambda job: job.task is not None)
        back_up(slow_harness.database_url, running)
        await gateway.allow(LOOK, FETCH)
        await engine.idle()
    assert gateway.asked[CREATE] == 2

    for backup, went_on in ((sent, False), (running, True)):
        one, two = await restored(slow_harness, backup, first.id, second.id)
        assert one.state is (JobState.DONE if went_on else JobState.FAILED)
        assert two.fault
        assert (two.state, two.fault.kind) == (JobState.FAILED, FaultKind.INTERRUPTED)
        assert two.credits == 0
    assert gateway.asked[CREATE] == 2
