"""Many who start at once, and a new version that comes while the old one works."""

import asyncio
import shutil
from pathlib import Path

import pytest

from storage.migrating import newest_revision
from tests.fakes.cli import ROOT, run
from tests.fakes.crowd import FleetCrowd, three
from tests.fakes.fleet import Fleet
from tests.fakes.postgres import PostgresServer

pytestmark = pytest.mark.fleet

JOBS = 12
NEXT = f"{int(newest_revision()) + 1:04}"
# What a version to come may do: those that work already know nothing of it.
SCRIPT = f"""
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{newest_revision()}"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("mood", sa.String))
    op.create_table("moods", sa.Column("name", sa.String, primary_key=True))
"""


@pytest.fixture
def newer(tmp_path: Path) -> dict[str, str]:
    """How the next version is started."""
    package = tmp_path / "newer" / "storage"
    shutil.copytree(ROOT / "storage", package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "migrations" / "versions" / f"{NEXT}_moods.py").write_text(SCRIPT)
    return {"PYTHONPATH": f"{package.parent}:{ROOT}"}


async def test_all_who_start_at_once_on_an_empty_database_come_up(
    fleet: Fleet, server: PostgresServer
) -> None:
    fleet.url = server.new_empty_database()
    commands = ("run", "run", "worker", "worker")

    started = [await fleet.start(command) for command in commands]
    await asyncio.gather(*(each.until_logged("platforms:") for each in started))

    assert fleet.rows("SELECT version_num FROM alembic_version") == [(newest_revision(),)]
    assert len(fleet.rows("SELECT name FROM workers")) == len(commands)
    assert not any("Traceback" in line for each in started for line in each.log)


async def test_the_old_version_works_on_while_a_newer_one_comes_and_takes_over(
    fleet: Fleet, newer: dict[str, str], tmp_path: Path
) -> None:
    old = await three(fleet)
    crowd = FleetCrowd(fleet=fleet)
    crowd.order(JOBS)
    await crowd.until_begun(JOBS)

    new = [await fleet.start("run", **newer), await fleet.start("worker", **newer)]
    for each in new:
        await each.until_logged("platforms:")
    late = await run(tmp_path, "worker", variables={**fleet.variables, "DATABASE_URL": fleet.url})
    # It still listens: what is ordered now is stored and begun by the old version.
    await crowd.order_until_running(new[1], JOBS)
    front, *workers = old
    for each in (*workers, front):
        assert await each.stop() == 0
    crowd.order(JOBS)
    await crowd.until_all_ended()

    assert fleet.rows("SELECT version_num FROM alembic_version") == [(NEXT,)]
    assert late.code
    assert "later version" in late.err
    assert "Traceback" not in late.err
    assert crowd.verdict() == []
