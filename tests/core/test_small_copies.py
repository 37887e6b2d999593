"""Small copies come by themselves, nobody waits for them, and they go with their job."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from core.files.small import small_path
from core.jobs import Job, JobState
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.movies import make_movie
from tests.fakes.page_lab import finished_job


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[EngineHarness]:
    """Where there is a gallery, and videos that are larger than their thumbnails."""
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=360, fps=4)
    async with serve(options) as root:
        yield EngineHarness(folder=tmp_path, root=root, public_url="https://bot.example")


def picture(folder: Path, name: str = "a.png") -> Path:
    Image.new("RGB", (1600, 900), "red").save(folder / name)
    return folder / name


def copies(job: Job) -> list[Path]:
    return [path for each in job.assets if (path := small_path(each.path)).exists()]


async def test_what_has_just_been_made_has_one(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        await engine.idle()
        job = await stored(engine, job.id)

    assert job.state is JobState.DONE
    assert len(copies(job)) == 1


async def test_without_a_gallery_none_are_made(harness: EngineHarness, tmp_path: Path) -> None:
    harness.public_url = ""
    async with harness.engine() as engine:
        job = await engine.submit(harness.order())
        old = await finished_job(harness, engine, picture(tmp_path))
        engine.small_copies.want([old.id])
        await engine.idle()
        job = await stored(engine, job.id)

    assert job.state is JobState.DONE
    assert (copies(job), copies(old)) == ([], [])


async def test_one_that_fails_keeps_none_of_the_others_and_is_not_tried_again(
    harness: EngineHarness, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with harness.engine() as engine:
        broken, good = [
            await finished_job(harness, engine, picture(tmp_path), prompt=prompt)
            for prompt in ("a", "b")
        ]
        await asyncio.to_thread(broken.assets[0].path.write_bytes, b"\x89PNG\r\n\x1a\n" + bytes(9))
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                engine.small_copies.want([good.id, broken.id])
                await engine.idle()
        said = [line for line in caplog.messages if "has no small copy" in line]

    assert (len(copies(good)), copies(broken)) == (1, [])
    assert len(said) == 1


async def test_it_goes_with_its_job_also_while_it_is_made(
    harness: EngineHarness, tmp_path: Path
) -> None:
    async with harness.engine() as engine:
        done = await finished_job(harness, engine, picture(tmp_path))
        engine.small_copies.want([done.id])
        await engine.idle()
        assert len(copies(done)) == 1
        await engine.keeper.discard(done.user.party, done.id)

        job = await finished_job(harness, engine, picture(tmp_path))
        original = job.assets[0].path
        original.unlink()
        os.mkfifo(original)
        engine.small_copies.want([job.id])
        # The child reads by now.
        with await asyncio.to_thread(original.open, "wb") as pipe:
            await engine.keeper.discard(job.user.party, job.id)
            pipe.write(await asyncio.to_thread(picture(tmp_path).read_bytes))
        await engine.idle()
        left = [each for each in harness.media_dir.iterdir() if each.is_dir()]

    assert left == []


async def test_a_stop_waits_for_none(harness: EngineHarness, tmp_path: Path) -> None:
    async with harness.engine() as engine:
        job = await finished_job(harness, engine, make_movie(tmp_path / "a.mp4", 640, 360, 0.3))
        original = job.assets[0].path
        original.unlink()
        os.mkfifo(original)
        engine.small_copies.want([job.id])
        pipe = await asyncio.to_thread(original.open, "wb")
    # Whoever has read it has ended with us.
    with pipe, pytest.raises(BrokenPipeError):
        pipe.write(bytes(1_000_000))
    running = asyncio.all_tasks()
    engine.small_copies.leaves(job.id)

    assert copies(job) == []
    # What is let go of in the end asks for nothing any more.
    assert asyncio.all_tasks() == running
