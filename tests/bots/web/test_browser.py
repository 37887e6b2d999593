"""The page of a result in a real browser: it plays, seeks, can be read by everybody, and ends."""

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, Response, ViewportSize

from tests.fakes.browser import barriers, noted_troubles
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.movies import make_film
from tests.fakes.page_lab import PageLab, page_lab

pytestmark = pytest.mark.browser

WIDTHS = (("phone", 360), ("desktop", 1280))
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LANGUAGES = ("en-GB", "zh-CN")
PROMPT = "a cat surfing at sunset, seen from a drone\n一只猫在夕阳下冲浪"
_PLAYED = "() => document.querySelector('video').currentTime > 0.3"
_OVERFLOWS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
_READY = "() => document.querySelector('video').readyState >= 2"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some megabytes, so that its end is not fetched with its beginning."""
    still = Image.effect_noise((480, 270), 200).convert("RGB")
    return make_film(
        tmp_path_factory.mktemp("film") / "film.mp4",
        width=480,
        height=270,
        seconds=16.0,
        paint=lambda second: still.rotate(45 * second),
        options={"preset": "ultrafast"},
    )


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[PageLab]:
    async with page_lab(EngineHarness(folder=tmp_path, root="http://127.0.0.1:9")) as lab:
        yield lab


async def opened(
    lab: PageLab, chromium: Browser, path: str, viewport: ViewportSize | None = None
) -> Page:
    page = await chromium.new_page(viewport=viewport)
    await page.goto(f"{lab.root}{path}")
    return page


async def test_the_video_plays_and_seeking_fetches_only_what_is_needed(
    lab: PageLab, chromium: Browser, film: Path, shots: Path
) -> None:
    path = await lab.shared(await lab.finished(film, prompt=PROMPT))
    page = await chromium.new_page()
    troubles, answers = noted_troubles(page), list[Response]()
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - it is marked
    await page.goto(f"{lab.root}{path}")
    await page.evaluate("() => document.querySelector('video').play()")
    await page.wait_for_function(_PLAYED)
    await page.screenshot(path=shots / "playing.png")
    before = len(answers)
    await page.evaluate("() => { document.querySelector('video').currentTime = 14 }")
    await page.wait_for_function("() => document.querySelector('video').currentTime > 14.2")

    media = [each for each in answers if each.url.endswith(".mp4")]
    later = [each for each in answers[before:] if each.url.endswith(".mp4")]
    assert {each.status for each in media} == {206}
    assert [each.headers["content-range"].startswith("bytes 0-") for each in later] == [False]
    assert [trouble for trouble in troubles if "favicon" not in trouble] == []


async def test_it_works_with_the_keyboard_alone_and_without_scripts(
    lab: PageLab, chromium: Browser, film: Path
) -> None:
    path = await lab.shared(await lab.finished(film, prompt=PROMPT))
    context = await chromium.new_context(java_script_enabled=False, accept_downloads=True)
    page = await context.new_page()
    await page.goto(f"{lab.root}{path}")
    video, original = page.locator("video"), page.get_by_role("link", name="Original")
    await video.focus()
    await page.keyboard.press("Space")
    await original.focus()
    async with page.expect_download() as saved:
        await page.keyboard.press("Enter")
    download = await saved.value
    kept = await download.path()

    assert kept.stat().st_size == film.stat().st_size  # noqa: ASYNC240 - after all is done
    assert download.suggested_filename.endswith("-1.mp4")
    assert await page.get_by_text("一只猫在夕阳下冲浪").is_visible()


async def test_everybody_can_use_it(
    lab: PageLab, chromium: Browser, film: Path, shots: Path
) -> None:
    path = await lab.shared(await lab.finished(film, prompt=PROMPT * 4))
    for (name, width), scheme, language in product(WIDTHS, SCHEMES, LANGUAGES):
        looks = f"{name}-{scheme}-{language}"
        viewport: ViewportSize = {"width": width, "height": 800}
        page = await chromium.new_page(color_scheme=scheme, viewport=viewport, locale=language)
        await page.goto(f"{lab.root}{path}")
        await page.wait_for_function(_READY)
        found = await barriers(page)
        overflow: bool = await page.evaluate(_OVERFLOWS)
        ground: str = await page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        said = await page.locator("html").get_attribute("lang")
        await page.screenshot(path=shots / f"{looks}.png", full_page=True)
        await page.goto(f"{lab.root}/v/nothing")
        ended = await barriers(page)
        await page.screenshot(path=shots / f"ended-{looks}.png")
        await page.close()

        assert (found, ended, overflow) == ([], [], False), looks
        assert (max(_numbers(ground)) < 60) is (scheme == "dark"), looks
        assert said == {"en-GB": "en", "zh-CN": "zh-Hans"}[language]


async def test_pictures_are_seen_by_everybody(
    lab: PageLab, chromium: Browser, tmp_path: Path, shots: Path
) -> None:
    pictures = [tmp_path / "a.png", tmp_path / "b.png"]
    for size, picture in zip(((1200, 800), (300, 900)), pictures, strict=True):
        Image.effect_noise(size, 90).save(picture)
    path = await lab.shared(await lab.finished(*pictures, prompt="a lighthouse"))
    page = await opened(lab, chromium, path, viewport={"width": 360, "height": 800})
    widths: list[int] = await page.evaluate(
        "() => [...document.images].map(each => each.naturalWidth)"
    )
    found = await barriers(page)
    await page.screenshot(path=shots / "pictures.png", full_page=True)

    assert (widths, found) == ([1200, 300], [])


async def test_what_is_taken_back_is_gone_and_says_so(
    lab: PageLab, chromium: Browser, film: Path
) -> None:
    job = await lab.finished(film)
    path = await lab.shared(job)
    page = await opened(lab, chromium, path)
    await page.wait_for_function(_READY)
    await lab.engine.services.shares.end(job.id)
    answer = await page.reload()

    assert answer
    assert answer.status == 404
    assert await page.get_by_text("has taken it back").is_visible()
    assert await page.locator("video").count() == 0


async def test_a_file_opened_by_itself_plays_as_well(
    lab: PageLab, chromium: Browser, film: Path
) -> None:
    path = await lab.shared(await lab.finished(film))
    page = await opened(lab, chromium, f"{path}/1.mp4")
    await page.wait_for_function(_READY)
    await page.evaluate("() => document.querySelector('video').play()")

    await page.wait_for_function(_PLAYED)


def _numbers(colour: str) -> list[int]:
    return [int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
