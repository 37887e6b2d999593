"""What one process knows, the others know: engines with memories of their own, on one database."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest

from bots.admins import Admins
from bots.server import GatewayCalls, serve_web
from core.callbacks.hooks import Hooks
from core.catalog.cooldown import Aside
from core.dialects.endpoint import Pace
from core.engine.engine import Engine
from core.i18n import Locale
from core.jobs import JobState
from core.people.access import Rule
from core.people.audit import Act
from core.people.pause import Pause
from core.platform import Party, User
from tests.fakes.engine_harness import STREAM, TASKS, EngineHarness, stored_when
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway, open_gateway
from tests.fakes.memory_platform import NAME
from tests.fakes.movies import make_movie

pytestmark = pytest.mark.fleet
ANN = User(platform=NAME, id="ann")
ACT = Act(by=ANN.party, at=1.0, command="any", place=Party(platform=NAME, kind="chat", id="1"))
_SECONDS = 90.0


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[ManualGateway]:
    async with open_gateway(make_movie(tmp_path / "film.mp4", 64, 64, 1.0).read_bytes()) as it:
        yield it


@pytest.fixture
def harness(tmp_path: Path, gateway: ManualGateway, url: str) -> EngineHarness:
    """Where nobody asks after a task without being called."""
    patient = Pace(least=100_000, longest=100_000)
    return EngineHarness(
        folder=tmp_path, root=gateway.root, pace=patient, in_fleet=True, address=url
    )


@asynccontextmanager
async def engines(harness: EngineHarness, count: int = 2) -> AsyncGenerator[list[Engine]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(process(harness)) for _ in range(count)]


def process(harness: EngineHarness) -> AbstractAsyncContextManager[Engine]:
    return replace(harness, hooks=Hooks("http://us")).engine()


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(_SECONDS):
        while not holds():  # noqa: ASYNC110 - other processes have no events of ours
            await asyncio.sleep(0.01)


async def test_a_ban_counts_in_all_of_them_and_so_does_its_end(harness: EngineHarness) -> None:
    async with engines(harness) as (here, there):
        ban = Rule(party=ANN.party, allowed=False, banned=True, act=ACT)

        await here.services.access.save(ban)
        await until(lambda: there.services.access.bans(ANN))

        await there.services.access.save(replace(ban, allowed=True, banned=False))
        await until(lambda: not here.services.access.bans(ANN))


async def test_a_pause_counts_in_all_of_them_and_so_does_its_end(harness: EngineHarness) -> None:
    async with engines(harness) as (here, there):
        await here.services.pauses.set(Pause(text="soon"), ACT)
        await until(lambda: there.services.pauses.current == Pause(text="soon"))

        await there.services.pauses.set(None, ACT)
        await until(lambda: here.services.pauses.current is None)


async def test_a_model_is_set_aside_in_all_of_them_and_in_those_that_come(
    harness: EngineHarness,
) -> None:
    async with engines(harness) as (here, there):
        here.services.catalog.cooldown.put(TASKS)
        await until(lambda: TASKS in there.services.catalog.cooldown)

        async with process(harness) as late:
            await until(lambda: TASKS in late.services.catalog.cooldown)
            assert late.services.catalog.cooldown.minutes_left(TASKS) == 60


async def test_what_an_admin_sets_aside_is_so_in_all_of_them_and_so_is_its_end(
    harness: EngineHarness,
) -> None:
    async with engines(harness) as (here, there):
        await here.services.asides.decide([TASKS], Aside(seconds=7200.0), ACT)
        await until(lambda: TASKS in there.services.catalog.cooldown)
        found = there.services.catalog.cooldown.get(TASKS)

        assert found
        assert found.by == str(ACT.by)
        assert there.services.catalog.cooldown.minutes_left(TASKS) == 120

        await there.services.asides.decide([TASKS], None, ACT)
        await until(lambda: TASKS not in here.services.catalog.cooldown)


async def test_what_an_admin_takes_back_before_it_was_told_stays_taken_back(
    harness: EngineHarness,
) -> None:
    async with engines(harness) as (here, there):
        cooldown = here.services.catalog.cooldown
        cooldown.put(TASKS)
        cooldown.decide(TASKS, None)
        cooldown.put(STREAM)
        await until(lambda: STREAM in there.services.catalog.cooldown)

        assert TASKS not in there.services.catalog.cooldown
        assert TASKS not in cooldown


async def test_what_is_listed_is_known_to_all_of_them(harness: EngineHarness) -> None:
    harness.gone = frozenset()
    async with engines(harness) as (here, there):
        services = there.services
        model = next(
            each
            for each in services.catalog.data.served
            if (endpoint := services.endpoints.get(each.gateway)) and each.sort in endpoint.lists
        )
        await here.services.listings.save({model.key: False})
        await until(lambda: services.catalog.listed.lacks(model))


async def test_who_was_deaf_for_a_while_looks_at_everything(
    harness: EngineHarness, url: str
) -> None:
    async with engines(harness) as (here, there):
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
            heard = "FROM pg_stat_activity WHERE datname = current_database()"
            heard += " AND query = 'LISTEN cliprelay'"
            await until(lambda: admin.execute(f"SELECT 1 {heard}".encode()).rowcount == 2)
            admin.execute(f"SELECT pg_terminate_backend(pid) {heard}".encode())
        await here.services.pauses.set(Pause(text="unheard"), ACT)

        await until(lambda: there.services.pauses.current)


async def test_a_hook_wakes_its_job_wherever_it_arrives_and_no_secret_is_called_out(
    harness: EngineHarness, gateway: ManualGateway, url: str
) -> None:
    await gateway.allow(CREATE, LOOK, FETCH)
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(process(harness))
        job = await here.submit(harness.order())
        row = await stored_when(here, job.id, lambda row: row.task is not None)
        there = await stack.enter_async_context(process(harness))
        admins = Admins(there.services, [], Locale.EN)
        routes = GatewayCalls(there.services, admins, None).routes
        port = await stack.enter_async_context(serve_web(routes, 0))
        ear = await psycopg.AsyncConnection.connect(url.replace("+psycopg", ""), autocommit=True)
        await stack.enter_async_context(ear)
        await ear.execute("LISTEN cliprelay")

        answers = [await post(port, secret) for secret in ("x" * len(row.hook), "short", row.hook)]
        async with asyncio.timeout(_SECONDS):
            ended = await stored_when(here, job.id, lambda row: row.is_ended)
        called = [call.payload async for call in ear.notifies(timeout=0)]

    assert answers == [204, 204, 204]
    assert ended.state is JobState.DONE
    hooks = [each for each in called if '"hook"' in each]
    assert len(hooks) == 2
    assert not any(row.hook in each or "xxxx" in each for each in called)


async def post(port: int, secret: str) -> int:
    async with httpx.AsyncClient(trust_env=False, timeout=90) as client:
        return (await client.post(f"http://127.0.0.1:{port}/hooks/{secret}")).status_code
