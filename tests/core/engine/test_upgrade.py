"""Jobs as the very first version left them, in every state, and what becomes of them now."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from core.errors import FaultKind
from core.jobs import Job, JobState
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.engine_harness import TASKS, EngineHarness, stored
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway

pytestmark = ONLY_SQLITE


_MIGRATIONS = Path(__file__).parents[3] / "storage" / "migrations"
# The very columns and JSON of that version.
_ROW = """
INSERT INTO jobs VALUES (
  :id, 1, :state, 'chat', 'ann', '{"platform": "chat", "id": "ann"}', 'en',
  '{"platform": "chat", "chat": "1", "thread": ""}', :model,
  '{"prompt": "a cat", "kind": "video", "images": [], "ratio": null, "seconds": 1,
    "resolution": null, "fast": false, "count": 1, "seed": null, "private": false,
    "model": null}',
  50, '{"conversation": {"platform": "chat", "chat": "1", "thread": ""}, "id": "s"}', :task,
  :results, '[]', 0.5, 0, null, :fault, 1.0, 2.0, :ended
)
"""
_TASK = '{"id": "task-7"}'
_FAULT = (
    '{"kind": "overloaded", "reason": "busy", "http_status": 503, "request_id": "",'
    ' "maybe_billed": false}'
)


async def taken_up(harness: EngineHarness, state: str, task: str | None, results: str) -> Job:
    """Leave such a row in a database of that version, open it with this one, and let it end."""
    ended = 3.0 if state in {"done", "failed", "cancelled"} else None
    row = {
        "id": "j",
        "state": state,
        "model": TASKS,
        "task": task,
        "results": results,
        "fault": _FAULT if state == "failed" else None,
        "ended": ended,
    }

    earlier = create_engine(harness.database_url)
    with earlier.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text(_ROW), row)
    earlier.dispose()
    async with harness.engine() as engine:
        await engine.idle()
        return await stored(engine, "j")


def link(gateway: ManualGateway) -> str:
    return (
        f'[{{"urls": ["{gateway.root}/film.mp4"], "kind": "video", "page": "",'
        ' "preview": false, "authorized": false}]'
    )


@pytest.mark.parametrize(
    ("state", "task", "has_results", "now", "paid", "posts"),
    [
        ("waiting", None, False, JobState.DONE, 1, 1),
        ("submitting", None, False, JobState.FAILED, 0, 0),
        ("running", None, False, JobState.FAILED, 0, 0),
        ("running", _TASK, False, JobState.DONE, 0, 1),
        ("running", None, True, JobState.DONE, 0, 1),
        ("delivering", _TASK, True, JobState.DONE, 0, 1),
        ("done", _TASK, True, JobState.DONE, 0, 0),
        ("failed", None, False, JobState.FAILED, 0, 0),
        ("cancelled", None, False, JobState.CANCELLED, 0, 0),
    ],
)
async def test_a_job_of_the_first_version_ends_as_it_should(  # noqa: PLR0917 - a table
    slow_harness: EngineHarness,
    gateway: ManualGateway,
    state: str,
    task: str | None,
    now: JobState,
    paid: int,
    posts: int,
    *,
    has_results: bool,
) -> None:
    await gateway.allow(CREATE, LOOK, FETCH)

    row = await taken_up(slow_harness, state, task, link(gateway) if has_results else "[]")

    told = [write.text for write in slow_harness.chat.writes]
    assert (row.state, gateway.asked[CREATE]) == (now, paid)
    assert len(slow_harness.chat.of("deliver")) == posts
    if state in {"submitting", "running"} and now is JobState.FAILED:
        assert row.fault
        assert row.fault.kind is FaultKind.INTERRUPTED
        assert len(told) == 1
    if state in {"done", "failed", "cancelled"}:
        assert told == []
