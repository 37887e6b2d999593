"""What is to be done or told once, one of several processes does or tells, for all of them."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from socket import gethostname

import pytest
from pydantic import SecretStr

from bots.admins import Admins
from bots.cli.nightly import asked_nightly
from bots.outages import Outages
from bots.server import GatewayCalls, serve_web
from bots.watch import Watch
from core.engine.engine import Engine
from core.files.disk import Room
from core.i18n import Locale
from core.jobs import JobState
from core.keeper import Keeper
from core.past_jobs import Retention
from tests.bots.test_server import BEARER, LOW, SECRET, post
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fleet.test_news import engines, until

pytestmark = pytest.mark.fleet
DAY = 24 * 3600.0


@pytest.fixture
def harness(tmp_path: Path, url: str) -> EngineHarness:
    return EngineHarness(
        folder=tmp_path, root="http://127.0.0.1:9", in_fleet=True, takes_turns=True, address=url
    )


def admins(engine: Engine) -> Admins:
    return Admins(engine.services, [f"{NAME}:7"], Locale.EN)


def said(harness: EngineHarness) -> list[str]:
    return [write.text for write in harness.chat.of("send")]


async def keeper(engine: Engine) -> Keeper:
    """One that begins only now."""
    await engine.keeper.close()
    services = replace(engine.services, retention=Retention(history_days=1))
    return Keeper(services, engine.drafts.end_old)


async def test_one_process_deletes_rows_for_all_and_each_its_own_files(
    harness: EngineHarness,
) -> None:
    gone = replace(harness.job(), state=JobState.DONE, told=True, ended_at=time.time() - 900 * DAY)
    async with engines(harness) as (here, there):
        first, second = await keeper(here), await keeper(there)
        await here.services.store.add(gone)
        first.start()
        await until(lambda: first.keeps_house)
        second.start()
        theirs = await second.sweep_our_part()
        is_kept = await here.services.store.get(gone.id)
        ours = await first.sweep_our_part()
        await first.close()
        await until(lambda: second.keeps_house)
        await second.close()

    assert is_kept
    assert (theirs["jobs"], ours["jobs"]) == (0, 1)


async def test_one_process_asks_what_gateways_list_and_the_next_one_when_it_has_gone(
    harness: EngineHarness,
) -> None:
    begun = list[str]()

    def nights(name: str) -> Iterator[float]:
        begun.append(name)
        yield 100_000.0

    async with engines(harness) as (here, there):
        live = [replace(each.services, sandboxed=False) for each in (here, there)]
        async with asked_nightly(live[0], admins(here), nights("first")):
            await until(lambda: begun)
            late = asked_nightly(live[1], admins(there), nights("second"))
            await late.__aenter__()
            # It has asked for its turn by the time that this is answered.
            await there.services.listings.untold()
            alone = list(begun)
        await until(lambda: len(begun) == 2)
        await late.__aexit__(None, None, None)

    assert alone == ["first"]


async def test_what_several_notice_one_tells_until_it_is_over(harness: EngineHarness) -> None:
    now = 1000.0
    async with engines(harness) as both:
        told = [admins(each) for each in both]
        outages = [Outages([NAME, "elsewhere"], lambda: now) for _ in both]
        watches = [
            Watch(engine.services, away, each, lambda: now)
            for engine, away, each in zip(both, outages, told, strict=True)
        ]
        for each in outages:
            each.works(NAME)

        async def look() -> list[str]:
            before = len(said(harness))
            for watch, each in zip(watches, told, strict=True):
                watch.look()
                await each.idle()
            return said(harness)[before:]

        for engine in both:
            for _ in range(5):
                engine.services.meters.failed("apiyi", "job", "quota", in_a_row=True)
        now += 301
        failed = await look()
        for engine, each in zip(both, outages, strict=True):
            engine.services.meters.succeeded("apiyi", "job")
            each.works("elsewhere")
        mended = await look()
        for _ in range(5):
            both[1].services.meters.failed("apiyi", "job", "quota", in_a_row=True)
        again = await look()

    assert [text.split()[0] for text in failed] == ["apiyi", "Elsewhere"]
    assert [text.split()[0] for text in mended] == ["Elsewhere"]
    assert [text.split()[0] for text in again] == ["apiyi"]


async def test_what_is_over_when_its_teller_has_ended_the_next_finds_out(
    harness: EngineHarness,
) -> None:
    now = [1000.0]
    news = list[list[str]]()

    async def look(watch: Watch, told: Admins) -> None:
        before = len(said(harness))
        watch.look()
        await told.idle()
        news.append(said(harness)[before:])

    for is_well in (False, True):
        async with engines(harness, 1) as (engine,):
            told, outages = admins(engine), Outages([NAME, "elsewhere"], lambda: now[0])
            watch = Watch(engine.services, outages, told, lambda: now[0])
            outages.works(NAME)
            if is_well:
                engine.services.meters.succeeded("apiyi", "job")
                outages.works("elsewhere")
                await look(watch, told)
            for _ in range(5):
                engine.services.meters.failed("apiyi", "job", "quota", in_a_row=True)
            now[0] += 301
            await look(watch, told)

    assert [[text.split()[0] for text in each] for each in news] == [
        ["apiyi", "Elsewhere"],
        ["Elsewhere"],
        ["apiyi"],
    ]


async def test_a_full_disk_is_told_once_for_a_machine_and_by_its_name(
    harness: EngineHarness, tmp_path: Path
) -> None:
    harness.room = Room(folders=(tmp_path,), least_bytes=10**18)
    async with engines(harness) as both:
        for engine in both:
            told = admins(engine)
            Watch(engine.services, Outages(), told).look()
            await told.idle()

    (text,) = said(harness)
    assert gethostname() in text


async def test_a_gateway_that_warns_several_of_them_is_told_of_once(
    harness: EngineHarness,
) -> None:
    async with engines(harness) as both:
        for engine in both:
            told = admins(engine)
            calls = GatewayCalls(engine.services, told, SecretStr(SECRET))
            async with serve_web(calls.routes, 0) as port:
                assert await post(port, "/quota/apiyi", LOW, BEARER) == 204
                await told.idle()

    assert len(said(harness)) == 1
