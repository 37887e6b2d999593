"""Several machines, of which not all have the same models set up."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from core.jobs import JobState
from sandbox.options import SandboxOptions
from sandbox.orders.ledger import read_ledger
from sandbox.server import serve
from tests.fakes.engine_harness import FOUR, EngineHarness, stored, stored_when
from tests.fakes.memory_platform import MemoryPlatform, PlatformWrite
from tests.fakes.postgres import PostgresServer, own_server
from tests.fakes.setups import OTHERS

pytestmark = pytest.mark.fleet

JOBS = 8


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with own_server() as server:
        yield server


@pytest.fixture
async def knows(tmp_path: Path, server: PostgresServer) -> AsyncIterator[EngineHarness]:
    """A machine that has everything."""
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        (folder := tmp_path / "a").mkdir()
        address = server.new_database()
        yield EngineHarness(folder=folder, root=root, address=address, in_fleet=True)


def lacking(knows: EngineHarness, name: str) -> EngineHarness:
    """One beside it whose operator has given it no key of the sandbox."""
    (folder := knows.folder.parent / name).mkdir()
    return replace(knows, folder=folder, gone=OTHERS | {"sandbox"})


def on_hold(chat: MemoryPlatform) -> list[PlatformWrite]:
    return [write for write in chat.writes if "no longer set up" in write.text]


async def test_what_one_cannot_run_is_run_by_who_can(tmp_path: Path, knows: EngineHarness) -> None:
    knows = replace(knows, jobs_per_user=2 * JOBS, concurrency=2 * JOBS)
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(knows.engine())
        for name in "bcd":
            await stack.enter_async_context(lacking(knows, name).engine())
        jobs = [await here.submit(knows.order(f"cat {number}")) for number in range(JOBS)]
        rows = [await stored_when(here, job.id, lambda row: row.is_ended) for job in jobs]

    assert {row.state for row in rows} == {JobState.DONE}
    assert len(read_ledger(tmp_path / "sandbox")) == JOBS
    assert on_hold(knows.chat) == []


async def test_what_nobody_can_run_holds_up_nobody_and_goes_on_as_soon_as_somebody_can(
    tmp_path: Path, knows: EngineHarness
) -> None:
    async with replace(knows, jobs_per_user=0).engine() as gone:
        rests = await gone.submit(knows.order())
    first, second = (replace(lacking(knows, name), jobs_per_user=1) for name in "bc")
    async with first.engine() as here, second.engine():
        await knows.chat.until(lambda write: "no longer set up" in write.text)
        other = await here.submit(knows.order(model=FOUR))
        done = await stored_when(here, other.id, lambda row: row.is_ended)
        await here.idle()
        meanwhile = await stored(here, rests.id)
        async with knows.engine() as back:
            made = await stored_when(back, rests.id, lambda row: row.told)

    assert (done.state, meanwhile.state, made.state) == (
        JobState.DONE,
        JobState.WAITING,
        JobState.DONE,
    )
    # Whoever starts without it says so once more, in the same message.
    assert {write.kind for write in on_hold(knows.chat)} == {"edit"}
    assert len(read_ledger(tmp_path / "sandbox")) == 2
