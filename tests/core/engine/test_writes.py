"""How often a job is written to the database, counted and not timed."""

import pytest

from core.engine.active_job import ActiveJob
from core.engine.engine import Engine
from core.jobs import JobState
from core.messages.progress import Phase, Progress
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.engine_harness import STREAM, TASKS, EngineHarness, stored
from tests.fakes.statements import Statement, listening

pytestmark = ONLY_SQLITE


_FRAMES = 60


def writes_of(said: list[Statement]) -> int:
    """How often a whole row was written; progress alone is told apart, and once a second."""
    rows = [sql for sql, _ in said if sql.startswith(("INSERT INTO jobs", "UPDATE jobs"))]
    return len([sql for sql in rows if not sql.startswith("UPDATE jobs SET fraction=?")])


@pytest.mark.parametrize(("model", "most"), [(STREAM, 11), (TASKS, 10)])
async def test_a_job_is_written_so_often(
    harness: EngineHarness, engine: Engine, model: str, most: int
) -> None:
    with listening() as said:
        job = await engine.submit(harness.order(model=model))
        await engine.idle()

    assert (await stored(engine, job.id)).state is JobState.DONE
    assert writes_of(said) <= most


async def show(harness: EngineHarness, engine: Engine, *progress: Progress) -> list[Statement]:
    """Show each of these as a frame of its own; gives what was said to the database."""
    store, job = engine.services.store, harness.job()
    await store.add(job)
    active = ActiveJob(engine.services, job, engine.services.catalog.choose(job.request))
    await active.open()
    await active.claim()
    with listening() as said:
        for number, each in enumerate(progress):
            active.show(each)
            shown = number + 1
            await harness.chat.until(lambda _, n=shown: len(harness.chat.of("edit")) >= n)
    await active.close()
    return said


async def test_a_frame_that_tells_no_new_progress_says_nothing_to_the_database(
    harness: EngineHarness, engine: Engine
) -> None:
    phases = [Phase.QUEUED, Phase.RENDERING] * (_FRAMES // 2)
    first = Progress(phase=Phase.RENDERING, fraction=0.5)

    said = await show(harness, engine, first, *(Progress(phase=p, fraction=0.5) for p in phases))

    assert len(harness.chat.of("edit")) == _FRAMES + 1
    assert len(said) == 1


async def test_frames_that_tell_new_progress_at_once_share_a_write(
    harness: EngineHarness, engine: Engine
) -> None:
    told = [Progress(phase=Phase.RENDERING, fraction=n / 100) for n in range(1, _FRAMES + 1)]

    said = await show(harness, engine, *told)

    # Once a second; a machine that is as slow as that to draw sixty frames has other troubles.
    assert len(said) <= _FRAMES / 4
