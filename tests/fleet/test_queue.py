"""What wakes a process for jobs lets go of it, whatever the database does in that moment."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from storage.database import open_database, parse
from storage.fleet.commons import open_commons
from storage.fleet.queue import WakeUps
from tests.fakes.log_watch import log_watch
from tests.fakes.postgres import PostgresServer
from tests.fakes.relay import Relay

pytestmark = pytest.mark.fleet


@pytest.fixture
async def relay(server: PostgresServer) -> AsyncIterator[Relay]:
    """Between whoever is woken and the database."""
    async with Relay(server.new_database()) as relay:
        yield relay


@pytest.fixture
async def wake_ups(
    relay: Relay, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[WakeUps]:
    """Of one who listens to the queue."""
    caplog.set_level("INFO", "procrastinate")

    async def take(job_id: str) -> None:
        raise AssertionError(f"there is no job {job_id}")

    async with (
        open_database(relay.there) as database,
        open_commons(database, parse(relay.url), tmp_path) as fleet,
    ):
        wake_ups = WakeUps(fleet.conninfo, dict(fleet.options), take)
        await wake_ups.open()
        with log_watch("Starting worker on queues telegram") as listens:
            wake_ups.join("telegram")
            await listens.wait()
        yield wake_ups


def _cut_at_goodbye(relay: Relay) -> None:
    relay.cut_at(b"unregister_worker", arrives=False)


@pytest.mark.parametrize("lose", [_cut_at_goodbye, Relay.freeze])
async def test_a_worker_that_cannot_say_goodbye_ends_all_the_same(
    wake_ups: WakeUps,
    relay: Relay,
    lose: Callable[[Relay], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    lose(relay)

    async with asyncio.timeout(60):
        await wake_ups.close()

    assert "Starting worker" not in caplog.text
