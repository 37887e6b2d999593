"""What is old is deleted, file and row; nothing that somebody still works with is."""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core.engine.engine import Engine
from core.errors import Fault, FaultKind, StorageError, UserError
from core.events import Event
from core.exchanges import Exchange, ExchangeState
from core.files.disk import Room
from core.i18n import Locale
from core.jobs import Job, JobState
from core.keeper import Keeper
from core.media import Asset, MediaKind
from core.past_jobs import Retention
from core.people.broadcasts import Broadcast
from tests.fakes.clock import jumping_clock
from tests.fakes.databases import ONLY_SQLITE, say_beside
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.memory_platform import NAME
from tests.fakes.statements import asking, listening

DAY = 24 * 3600.0
NOW = time.time()
OPEN = (JobState.WAITING, JobState.RUNNING, JobState.DELIVERING)


@pytest.fixture
def harness(tmp_path: Path) -> EngineHarness:
    return EngineHarness(folder=tmp_path, root="http://127.0.0.1:9")


def film_of(engine: Engine, job_id: str, name: str = "1.mp4") -> Path:
    """A file in the folder of a job."""
    path = engine.services.folder(job_id) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"film")
    return path


def age(path: Path, days: float) -> None:
    then = NOW - days * DAY
    os.utime(path, (then, then))


def ended(harness: EngineHarness, days: float, state: JobState = JobState.DONE) -> Job:
    """A job that ended so many days ago."""
    job = harness.job()
    fault = Fault(kind=FaultKind.UPSTREAM) if state is JobState.FAILED else None
    return replace(job, state=state, told=True, fault=fault, ended_at=NOW - days * DAY)


def answered(harness: EngineHarness, exchange_id: str) -> Exchange:
    """A question of the same person, and its answer."""
    order = harness.order()
    return Exchange(
        id=exchange_id,
        user=order.user,
        locale="en",
        conversation=order.conversation,
        model="sandbox/sandbox-chat",
        prompt="a",
        created_at=NOW,
        state=ExchangeState.DONE,
        told=True,
    )


def names_in(engine: Engine) -> list[str]:
    """What is in MEDIA_DIR."""
    return sorted(path.name for path in engine.services.media_dir.iterdir())


async def left(engine: Engine, job: Job) -> bool:
    return await engine.services.store.get(job.id) is not None


def keeper_of(engine: Engine, **kept: float) -> Keeper:
    """A keeper of its own, whose clock stands still."""
    retention = replace(engine.services.retention, **kept)
    services = replace(engine.services, retention=retention)
    return Keeper(services, engine.drafts.end_old, now=lambda: NOW)


async def test_files_go_after_their_days_and_the_row_stays(harness: EngineHarness) -> None:
    old, new = ended(harness, 7.01), ended(harness, 6.99)
    async with harness.engine() as engine:
        for job in (old, new):
            await engine.services.store.add(job)
            film_of(engine, job.id)
        counts = await keeper_of(engine).sweep()

        assert not engine.services.folder(old.id).exists()
        assert film_of(engine, new.id).exists()
        assert names_in(engine) == [new.id]
        assert (await left(engine, old), counts["folders of media"]) == (True, 1)


@pytest.mark.parametrize("state", OPEN)
async def test_what_has_not_ended_keeps_its_files_and_its_row(
    harness: EngineHarness, state: JobState
) -> None:
    async with harness.engine() as engine:
        job = replace(harness.job(), state=state, created_at=NOW - 900 * DAY)
        await engine.services.store.add(job)
        film, part = film_of(engine, job.id), film_of(engine, job.id, "2.part")
        for path in (film, part, film.parent):
            age(path, 900)
        await keeper_of(engine, history_days=1).sweep()

        assert film.exists()
        assert part.exists()
        assert await left(engine, job)


async def test_rows_go_in_portions_after_their_days_with_their_files(
    harness: EngineHarness,
) -> None:
    async with harness.engine() as engine:
        old = [ended(harness, 31, state) for state in (JobState.DONE, JobState.FAILED) * 120]
        new = ended(harness, 29)
        for job in (*old, new):
            await engine.services.store.add(job)
        film = film_of(engine, old[0].id)
        with listening() as said:
            counts = await keeper_of(engine, history_days=30, media_days=0).sweep()

        assert counts["jobs"] == 240
        assert sum(sql.startswith("DELETE FROM jobs") for sql, _ in said) == 4
        assert await left(engine, new)
        assert not any([await left(engine, job) for job in old])
        assert not film.parent.exists()


