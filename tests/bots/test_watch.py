"""Admins are told what they should know, once."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bots.admins import Admins
from bots.outages import Outages
from bots.watch import Watch
from core.engine.engine import Engine
from core.files.disk import Room
from core.i18n import Locale
from core.platform import Platform
from tests.fakes.clock import jumping_clock
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME, MemoryPlatform
from tests.fakes.small_disk import small_disk

OTHER = "elsewhere"
MINUTE = 60.0


class OtherPlatform(MemoryPlatform):
    """A second one."""

    @property
    def name(self) -> str:
        return OTHER


@dataclass
class Watched:
    """A bot on two platforms, with an admin on each, and a clock of its own."""

    folder: Path
    room: Room = field(default_factory=Room)
    here: MemoryPlatform = field(default_factory=MemoryPlatform)
    there: OtherPlatform = field(default_factory=OtherPlatform)
    locale: Locale = Locale.EN
    now: float = 1000.0
    engine: Engine = field(init=False)
    told: Admins = field(init=False)

    @asynccontextmanager
    async def started(self, *, connected: bool = True) -> AsyncGenerator[Watch]:
        """The bot; where it is not `connected`, not yet to where its admin is."""
        both: dict[str, Platform] = {NAME: self.here, OTHER: self.there}
        platforms = both if connected else {OTHER: self.there}
        harness = EngineHarness(
            folder=self.folder, root="http://127.0.0.1:9", platforms=platforms, room=self.room
        )
        self.outages = Outages([NAME, OTHER], lambda: self.now)
        async with harness.engine() as engine:
            self.engine, self.meters = engine, engine.services.meters
            admins = [f"{NAME}:7", *[f"{OTHER}:8"] * connected, "nowhere:9"]
            self.told = Admins(engine.services, admins, self.locale)
            yield Watch(engine.services, self.outages, self.told, lambda: self.now)
            await self.told.idle()

    def fail(self, times: int, gateway: str = "apiyi", kind: str = "quota") -> None:
        for _ in range(times):
            self.meters.failed(gateway, "job", kind, in_a_row=True)

    def all_work(self) -> None:
        for name in (NAME, OTHER):
            self.outages.works(name)


def said(platform: MemoryPlatform) -> list[str]:
    return [write.text for write in platform.of("send")]


async def test_a_gateway_that_fails_again_and_again_is_told_once_until_it_has_worked(
    tmp_path: Path,
) -> None:
    watched = Watched(tmp_path)
    async with watched.started() as watch:
        watched.all_work()
        watched.fail(4)
        watched.meters.failed("apiyi", "job", "moderation_prompt", in_a_row=False)
        watch.look()
        watched.fail(4, "whatai")
        watch.look()
        watched.fail(1)
        watch.look()
        watched.fail(5)
        watch.look()
        watched.meters.succeeded("apiyi", "job")
        watch.look()
        watched.fail(6, kind="upstream")
        watch.look()

    told = said(watched.here)
    assert told == said(watched.there)
    assert [("apiyi has failed 5" in text, "apiyi has failed 6" in text) for text in told] == [
        (True, False),
        (False, True),
    ]
    assert "“quota”" in told[0]
    assert "“upstream”" in told[1]
    assert {write.message.conversation.chat for write in watched.here.writes} == {"7"}


async def test_what_is_so_at_a_start_is_told_once_somebody_is_there(tmp_path: Path) -> None:
    full = Room(folders=(tmp_path,), least_bytes=1 << 60)
    watched = Watched(tmp_path, full)
    async with watched.started(connected=False) as watch:
        watch.look()
        await watched.told.idle()
        await watched.engine.join(watched.here)
        for _ in range(2):
            watched.now += MINUTE
            watch.look()

    (told,) = said(watched.here)
    assert "MIN_FREE_MB" in told


async def test_what_is_so_at_a_start_is_logged_although_nobody_comes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watched = Watched(tmp_path, Room(folders=(tmp_path,), least_bytes=1 << 60))
    async with watched.started(connected=False) as watch:
        watched.now += 5 * MINUTE
        watch.look()

    assert "MIN_FREE_MB" in caplog.text


async def test_a_disk_that_fills_is_told_and_not_again_within_an_hour(tmp_path: Path) -> None:
    async with small_disk(tmp_path / "disk") as disk:
        watched = Watched(tmp_path, Room(folders=(disk.folder,), least_bytes=2_000_000))
        async with watched.started() as watch:
            watched.all_work()
            watch.look()
            for _ in range(2):
                disk.fill(leaving_bytes=1_000_000)
                watch.look()
                disk.free()
                watch.look()
            watched.now += 60 * MINUTE
            watch.look()
            disk.fill(leaving_bytes=1_000_000)
            watch.look()

    assert len(said(watched.here)) == 2
    assert said(watched.here)[0].startswith("Less than 2 MB are free on the bot's disk")


async def test_a_database_that_is_taken_away_is_told(tmp_path: Path) -> None:
    file = tmp_path / "some.db"
    file.touch()
    watched = Watched(tmp_path, Room(files=(file,)), locale=Locale.ZH)
    async with watched.started() as watch:
        watched.all_work()
        watch.look()
        file.unlink()
        watch.look()
        watch.look()

    (told,) = said(watched.there)
    assert told.startswith("机器人无法保存数据")
    assert str(file) in told


async def test_a_platform_that_is_away_is_told_elsewhere_and_its_return_everywhere(
    tmp_path: Path,
) -> None:
    watched = Watched(tmp_path)
    async with watched.started() as watch:
        watched.all_work()
        watched.outages.fails(NAME)
        watched.now += 4.9 * MINUTE
        watch.look()
        watched.outages.fails(NAME)
        watched.now += 0.1 * MINUTE
        watch.look()
        watched.now += 7 * MINUTE
        watch.look()
        watched.outages.works(NAME)
        watch.look()
        watch.look()

    away = "Chat has been out of reach for 5 minutes."
    back = "Chat can be reached again, after 12 minutes."
    assert said(watched.here) == [back]
    first, second = said(watched.there)
    assert (first.startswith(away), second) == (True, back)


async def test_short_outages_and_one_that_begins_with_the_start_are_told_apart(
    tmp_path: Path,
) -> None:
    watched = Watched(tmp_path)
    async with watched.started() as watch:
        watched.outages.works(OTHER)  # the other has never been there
        for _ in range(10):
            watched.outages.fails(OTHER)
            watched.now += MINUTE / 4
            watch.look()
            watched.outages.works(OTHER)
            watched.now += MINUTE / 4
            watch.look()

    assert [text[:4] for text in said(watched.there)] == ["Chat"]
    assert said(watched.here) == []


@jumping_clock
async def test_it_looks_by_itself_as_long_as_it_is_kept(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    async with watched.started() as watch, watch.kept():
        watched.fail(5)
        await watched.here.until(lambda write: "has failed 5 times" in write.text)
