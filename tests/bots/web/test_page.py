"""The page of a result: what it shows to whom, and what it gives away."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bots.web.languages import language_of
from core.i18n import Locale
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.movies import make_film, make_movie
from tests.fakes.page_lab import PUBLIC, PageLab, page_lab
from tests.fakes.read_page import ReadPage

DAY = 24 * 3600.0


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4")


@pytest.fixture(scope="module")
def data(film: Path) -> bytes:
    return film.read_bytes()


@pytest.fixture
def harness(tmp_path: Path) -> EngineHarness:
    return EngineHarness(folder=tmp_path, root="http://127.0.0.1:9")


@pytest.fixture
async def lab(harness: EngineHarness) -> AsyncIterator[PageLab]:
    async with page_lab(harness) as lab:
        yield lab


async def test_a_page_plays_the_video_and_unfolds_in_a_chat(
    lab: PageLab, film: Path, data: bytes
) -> None:
    job = await lab.finished(film, prompt="a cat surfing")
    path = await lab.shared(job)
    answer = await lab.get(path)
    page = ReadPage(answer.text)
    (video,), (source,) = page.all("video"), page.all("source")
    played = await lab.get(f"/v/{source['src']}")
    poster = await lab.get(f"/v/{video['poster']}")

    assert answer.status_code == 200
    assert played.content == data
    assert (played.headers["content-type"], poster.headers["content-type"]) == (
        "video/mp4",
        "image/jpeg",
    )
    assert {
        "og:title": "a cat surfing",
        "og:url": f"{PUBLIC}{path}",
        "og:video": f"{PUBLIC}{path}/1.mp4",
        "og:video:secure_url": f"{PUBLIC}{path}/1.mp4",
        "og:video:type": "video/mp4",
        "og:video:width": "320",
        "og:video:height": "180",
        "og:image": f"{PUBLIC}{path}/1.jpg",
    }.items() <= page.told.items()
    assert "a cat surfing" in page.words
    assert job.model_name in page.words


async def test_pictures_are_seen_and_unfold(lab: PageLab, tmp_path: Path) -> None:
    pictures = [tmp_path / f"{name}.png" for name in "ab"]
    for size, picture in enumerate(pictures, 8):
        Image.new("RGB", (size * 10, 60)).save(picture)
    path = await lab.shared(await lab.finished(*pictures, prompt="a lighthouse"))
    page = ReadPage((await lab.get(path)).text)
    seen = [await lab.get(f"/v/{image['src']}") for image in page.all("img")]

    assert [each.content for each in seen] == [each.read_bytes() for each in pictures]
    assert {each.headers["content-type"] for each in seen} == {"image/png"}
    assert [image["alt"] for image in page.all("img")] == [
        "Picture 1 of 2: a lighthouse",
        "Picture 2 of 2: a lighthouse",
    ]
    assert (page.told["og:image"], page.told["og:image:width"]) == (f"{PUBLIC}{path}/1.png", "80")
    assert "og:video" not in page.told


async def test_of_what_is_private_the_page_tells_nothing(lab: PageLab, film: Path) -> None:
    job = await lab.finished(film, prompt="my secret wish", private=True)
    answer = await lab.get(await lab.shared(job))

    assert answer.status_code == 200
    assert "secret wish" not in answer.text
    assert job.model_name not in answer.text
    assert ReadPage(answer.text).told["og:title"] == "A video"


@pytest.mark.parametrize(
    ("accepted", "language", "words"),
    [
        ("", "en", "Made from these words"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans", "提示词"),
        ("fr,de;q=0.7", "en", "Made from these words"),
    ],
)
async def test_a_page_speaks_the_language_of_who_looks(
    lab: PageLab, film: Path, accepted: str, language: str, words: str
) -> None:
    path = await lab.shared(await lab.finished(film))
    page = await lab.get(path, accept_language=accepted)
    ended = await lab.get("/v/nothing", accept_language=accepted)

    assert f'<html lang="{language}">' in page.text
    assert words in page.text
    assert f'<html lang="{language}">' in ended.text
    assert page.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh", Locale.ZH),
        ("ZH-TW", Locale.ZH),
        ("en;q=0.1, zh;q=0.2", Locale.ZH),
        ("zh;q=0, en", Locale.EN),
        ("*", Locale.EN),
        ("q=;;;,,,zh", Locale.ZH),
        ("zh;q=9.9.9", Locale.EN),
        ("a" * 100_000, Locale.EN),
    ],
)
def test_a_language_is_read_as_browsers_write_it(accepted: str, language: Locale) -> None:
    assert language_of(accepted, Locale.EN) is language


async def test_what_browsers_do_not_play_is_shown_as_it_was_made_again(
    lab: PageLab, tmp_path: Path, data: bytes
) -> None:
    strange = make_movie(tmp_path / "odd.webm", 64, 64, 0.5)
    job = await lab.finished(strange)
    path = await lab.shared(job)
    before = ReadPage((await lab.get(path)).text)
    (lab.engine.services.folder(job.id) / "1-fit.mp4").write_bytes(data)
    page = ReadPage((await lab.get(path)).text)
    (source,) = page.all("source")
    (original,) = page.all("a")
    saved = await lab.get(f"/v/{original['href']}")

    assert [each["src"] for each in before.all("source")] == [f"{path[3:]}/1.webm"]
    assert (source["src"], source["type"]) == (f"{path[3:]}/1-fit.mp4", "video/mp4")
    assert saved.content == strange.read_bytes()
    assert saved.headers["content-disposition"] == f'attachment; filename="{job.id[:8]}-1.webm"'
    assert page.told["og:video"] == f"{PUBLIC}{path}/1-fit.mp4"


async def test_ranges_are_served_and_what_is_known_is_not_sent_again(
    lab: PageLab, film: Path, data: bytes
) -> None:
    path = await lab.shared(await lab.finished(film))
    whole = await lab.get(f"{path}/1.mp4")
    middle = await lab.get(f"{path}/1.mp4", range="bytes=100-199")
    end = await lab.get(f"{path}/1.mp4", range="bytes=-50")
    rest = await lab.get(f"{path}/1.mp4", range="bytes=1000-", if_range=whole.headers["etag"])
    changed = await lab.get(f"{path}/1.mp4", range="bytes=1000-", if_range='"other"')
    same = await lab.get(f"{path}/1.mp4", if_none_match=whole.headers["etag"])
    etag = whole.headers["etag"]
    packed = await lab.get(f"{path}/1.mp4", if_none_match=f'"x", W/{etag}')
    head = await lab.client.head(f"{path}/1.mp4")
    part = await lab.client.head(f"{path}/1.mp4", headers={"Range": "bytes=0-9"})
    seconds = await lab.get(f"{path}/1.mp4", range="seconds=0-9")
    saved = await lab.get(f"{path}/1.mp4?download")

    assert whole.headers["accept-ranges"] == "bytes"
    assert (middle.status_code, middle.content) == (206, data[100:200])
    assert middle.headers["content-range"] == f"bytes 100-199/{len(data)}"
    assert (end.status_code, end.content) == (206, data[-50:])
    assert (rest.status_code, rest.content) == (206, data[1000:])
    assert (changed.status_code, changed.content) == (200, data)
    assert (same.status_code, same.content) == (304, b"")
    assert (packed.status_code, packed.content) == (304, b"")
    for each in (head, part, seconds):
        assert (each.status_code, each.headers["content-length"]) == (200, str(len(data)))
    assert "content-disposition" not in whole.headers
    assert saved.headers["content-disposition"].startswith("attachment; filename=")


async def test_every_answer_says_what_browsers_may_do_with_it(lab: PageLab, film: Path) -> None:
    path = await lab.shared(await lab.finished(film))
    answers = [
        await lab.get(path),
        await lab.get(f"{path}/1.mp4"),
        await lab.get(f"{path}/1.mp4", range="bytes=900000-"),
        await lab.get(f"{path}/nothing"),
        await lab.get("/v/nothing"),
        await lab.get("/assets/page.css"),
        await lab.get("/assets/nothing"),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 416, 404, 404, 200, 404]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert "server" not in answer.headers
    assert "private" in answers[0].headers["cache-control"]
    assert "private" in answers[1].headers["cache-control"]
    assert "immutable" in answers[5].headers["cache-control"]


async def test_a_page_needs_no_script_and_nothing_of_others(lab: PageLab, film: Path) -> None:
    answer = await lab.get(await lab.shared(await lab.finished(film)))
    page = ReadPage(answer.text)
    loaded = [
        str(attributes[name])
        for _, attributes in page.tags
        for name in ("src", "href", "poster")
        if name in attributes
    ]
    assets = [await lab.get(f"/v/{each}") for each in loaded if "assets" in each]
    weight = len(answer.content) + sum(len(each.content) for each in assets)

    assert page.all("script") == []
    assert loaded
    assert not [each for each in loaded if re.match(r"[a-z]+:|//|/", each)]
    assert [each.status_code for each in assets] == [200, 200]
    assert weight < 20_000


async def test_a_link_ends_in_time_when_it_is_taken_back_and_with_its_job(
    harness: EngineHarness, film: Path
) -> None:
    now = 1000.0
    harness.now = lambda: now
    async with page_lab(harness) as lab:
        jobs = [await lab.finished(film) for _ in range(3)]
        expired, revoked, forgotten = [await lab.shared(job) for job in jobs]
        before = [(await lab.get(each)).status_code for each in (expired, revoked, forgotten)]
        await lab.engine.services.shares.end(jobs[1].id)
        await lab.engine.keeper.forget(jobs[2].user.party)
        gone = [(await lab.get(each)).status_code for each in (revoked, forgotten)]
        files = [(await lab.get(f"{each}/1.mp4")).status_code for each in (revoked, forgotten)]
        still = await lab.finished(film)
        expired = await lab.shared(still)
        now += 7 * DAY
        late = await lab.get(expired)
        late_file = await lab.get(f"{expired}/1.mp4", range="bytes=0-1")

    assert before == [200] * 3
    assert (gone, files) == ([404] * 2, [404] * 2)
    assert (late.status_code, late_file.status_code) == (404, 404)
    assert "has expired" in late.text


async def test_a_file_that_is_lost_is_told_as_that(lab: PageLab, film: Path) -> None:
    job = await lab.finished(film)
    path = await lab.shared(job)
    (lab.engine.services.folder(job.id) / "1.mp4").unlink()
    page, file = await lab.get(path), await lab.get(f"{path}/1.mp4")

    assert (page.status_code, file.status_code) == (404, 404)
    assert "no longer stored" in page.text
