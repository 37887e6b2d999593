"""What is done to a job by another process than the one that has it, or had it."""

from collections import Counter
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.crowd import FleetCrowd, three
from tests.fakes.fleet import Fleet, FleetProcess, fleet
from tests.fakes.local_picture import picture
from tests.fakes.postgres import PostgresServer
from tests.fakes.telegram.chat import TelegramMessage

pytestmark = pytest.mark.fleet

JOBS = 8


@pytest.fixture(name="fleet")
async def _fleet(tmp_path: Path, server: PostgresServer) -> AsyncGenerator[Fleet]:
    """A slow one, so that all jobs are under way at once on any machine."""
    async with fleet(tmp_path, server, speed=2.5) as made:
        yield made


@pytest.fixture
def crowd(fleet: Fleet) -> FleetCrowd:
    return FleetCrowd(fleet=fleet)


def running_elsewhere(crowd: FleetCrowd, process: FleetProcess) -> str:
    """What somebody else runs of all that was ordered."""
    return next(row.prompt for row in crowd.rows() if row.holder and not row.belongs_to(process))


def shown(crowd: FleetCrowd, prompt: str) -> TelegramMessage:
    """What stands in the chat of that order."""
    return crowd.fleet.telegram.answers(crowd.chats[prompt])[-1]


async def test_what_a_machine_has_no_model_for_goes_to_those_that_have(
    fleet: Fleet, crowd: FleetCrowd
) -> None:
    front, *_ = await three(fleet)
    bare = [await fleet.start("worker", CROWD_API_KEY="") for _ in range(2)]
    for each in bare:
        await each.until_logged("platforms:")
    await crowd.order_until_running(front, JOBS)
    await front.kill()
    crowd.left_by(front)
    await crowd.until_taken_over(front)
    await crowd.until_all_ended()

    assert crowd.verdict() == []
    assert not any(each.said("is not set up") for each in bare)


async def test_a_job_is_cancelled_by_who_listens_and_retried_by_who_listens_then(
    fleet: Fleet, crowd: FleetCrowd
) -> None:
    front, *_ = await three(fleet)
    (refused,) = crowd.order(1, "#fail-moderation")
    crowd.order(JOBS)
    await crowd.until(JOBS, "running")
    prompt = running_elsewhere(crowd, front)

    status, person = shown(crowd, prompt), crowd.chats[prompt].person
    assert person
    fleet.telegram.press(status, "Cancel", person)
    await fleet.telegram.until(lambda: "Cancelled" in status.text)
    cancelled = crowd.row(prompt)
    await crowd.until(1, "failed")
    next_front = await fleet.start()
    await next_front.until_logged("stands by", times=2)
    assert await front.stop() == 0
    person = crowd.chats[refused].person
    assert person
    await fleet.telegram.until(lambda: shown(crowd, refused).buttons)
    fleet.telegram.press(shown(crowd, refused), "Retry", person)
    await fleet.telegram.until(lambda: len(fleet.telegram.answers(crowd.chats[refused])) > 1)
    await crowd.until_all_ended()

    assert cancelled.state == "cancelled"
    assert crowd.row(prompt).holder == ""
    assert not front.said("does not answer")
    assert crowd.videos()[prompt] == 0
    assert crowd.row(refused).state == "failed"
    prompts = [order.prompt for order in fleet.paid()]
    assert prompts.count(refused) == 2
    assert len(prompts) == JOBS + 2
    assert sum(crowd.videos().values()) == JOBS - 1


async def test_what_a_dead_machine_had_is_cancelled_without_waiting_for_it(
    fleet: Fleet, crowd: FleetCrowd
) -> None:
    _, victim, _ = await three(fleet)
    await crowd.order_until_running(victim, JOBS)
    await victim.kill()
    left = crowd.left_by(victim)
    prompt = next(row.prompt for row in left if row.state == "running")
    status, person = shown(crowd, prompt), crowd.chats[prompt].person
    assert person

    fleet.telegram.press(status, "Cancel", person)
    await fleet.telegram.until(lambda: "Cancelled" in status.text)
    await crowd.until_all_ended()

    assert crowd.row(prompt).state == "cancelled"
    assert crowd.videos()[prompt] == 0
    # What was being submitted nobody can know.
    assert sum(crowd.videos().values()) == len(crowd.chats) - 1 - len(crowd.unsure)
    assert max(Counter(order.prompt for order in fleet.paid()).values()) == 1


async def test_a_picture_is_there_wherever_its_job_runs(
    fleet: Fleet, crowd: FleetCrowd, tmp_path: Path
) -> None:
    front, *_ = await three(fleet)
    photo = picture(tmp_path, "cat.png").path.read_bytes()

    crowd.order(JOBS, photo=photo)
    await crowd.until(JOBS, "running")
    elsewhere = running_elsewhere(crowd, front)
    await crowd.until_all_ended()

    assert elsewhere
    assert crowd.verdict() == []
    assert [order.images for order in fleet.paid()] == [1] * JOBS