async def test_by_default_history_is_kept_for_ever(harness: EngineHarness) -> None:
    job = ended(harness, 4000)
    async with harness.engine() as engine:
        await engine.services.store.add(job)
        await keeper_of(engine).sweep()

        assert await left(engine, job)


async def test_what_has_cost_stays_in_the_ledger(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        job = replace(ended(harness, 9), state=JobState.WAITING, ended_at=None)
        await engine.services.store.add(job)
        await engine.services.store.save(ended_now := replace(ended(harness, 9), id=job.id))
        await keeper_of(engine, history_days=1).sweep()

        assert not await left(engine, ended_now)
    booked = "SELECT kind, allowance FROM ledger WHERE ref = :ref"
    assert say_beside(harness.folder, booked, ref=job.id) == [("reserve", -50_000)]


async def test_where_the_file_is_the_result_nothing_is_deleted(harness: EngineHarness) -> None:
    harness.retention = Retention(besides=frozenset({NAME}))
    job = ended(harness, 900)
    async with harness.engine() as engine:
        await engine.services.store.add(job)
        film = film_of(engine, job.id)
        await keeper_of(engine, history_days=1).sweep()

        assert film.exists()
        assert await left(engine, job)


async def test_folders_of_nobody_go_after_a_day_and_only_those_with_our_names(
    harness: EngineHarness,
) -> None:
    async with harness.engine() as engine:
        orphan, young, asked = (harness.job().id for _ in range(3))
        await engine.services.exchanges.add(answered(harness, asked))
        strangers = ("holiday", orphan.upper(), orphan[:-1], f"{young}.bak")
        for name in (orphan, young, asked, *strangers, f"{young}.gone"):
            folder = film_of(engine, name).parent
            if name != young:
                age(folder, 1.01)
        counts = await keeper_of(engine).sweep()

        assert names_in(engine) == sorted([young, asked, *strangers])
        assert counts["folders of nobody"] == 1


async def test_a_link_to_a_folder_elsewhere_is_not_followed(
    harness: EngineHarness, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "film.mp4").write_bytes(b"mine")
    age(elsewhere, 900)
    async with harness.engine() as engine:
        engine.services.media_dir.mkdir()
        link = engine.services.media_dir / harness.job().id
        link.symlink_to(elsewhere)
        os.utime(link, (1, 1), follow_symlinks=False)
        await keeper_of(engine).sweep()

    assert link.is_symlink()
    assert (elsewhere / "film.mp4").exists()


async def test_what_dead_processes_began_to_write_goes(
    harness: EngineHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    names = ("cliprelay-abcd_123", "cliprelay-new12345", "cliprelay-of-somebody", "other-ab12cd34")
    old, new, *others = (tmp_path / name for name in names)
    for folder in (old, new, *others):
        folder.mkdir()
        if folder != new:
            age(folder, 1.01)
    job = ended(harness, 3)
    async with harness.engine() as engine:
        await engine.services.store.add(job)
        film, part, fresh = (film_of(engine, job.id, n) for n in ("1.mp4", "2.part", "3.part"))
        for path in (film, part):
            age(path, 1.01)
        counts = await keeper_of(engine).sweep()

    assert [path.exists() for path in (film, part, fresh)] == [True, False, True]
    assert [path.exists() for path in (old, new, *others)] == [False, True, True, True]
    assert (counts["unfinished files"], counts["folders of lent files"]) == (1, 1)


async def test_whom_broadcasts_went_to_is_forgotten_after_90_days(harness: EngineHarness) -> None:
    place = harness.job().conversation
    async with harness.engine() as engine:
        store = engine.services.broadcasts
        for name, days in (("old", 91), ("new", 89)):
            by, at = harness.job().user, NOW - days * DAY
            await store.draft(
                Broadcast(
                    id=name,
                    by=replace(by, id=name),
                    locale=Locale.EN,
                    text="bye",
                    place=place,
                    at=at,
                ),
                [place],
            )
        await keeper_of(engine).sweep()

        assert not await store.counts("old")
        assert (await store.counts("new")).total() == 1


async def test_events_are_forgotten_after_a_month(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        events = [Event(platform=NAME, id=str(number)) for number in range(150)]
        for event in events:
            await engine.services.events.once(event, engine.idle)
        assert (await keeper_of(engine).sweep())["events"] == 0
        month = time.time() + 31 * DAY
        later = Keeper(engine.services, engine.drafts.end_old, now=lambda: month)

        assert (await later.sweep())["events"] == 150


async def test_a_job_that_is_opened_again_while_it_is_swept_keeps_its_files(
    harness: EngineHarness,
) -> None:
    job = ended(harness, 9, JobState.FAILED)
    async with harness.engine() as engine:
        await engine.services.store.add(job)
        film = film_of(engine, job.id)
        keeper = keeper_of(engine)
        with asking("FROM exchanges") as asked:
            async with keeper.taking:
                sweep = asyncio.create_task(keeper.sweep())
                # By then it has read that the job is over.
                await asked.wait()
                again = replace(job, state=JobState.DELIVERING, ended_at=None, fault=None)
                assert await engine.services.store.reopen(again)
            await sweep

        assert film.exists()


async def test_a_retry_without_its_pictures_is_refused_before_it_is_paid(
    harness: EngineHarness,
) -> None:
    async with harness.engine() as engine:
        job = ended(harness, 9, JobState.FAILED)
        picture = Asset(
            kind=MediaKind.IMAGE,
            path=film_of(engine, job.id, "in-1.png"),
            mime="image/png",
            size_bytes=4,
            width=64,
            height=64,
        )
        job = replace(job, request=replace(job.request, images=(picture,)))
        await engine.services.store.add(job)
        await keeper_of(engine).sweep()
        with pytest.raises(UserError) as refused:
            await engine.retry(job)

        assert refused.value.key == "pictures-gone"
        assert await stored(engine, job.id) == job


async def test_a_job_whose_pictures_are_gone_fails_unpaid_and_says_so(
    harness: EngineHarness,
) -> None:
    async with harness.engine() as engine:
        order = harness.order()
        gone = Asset(
            kind=MediaKind.IMAGE,
            path=harness.folder / "gone.png",
            mime="image/png",
            size_bytes=4,
            width=64,
            height=64,
        )
        job = await engine.submit(replace(order, request=replace(order.request, images=(gone,))))
        await engine.idle()
        row = await stored(engine, job.id)

    assert row.fault
    assert (row.fault.kind, row.fault.maybe_billed) == (FaultKind.PICTURES_GONE, False)
    assert (row.credits, row.started_at) == (0, None)
    assert "no longer kept here" in harness.chat.writes[-1].text


@ONLY_SQLITE
async def test_a_locked_database_or_a_folder_that_resists_is_left_for_the_next_time(
    harness: EngineHarness,
) -> None:
    first, second = ended(harness, 9), ended(harness, 9)
    async with harness.engine() as engine:
        for job in (first, second):
            await engine.services.store.add(job)
            film_of(engine, job.id)
        # Something stands where it would be set aside, as on a disk that takes no more names.
        in_the_way = engine.services.media_dir / f"{first.id}.gone"
        in_the_way.write_bytes(b"")
        with closing(sqlite3.connect(harness.folder / "jobs.db")) as beside:
            beside.execute("BEGIN EXCLUSIVE")
            await keeper_of(engine, history_days=1).sweep()
            assert film_of(engine, second.id).exists()
            beside.rollback()
        await keeper_of(engine).sweep()
        assert engine.services.folder(first.id).exists()
        assert not engine.services.folder(second.id).exists()

        in_the_way.unlink()
        await keeper_of(engine).sweep()
        assert not engine.services.folder(first.id).exists()


@jumping_clock
async def test_an_engine_sweeps_soon_after_its_start_but_not_at_once(
    harness: EngineHarness,
) -> None:
    async with harness.store() as store:
        await store.add(job := ended(harness, 9))
    folder = harness.folder / "media" / job.id
    folder.mkdir(parents=True)
    async with harness.engine():
        await asyncio.sleep(30)
        at_once = folder.exists()
        with asking("DELETE FROM taken") as last:
            async with asyncio.timeout(3600):
                await last.wait()

    assert at_once
    assert not folder.exists()


@pytest.mark.slow
@jumping_clock
async def test_it_sweeps_by_itself_and_at_once_when_the_disk_is_nearly_full(
    harness: EngineHarness, tmp_path: Path
) -> None:
    seconds: dict[str, float] = {}
    for name, free in (("roomy", 0), ("full", 10**18)):
        job = ended(harness, 9)
        async with harness.engine() as engine:
            await engine.keeper.close()
            await engine.services.store.add(job)
            folder = film_of(engine, job.id).parent
            room = Room(folders=(tmp_path,), least_bytes=free)
            swept = asyncio.Event()
            keeper = Keeper(
                replace(engine.services, room=room),
                engine.drafts.end_old,
                pauses=_twice(1.5 * 3600.0, swept.set),
            )
            began = asyncio.get_running_loop().time()
            keeper.start()
            await swept.wait()
            seconds[name] = asyncio.get_running_loop().time() - began
            await keeper.close()
            assert not folder.exists()

    assert seconds["full"] == pytest.approx(3600, abs=900)
    assert seconds["roomy"] == pytest.approx(1.5 * 3600, abs=900)


def _twice(pause: float, then: Callable[[], None]) -> Iterator[float]:
    """Pauses before two sweeps; says when the first is done."""
    yield pause
    then()
    yield pause


async def test_what_is_at_an_address_stays_as_long_as_the_address_works(
    harness: EngineHarness,
) -> None:
    now = NOW - 3 * DAY
    harness.public_url, harness.now = "https://bot.example", lambda: now
    shared, private = ended(harness, 9), ended(harness, 9)
    async with harness.engine() as engine:
        for job in (shared, private):
            await engine.services.store.add(job)
            film_of(engine, job.id)
        address = await engine.services.shares.make(shared.id)
        now = NOW
        keeper = keeper_of(engine)

        await keeper.sweep()
        then = names_in(engine)
        now = NOW + 4.01 * DAY
        await keeper.sweep()

        assert then == [shared.id]
        assert names_in(engine) == []
        assert await engine.services.shares.find(address.rpartition("/")[2]) is None


async def test_an_address_ends_with_the_row_that_it_is_about(harness: EngineHarness) -> None:
    harness.public_url = "https://bot.example"
    old, theirs = ended(harness, 9), ended(harness, 1)
    async with harness.engine() as engine:
        for job in (old, theirs):
            await engine.services.store.add(job)
        secrets = [
            (await engine.services.shares.make(job.id)).rpartition("/")[2] for job in (old, theirs)
        ]

        await keeper_of(engine, history_days=7).sweep()
        after_sweep = [await engine.services.shares.find(each) for each in secrets]
        await engine.keeper.forget(theirs.user.party)
        after_forget = [await engine.services.shares.find(each) for each in secrets]

    assert [each is not None for each in after_sweep] == [False, True]
    assert after_forget == [None, None]


async def test_one_is_discarded_with_all_that_belongs_to_it_and_nothing_else(
    harness: EngineHarness,
) -> None:
    one, other, running = ended(harness, 1), ended(harness, 1), harness.job()
    running = replace(running, state=JobState.RUNNING)
    async with harness.engine() as engine:
        services, user = engine.services, one.user.party
        for job in (one, other, running):
            await services.store.add(job)
            film_of(engine, job.id)
            # As a suggestion leaves it, under the same id.
            await services.exchanges.add(answered(harness, job.id))
        bob = replace(user, id="bob")
        done = [
            await engine.keeper.discard(who, job.id)
            for who, job in ((bob, one), (user, running), (user, one), (user, one))
        ]

        assert done == [False, False, True, False]
        assert await left(engine, other)
        assert await left(engine, running)
        assert names_in(engine) == sorted([other.id, running.id])
        asked = await services.exchanges.known([one.id, other.id, running.id])
        assert asked == {other.id, running.id}


@ONLY_SQLITE
async def test_what_could_not_be_discarded_is_discarded_once_more(harness: EngineHarness) -> None:
    job = ended(harness, 1)
    async with harness.engine() as engine:
        await engine.services.store.add(job)
        await engine.services.exchanges.add(answered(harness, job.id))
        user = job.user.party
        resists = "BEFORE DELETE ON exchanges BEGIN SELECT RAISE(ABORT, 'no'); END"
        say_beside(harness.folder, f"CREATE TRIGGER resists {resists}")
        with pytest.raises(StorageError):
            await engine.keeper.discard(user, job.id)
        say_beside(harness.folder, "DROP TRIGGER resists")
        is_done = await engine.keeper.discard(user, job.id)

        assert is_done
        assert not await engine.services.exchanges.known([job.id])
        assert not await left(engine, job)


async def test_nobody_is_given_an_address_while_its_result_is_deleted(
    harness: EngineHarness,
) -> None:
    harness.public_url = "https://bot.example"
    job = ended(harness, 1)
    async with harness.engine() as engine:
        await engine.services.store.add(job)
        async with engine.keeper.taking:
            deleting = asyncio.create_task(engine.keeper.discard(job.user.party, job.id))
            address = await engine.services.shares.make(job.id)
            is_left = await left(engine, job)
        await deleting
        found = await engine.services.shares.find(address.rpartition("/")[2])

    assert (is_left, found) == (True, None)
