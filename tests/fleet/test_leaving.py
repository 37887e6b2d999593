"""A process is asked to leave: what others can go on with is theirs long before it has ended."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.fleet import Fleet, fleet
from tests.fakes.postgres import PostgresServer
from tests.fakes.relay import Relay
from tests.fakes.telegram.chat import TelegramChat

pytestmark = pytest.mark.fleet

STREAM, TASK = "apiyi/veo-3.1", "whatai/sora-2"


@pytest.fixture(name="fleet")
async def _fleet(tmp_path: Path, server: PostgresServer) -> AsyncGenerator[Fleet]:
    """A slow one, so that both outlast the start of another process."""
    async with fleet(tmp_path, server, speed=1.25) as made:
        yield made


async def until_held(fleet: Fleet, model: str, pid: int) -> None:
    """Wait until that process has the job, and its gateway has taken it."""
    query = f"SELECT holder FROM jobs WHERE state = 'running' AND model = '{model}'"  # noqa: S608
    async with asyncio.timeout(90):
        # Nothing of it is in this process that could tell.
        while not any(f"-{pid}-" in str(holder) for (holder,) in fleet.rows(query)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_task_goes_on_elsewhere_at_once_and_a_stream_ends_where_it_is(
    fleet: Fleet,
) -> None:
    front = await fleet.start()
    await front.until_logged("listening as @")
    chats = list[TelegramChat]()
    for number, model in enumerate((STREAM, TASK), 7):
        ada = fleet.telegram.user(number)
        chats.append(fleet.telegram.private(ada))
        fleet.telegram.say(chats[-1], ada, f"/video --model {model} #slow a cat")
        await until_held(fleet, model, front.process.pid)
    # However long the rest takes, who makes the stream cannot have ended.
    held = [fleet.telegram.hold("sendVideo") for _ in chats]
    worker = await fleet.start("worker")
    await worker.until_logged("platforms:")

    front.process.terminate()
    await until_held(fleet, TASK, worker.process.pid)
    is_there = front.process.returncode is None
    for each in held:
        each.release.set()
    await fleet.telegram.until(
        lambda: all(
            any("Done in" in post.text for post in fleet.telegram.answers(chat)) for chat in chats
        ),
        seconds=180,
    )

    assert is_there
    assert await front.process.wait() == 0
    assert len(fleet.paid()) == 2
    assert len(fleet.telegram.called("sendVideo")) == 2


@pytest.mark.parametrize("silent", [0.0, 20.0])
async def test_nothing_is_waited_for_that_a_database_which_hangs_would_have_to_say(
    fleet: Fleet, silent: float
) -> None:
    async with Relay(fleet.url) as relay:
        front = await fleet.start(DATABASE_URL=relay.url)
        await front.until_logged("listening as @")
        ada = fleet.telegram.user(7)
        fleet.telegram.say(fleet.telegram.private(ada), ada, f"/video --model {TASK} #slow a cat")
        await until_held(fleet, TASK, front.process.pid)
        worker = await fleet.start("worker", DATABASE_URL=relay.url)
        await worker.until_logged("platforms:")

        relay.freeze()
        await asyncio.sleep(silent)
        assert await asyncio.gather(front.stop(), worker.stop()) == [0, 0]
