"""A page of many shows small copies, and a result that stands alone shows itself."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from re import findall

import pytest
from PIL import Image

from core.files.small import small_path
from core.jobs import Job
from core.platform import User
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.guests import Guest, guest
from tests.fakes.memory_platform import NAME
from tests.fakes.movies import make_movie
from tests.fakes.page_lab import PageLab, page_lab

ANN, EVE = (User(platform=NAME, id=name) for name in ("ann", "eve"))
_SHOWN = r'(?:src|poster)="([^"]*)"'


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[PageLab]:
    async with page_lab(EngineHarness(folder=tmp_path, root="http://127.0.0.1:9")) as lab:
        yield lab


@pytest.fixture
async def ann(lab: PageLab) -> Guest:
    return await guest(lab, ANN)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture that nobody wants twenty-four of on one page."""
    path = tmp_path_factory.mktemp("large") / "large.png"
    Image.effect_noise((1920, 1080), 60).convert("RGB").save(path)
    return path


async def shown(ann: Guest, path: str = "/") -> list[str]:
    """The files that a page has browsers fetch, without that of which a video is played."""
    page = (await ann.get(path)).text
    return [each for each in findall(_SHOWN, page) if not each.endswith(".mp4")]


def file_of(job: Job, name: str) -> str:
    return f"files/{job.id}/{name}"


async def test_a_page_of_many_loads_small_pictures_and_a_result_alone_itself(
    lab: PageLab, ann: Guest, large: Path
) -> None:
    job = await lab.finished(large, large)
    first = await shown(ann)
    await lab.engine.idle()
    second, alone = await shown(ann), await shown(ann, f"/result?of={job.id}")
    small = await ann.get(f"/{second[0]}")

    # Made since somebody has looked; who looks does not wait.
    assert first == [file_of(job, "1.png"), file_of(job, "2.png")]
    assert second == [file_of(job, "1-small.webp"), file_of(job, "2-small.webp")]
    assert alone == first
    assert (small.headers["content-type"], small.content[8:12]) == ("image/webp", b"WEBP")
    assert len(small.content) < 150_000


async def test_their_places_are_as_large_as_the_pictures_and_they_come_when_they_are_seen(
    lab: PageLab, ann: Guest, large: Path
) -> None:
    await lab.finished(large)
    await ann.get("/")
    await lab.engine.idle()
    (tag,) = findall(r"<img [^>]*>", (await ann.get("/")).text)

    assert all(each in tag for each in ('width="1920" height="1080"', 'loading="lazy"'))


async def test_of_a_video_it_is_the_poster(lab: PageLab, ann: Guest, tmp_path: Path) -> None:
    job = await lab.finished(make_movie(tmp_path / "film.mp4", 640, 360, 0.3))
    first = await shown(ann)
    await lab.engine.idle()

    assert first == [file_of(job, "1.jpg")]
    assert await shown(ann) == [file_of(job, "1-small.webp")]


async def test_a_video_without_a_poster_gets_one(lab: PageLab, ann: Guest, tmp_path: Path) -> None:
    job = await lab.finished(make_movie(tmp_path / "film.mp4", 640, 360, 0.3))
    (asset,) = job.assets
    assert asset.thumbnail
    asset.thumbnail.unlink()
    first = (await ann.get("/")).text
    await lab.engine.idle()

    assert ("poster=" in first, 'preload="metadata"' in first) == (False, True)
    assert await shown(ann) == [file_of(job, "1-small.webp")]


async def test_nobody_waits_and_what_cannot_be_made_small_is_shown_itself(
    lab: PageLab, ann: Guest, large: Path
) -> None:
    stuck = await lab.finished(large)
    original = stuck.assets[0].path
    broken = original.read_bytes()[:-9000]
    original.unlink()
    os.mkfifo(original)
    lab.engine.small_copies.want([stuck.id])
    # It is read just now, and for as long as this is open.
    with await asyncio.to_thread(original.open, "wb"):
        other = await lab.finished(large)
        pages = await asyncio.gather(*(shown(ann) for _ in range(5)))
        sent = await ann.get(f"/{file_of(other, '1.png')}")
        original.unlink()
        original.write_bytes(broken)
    await lab.engine.idle()

    wanted = [file_of(stuck, "1.png"), file_of(other, "1.png")]
    assert all(sorted(page) == sorted(wanted) for page in pages)
    assert sent.status_code == 200
    # It was too much for one, and did not keep the other waiting.
    assert sorted(await shown(ann)) == sorted([wanted[0], file_of(other, "1-small.webp")])


async def test_nobody_else_sees_it_and_it_goes_with_its_result(
    lab: PageLab, ann: Guest, large: Path
) -> None:
    job = await lab.finished(large)
    eve, path = await guest(lab, EVE), f"/{file_of(job, '1-small.webp')}"
    before = await ann.get(path)
    await ann.get("/")
    await lab.engine.idle()
    answers = [await ann.get(path), await eve.get(path)]
    await ann.post("/discard", of=job.id)
    after = await ann.get(path)

    assert [each.status_code for each in (before, *answers, after)] == [200, 200, 404, 404]
    assert not small_path(job.assets[0].path).exists()


async def test_where_another_machine_has_made_it_the_file_itself_is_sent(
    lab: PageLab, ann: Guest, large: Path, tmp_path: Path
) -> None:
    job = await lab.finished(large, make_movie(tmp_path / "film.mp4", 640, 360, 0.3))
    answers = [await ann.get(f"/{file_of(job, f'{number}-small.webp')}") for number in (1, 2)]

    assert [each.headers["content-type"] for each in answers] == ["image/png", "image/jpeg"]
    assert len(answers[0].content) == job.assets[0].size_bytes
    assert all("private" in each.headers["cache-control"] for each in answers)
