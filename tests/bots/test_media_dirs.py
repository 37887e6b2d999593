"""Two databases with files in one folder: neither takes the other's for files of nobody."""

import os
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from uuid import uuid4

import pytest

from bots.app import open_engine
from bots.setup import read_setup
from core.engine.engine import Engine
from core.files.claims import NAME


class Bots:
    """Bots of one operator, each with the database of that name."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.media = folder / "media"
        self._folder = folder
        self._monkeypatch = monkeypatch
        monkeypatch.chdir(folder)
        monkeypatch.setenv("MEDIA_DIR", str(self.media))

    def bot(self, name: str) -> AbstractAsyncContextManager[Engine]:
        self._monkeypatch.setenv("DATABASE_URL", f"sqlite:///{self.database(name)}")
        return open_engine(read_setup(force_sandbox=True), {})

    def database(self, name: str) -> Path:
        return self._folder / f"{name}.db"

    def leave_files(self) -> Path:
        """Files of a job that no database knows, for longer than a day."""
        folder = self.media / uuid4().hex
        folder.mkdir()
        os.utime(folder, (1, 1))
        return folder


@pytest.fixture
def bots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bots:
    return Bots(tmp_path, monkeypatch)


async def test_what_may_be_anothers_is_kept_whoever_runs_and_in_whatever_order(bots: Bots) -> None:
    async with bots.bot("first") as first:
        left = bots.leave_files()
        async with bots.bot("second") as second:
            for engine in (first, second):
                await engine.keeper.sweep()
    for name in ("second", "first"):
        async with bots.bot(name) as engine:
            await engine.keeper.sweep()

    assert left.exists()


async def test_what_is_of_nobody_goes_where_the_others_database_is_gone(bots: Bots) -> None:
    for name in ("first", "second"):
        async with bots.bot(name):
            pass
    left = bots.leave_files()
    bots.database("second").rename(bots.database("moved"))
    async with bots.bot("first") as engine:
        await engine.keeper.sweep()

    assert not left.exists()


async def test_one_that_could_not_write_down_that_it_is_there_deletes_nothing_of_others(
    bots: Bots,
) -> None:
    async with bots.bot("first"):
        left = bots.leave_files()
    claims = bots.media / NAME
    claims.unlink()
    claims.mkdir()
    async with bots.bot("second") as engine:
        await engine.keeper.sweep()

    assert left.exists()
