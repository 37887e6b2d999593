"""Whatever happens to a process or the database, the jobs go on elsewhere and are paid once."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.crowd import FleetCrowd, make_roomy, three
from tests.fakes.fleet import Fleet, fleet
from tests.fakes.postgres import PostgresServer
from tests.fakes.relay import Relay

pytestmark = pytest.mark.fleet

JOBS = 40
STEPS = {("submitting", False), ("running", False), ("delivering", True)}


@pytest.fixture(name="fleet")
async def _fleet(
    request: pytest.FixtureRequest, tmp_path: Path, server: PostgresServer
) -> AsyncGenerator[Fleet]:
    """A slow one, so that all jobs are under way at once: a video takes twenty seconds."""
    async with fleet(tmp_path, server, speed=getattr(request, "param", 3.0)) as made:
        yield made


@pytest.fixture
def crowd(fleet: Fleet) -> FleetCrowd:
    return FleetCrowd(fleet=fleet)


# Here it takes forty, or eight: two hundred take a while to get under way.
@pytest.mark.parametrize("fleet", [1.5], indirect=True)
async def test_the_jobs_of_one_that_is_killed_go_on_elsewhere_wherever_they_were(
    fleet: Fleet, crowd: FleetCrowd
) -> None:
    _, victim, _ = await three(fleet)
    crowd.order(100)
    await crowd.until_begun(100)
    crowd.order(40, "quick")
    held = [fleet.telegram.hold("sendVideo") for _ in range(40)]
    await crowd.until(2, "delivering", victim, posting=True)
    # Last what is over by itself, however long all the others took.
    crowd.order(30)
    lost_answers = crowd.order(30, "#timeout-524 #slow")
    await crowd.until_amid(victim, STEPS)

    await victim.kill()
    left = crowd.left_by(victim)
    for each in held:
        each.release.set()
    await crowd.until_taken_over(victim)
    await crowd.until_all_ended()

    # Those of the others learn from their gateway that nobody knows.
    crowd.unsure |= set(lost_answers)
    assert {(row.state, row.posting) for row in left} >= STEPS
    assert crowd.verdict() == []
    assert {crowd.row(row.prompt).fault for row in left if row.state == "submitting"} == {
        "interrupted"
    }


async def test_nine_are_killed_one_after_the_other_and_every_job_ends_once(
    fleet: Fleet, crowd: FleetCrowd
) -> None:
    make_roomy(fleet)
    alive = [await fleet.start() for _ in range(3)]
    await alive[0].until_logged("platforms:")
    for _ in range(9):
        crowd.order(5)
        crowd.order(5, "quick")
        alive.append(await fleet.start())
        await alive[-1].until_logged("platforms:")
        victim = alive.pop(0)
        await victim.kill()
        crowd.left_by(victim)

    await crowd.until_all_ended()

    assert crowd.verdict() == []


async def test_two_that_stood_still_find_their_jobs_with_others_and_say_nothing_more(
    fleet: Fleet, crowd: FleetCrowd
) -> None:
    _, early, late = await three(fleet)
    crowd.order(JOBS)
    await crowd.until_begun(JOBS // 2)

    for frozen in (early, late):
        await crowd.until(1, "running", frozen)
        frozen.freeze()
        crowd.left_by(frozen)
    # One wakes up while others do what it had begun, and one when all is over.
    await crowd.until_taken_over(early)
    early.thaw()
    await crowd.until_all_ended()
    late.thaw()
    for frozen in (early, late):
        await frozen.until_logged("another run has it")
        assert await frozen.stop() == 0

    assert crowd.verdict() == []


async def test_whoever_is_asked_to_leave_hands_its_jobs_over_at_once(
    fleet: Fleet, crowd: FleetCrowd
) -> None:
    front, worker, _ = await three(fleet)
    standby = await fleet.start()
    await standby.until_logged("stands by", times=2)
    leaving = (front, standby, worker)
    crowd.order(JOBS)
    await crowd.until_begun(JOBS)
    for each in leaving:
        await crowd.until(1, "running", each)

    assert await asyncio.gather(*(each.stop() for each in leaving)) == [0, 0, 0]
    left = [row for each in leaving for row in crowd.rows(each)]
    await crowd.until_all_ended()

    assert left == []
    assert crowd.verdict() == []


@pytest.mark.parametrize("seconds", [4, 14, 42])
async def test_a_database_that_is_away_is_no_failure_of_a_job(
    fleet: Fleet, server: PostgresServer, crowd: FleetCrowd, seconds: int
) -> None:
    await three(fleet)
    crowd.order(JOBS)
    await crowd.until_begun(JOBS)

    server.stop(signal.SIGQUIT)
    await asyncio.sleep(seconds)
    server.start()
    await crowd.until_all_ended()

    assert crowd.verdict() == []


async def test_one_that_hears_nothing_from_the_database_shows_nothing_and_others_go_on(
    fleet: Fleet, crowd: FleetCrowd
) -> None:
    async with Relay(fleet.url) as relay:
        await three(fleet)
        cut_off = await fleet.start("worker", DATABASE_URL=relay.url)
        await cut_off.until_logged("platforms:")
        crowd.order(JOBS)
        await crowd.until_begun(JOBS // 2)
        await crowd.until(1, "running", cut_off)

        relay.freeze()
        crowd.left_by(cut_off)
        await crowd.until_taken_over(cut_off)
        await asyncio.sleep(10)
        relay.thaw()
        await crowd.until_all_ended()
        assert await cut_off.stop() == 0

    assert crowd.verdict() == []
