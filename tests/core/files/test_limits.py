"""A file costs what it may cost, in processes of their own, and nobody else waits for it."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.errors import FaultKind, JobError, UserError
from core.files.child import Pool
from core.files.crop import crop
from core.files.pictures import save_picture
from core.files.probe import PICTURES, RESULTS, probe, probe_upright
from core.media import MediaKind
from tests.fakes.bombs import many_samples, many_scans
from tests.fakes.movies import make_movie

ROOT = Path(__file__).parents[3]


def picture(path: Path) -> Path:
    Image.new("RGB", (64, 48), (200, 80, 40)).save(path)
    return path


def pipes(folder: Path, count: int) -> list[Path]:
    """Make files whose readers wait until somebody writes."""
    paths = [folder / f"pipe-{number}" for number in range(count)]
    for path in paths:
        os.mkfifo(path)
    return paths


@asynccontextmanager
async def busy(pool: Pool, folder: Path) -> AsyncGenerator[None]:
    """Fill a pool with children that come to no end, and let one more wait."""
    blocked = pipes(folder, pool.at_once + 1)
    jobs = [asyncio.create_task(pool.run("core.files.media_info", path)) for path in blocked]
    files = [await asyncio.to_thread(path.open, "wb") for path in blocked[: pool.at_once]]
    try:
        yield
        assert not any(job.done() for job in jobs)
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        for file in files:
            file.close()


async def measure(path: Path) -> int:
    """The most memory that a limited process of its own takes to look into a file."""
    code = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "core.files.limited", *sys.argv[1:]], stdin=subprocess.PIPE)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
    limits = ("40", "1000000000", "0")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, *limits, "core.files.media_info", str(path)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return int(output.split()[-1])


async def test_results_do_not_wait_for_peoples_pictures(tmp_path: Path) -> None:
    async with busy(PICTURES, tmp_path):
        asset = await probe(make_movie(tmp_path / "1.mp4"), MediaKind.VIDEO)

    assert asset.seconds == 2


async def test_peoples_pictures_do_not_wait_for_results(tmp_path: Path) -> None:
    async with busy(RESULTS, tmp_path):
        asset = await save_picture(picture(tmp_path / "cat.png"), tmp_path / "job", "in-1")

    assert asset.width == 64


async def test_a_picture_is_cut_for_a_paid_job_whatever_else_is_looked_into(
    tmp_path: Path,
) -> None:
    async with busy(PICTURES, tmp_path):
        made = await crop(picture(tmp_path / "cat.png"), 32, 32)

    assert made.startswith(b"\xff\xd8")


async def test_one_person_does_not_fill_the_pool(tmp_path: Path) -> None:
    """Two slow pictures of one person leave room for somebody else's."""
    done: list[str] = []

    async def send(path: Path, owner: str) -> None:
        await save_picture(path, tmp_path / "job", path.stem, owner=owner)
        done.append(owner)

    async with asyncio.TaskGroup() as group:
        for number in range(PICTURES.at_once):
            slow = many_scans(tmp_path / f"{number}.jpg", 16, 8000, 6000)
            group.create_task(send(slow, "ann"))
        group.create_task(send(picture(tmp_path / "cat.png"), "ben"))

    assert done == ["ben", *["ann"] * PICTURES.at_once]


async def test_a_child_may_use_so_much_cpu_and_no_more(tmp_path: Path) -> None:
    pool = Pool(at_once=1, seconds=600, cpu_seconds=1)

    with pytest.raises(TimeoutError, match="1 s of CPU"):
        await pool.run("tests.fakes.cpu_spender", tmp_path / "spent")

    assert 0.5 < float((tmp_path / "spent").read_text().split()[-1]) < 3


async def test_a_child_that_uses_up_its_cpu_is_no_media(tmp_path: Path) -> None:
    busy_for_long = many_scans(tmp_path / "cat.jpg", 80, 8000, 6000)

    with pytest.raises(JobError) as raised:
        await probe_upright(busy_for_long, 10**9, replace(PICTURES, cpu_seconds=1))

    assert raised.value.fault.kind is FaultKind.NOT_MEDIA
    assert raised.value.fault.detail == "looking into the file takes too long"


async def test_a_picture_in_thirty_thousand_scans_is_refused_before_it_is_drawn(
    tmp_path: Path,
) -> None:
    """It is refused by one that may use a second of CPU: drawing it would take minutes."""
    bomb = many_scans(tmp_path / "cat.jpg", 30_000, 4000, 3000)

    with pytest.raises(JobError) as raised:
        await probe_upright(bomb, 10**9, replace(PICTURES, cpu_seconds=2))

    assert raised.value.fault.detail == "the picture is in too many pieces"
    with pytest.raises(UserError) as refused:
        await save_picture(bomb, tmp_path / "job", "in-1")
    assert refused.value.key == "picture-broken"


async def test_a_jpeg_of_nothing_but_segments_is_refused(tmp_path: Path) -> None:
    path = picture(tmp_path / "cat.jpg")
    content = path.read_bytes()
    path.write_bytes(content[:2] + b"\xff\xfe\x00\x02" * 1_000_000 + content[2:])

    with pytest.raises(JobError) as raised:
        await probe_upright(path, 10**9)

    assert raised.value.fault.detail == "the picture is in too many pieces"


@pytest.mark.parametrize("more", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
async def test_a_usual_picture_is_in_few_pieces(more: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "cat.jpg"
    Image.effect_noise((640, 480), 90).convert("RGB").save(path, **more)
    content = path.read_bytes()
    # A thumbnail inside, as cameras write it, is no scan of the picture.
    notes = b"Exif\0\0" + b"\xff\xda" * 500
    path.write_bytes(content[:2] + b"\xff\xe1\x04\x00" + notes[:1022] + content[2:])

    assert (await probe_upright(path, 10**9)).width == 640


@pytest.mark.skipif(sys.platform != "linux", reason="counts in Linux's unit")
async def test_a_film_that_promises_millions_of_pictures_takes_no_memory(tmp_path: Path) -> None:
    quiet = make_movie(tmp_path / "quiet.mp4", 64, 64)
    bomb = many_samples(tmp_path / "bomb.mp4", 80_000_000)

    before, after = await measure(quiet), await measure(bomb)

    assert bomb.stat().st_size < 2_000
    assert after < 12 * before
