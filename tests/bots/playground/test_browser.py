"""The playground in a real browser: a bar that moves, a video that plays, pictures, refusals."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, Response, ViewportSize, expect

from bots.playground.conversation import PlaygroundPlatform
from bots.playground.ids import HERE, NAME
from bots.playground.service import serve_playground
from core.engine.engine import Engine
from core.i18n import Locale
from core.platform import View
from sandbox.options import SandboxOptions
from sandbox.orders.ledger import Ledger, read_ledger
from sandbox.server import serve
from tests.bots.web.test_gallery_browser import ENDS
from tests.fakes.browser import barriers, noted_troubles
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway, open_gateway
from tests.fakes.movies import make_film
from tests.fakes.telegram.bot import picture

pytestmark = pytest.mark.browser

WIDTHS = (("phone", 360), ("desktop", 1280))
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LANGUAGES = ("en-GB", "zh-CN")
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> \"'><b>bold</b> {{7*7}}"
_PLAY = """() => {
  window.played = document.querySelector("video")
  window.played.addEventListener("ended", () => window.played.play())
  return window.played.play()
}"""
_TIME = "document.querySelector('video')?.currentTime"
_OVERFLOWS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
_MOST_BYTES = 150_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPlayground:
    """A playground that is open in a browser."""

    harness: EngineHarness
    engine: Engine
    platform: PlaygroundPlatform
    address: str
    page: Page
    troubles: list[str]

    async def order(self, words: str) -> None:
        """Fill the form in, and send it."""
        await self.page.locator("textarea[name=prompt]").fill(words)
        await self.page.locator("#order").get_by_role("button", name="Send").click()


@asynccontextmanager
async def opened(
    harness: EngineHarness, chromium: Browser, *, scripts: bool = True, language: str = "en-GB"
) -> AsyncGenerator[OpenPlayground]:
    """A playground of its own, in a browser that has just opened its address."""
    platform = PlaygroundPlatform()
    harness.platforms = {NAME: platform}
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(harness.engine())
        address = await stack.enter_async_context(serve_playground(engine, platform, Locale.EN))
        context = await chromium.new_context(java_script_enabled=scripts, locale=language)
        stack.push_async_callback(context.close)
        page = await context.new_page()
        troubles = noted_troubles(page)
        await page.goto(address)
        await page.wait_for_selector("#order")
        yield OpenPlayground(
            harness=harness,
            engine=engine,
            platform=platform,
            address=address,
            page=page,
            troubles=troubles,
        )


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[ManualGateway]:
    """Answers only what it is told to."""
    film = make_film(tmp_path / "film.mp4", width=320, height=180, seconds=6.0)
    async with open_gateway(film.read_bytes()) as gateway:
        yield gateway


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[EngineHarness]:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=100, short_side=96, fps=8)
    async with serve(options) as root:
        yield EngineHarness(folder=tmp_path, root=root)


@pytest.mark.parametrize("covered", [False, True])
async def test_the_bar_moves_and_the_video_plays_on_whatever_else_changes(
    tmp_path: Path, slow: ManualGateway, chromium: Browser, shots: Path, *, covered: bool
) -> None:
    async with opened(EngineHarness(folder=tmp_path, root=slow.root), chromium) as lab:
        page, answers = lab.page, list[Response]()
        page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - it must be a function
        slow.percent = 40
        await slow.allow(CREATE, LOOK)
        await lab.order(f"1s {'--spoiler ' * covered}a cat surfing")
        bar, aloud = page.locator("progress"), page.locator("#said")
        await expect(bar).to_have_js_property("value", 40)
        cancel = page.get_by_role("button", name="Cancel")
        await cancel.focus()
        slow.percent = 70
        await expect(bar).to_have_js_property("value", 70)
        await expect(aloud).to_have_text("50% · rendering")
        await expect(cancel).to_be_focused()
        await page.screenshot(path=shots / "play-running.png", full_page=True)
        slow.percent = 100
        await slow.allow(FETCH)
        await page.wait_for_selector("video", state="attached")
        await expect(bar).to_have_count(0)
        if covered:
            await page.locator("#notes .media summary").click()
        # Over and over: however long all this takes, it is never over by itself.
        await page.evaluate(_PLAY)
        await page.wait_for_function(f"() => {_TIME} > 0.3")
        await page.screenshot(path=shots / "play-done.png", full_page=True)
        (post,) = [note for note in lab.platform.board.notes if note.assets]
        event = page.locator("#notes li", has=page.locator("video")).locator("input[name=event]")
        known = await event.first.input_value()
        lab.platform.board.pressed(post.id)  # a button under it is another one now
        await expect(event.first).not_to_have_value(known)
        before: float = await page.evaluate(_TIME)
        await page.wait_for_function(f"(before) => {_TIME} !== before", arg=before)
        assert await page.evaluate("() => document.querySelector('video') === window.played")

        media = [each for each in answers if "/files/" in each.url and "poster" not in each.url]
        assert {each.status for each in media} == {206}
        assert lab.troubles == []


async def test_pictures_come_along_chosen_or_dropped_and_nothing_that_is_said_is_markup(
    harness: EngineHarness, chromium: Browser, shots: Path
) -> None:
    chosen, dropped = picture(80, "red"), picture(90, "blue")
    async with opened(harness, chromium) as lab:
        page = lab.page
        alerts: list[str] = []
        page.on("dialog", lambda dialog: alerts.append(dialog.message))
        await page.locator("input[type=file]").set_input_files(
            {"name": '"><img src=x>.jpg', "mimeType": "image/jpeg", "buffer": chosen}
        )
        await page.evaluate(
            """(bytes) => {
              const data = new DataTransfer();
              data.items.add(new File([new Uint8Array(bytes)], "b.jpg", {type: "image/jpeg"}));
              document.body.dispatchEvent(
                new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
            }""",
            list(dropped),
        )
        await page.screenshot(path=shots / "play-pictures.png", full_page=True)
        await lab.order(f"-- {HOSTILE}")
        await page.wait_for_selector("video")

        (paid,) = read_ledger(harness.folder / "sandbox")
        came = Ledger(harness.folder / "sandbox").pictures(paid)
        assert [path.read_bytes() for path in came] == [chosen, dropped]
        assert HOSTILE in await page.locator("#notes").inner_text()
        assert await page.locator("#notes").locator("b, script, img").count() == 0
        assert (alerts, lab.troubles) == ([], [])
        assert await page.locator("input[type=file]").evaluate("(each) => each.files.length") == 0


async def test_what_is_refused_is_shown_and_what_runs_can_be_cancelled(
    harness: EngineHarness, chromium: Browser, shots: Path
) -> None:
    async with opened(harness, chromium) as lab:
        page = lab.page
        await lab.order("--ration 16:9 a dog")
        refused = page.locator(".refused")
        await expect(refused).to_contain_text("There is no option --ration.")
        await expect(page.locator("#said")).to_contain_text("There is no option --ration.")
        await page.screenshot(path=shots / "play-refused.png", full_page=True)
        assert harness.paid == 0

        await lab.order("1s a cat #hang")
        await page.get_by_role("button", name="Cancel").press("Enter")
        await expect(page.locator("#notes")).to_contain_text("Cancelled.")
        await expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
        assert lab.troubles == []


async def test_a_question_is_asked_and_answered_in_the_page(
    harness: EngineHarness, chromium: Browser
) -> None:
    async with opened(harness, chromium) as lab:
        page = lab.page
        await page.get_by_role("link", name="Anything else").click()
        await lab.order("/video")
        asked, send = page.get_by_label("Please give"), page.locator("#notes button.primary")
        await asked.fill("  ")
        await send.click()
        await page.wait_for_selector(".refused")
        await expect(asked).to_have_value("  ")
        await asked.fill("1s a cat")
        await send.click()
        await page.wait_for_selector("video")
        await expect(page.get_by_label("Please give")).to_have_count(0)


async def test_each_line_begins_where_its_language_does(
    harness: EngineHarness, chromium: Browser
) -> None:
    async with opened(harness, chromium) as lab:
        arabic = "قطة سوداء"
        await lab.platform.conversation(HERE).send(View(text=f"a cat\n{arabic}"))
        text = lab.page.locator(".note .text")
        begins, _ = await text.evaluate(ENDS, arabic)
        box = await text.bounding_box()
        assert box
        assert begins > box["x"] + box["width"] - 30


async def test_it_works_without_scripts(harness: EngineHarness, chromium: Browser) -> None:
    async with opened(harness, chromium, scripts=False) as lab:
        await lab.order("1s a cat")
        await lab.engine.idle()
        await lab.page.reload()
        await expect(lab.page.locator("video")).to_have_count(1)
        await expect(lab.page.locator("#notes")).to_contain_text("Done in")
        assert harness.paid == 1


async def test_who_is_cut_off_is_told(harness: EngineHarness, chromium: Browser) -> None:
    async with opened(harness, chromium) as lab:
        await expect(lab.page.locator("#lost")).to_be_hidden()
        lab.platform.board.close()
        await expect(lab.page.locator("#lost")).to_be_visible()


async def test_everybody_can_use_it(
    harness: EngineHarness, chromium: Browser, shots: Path
) -> None:
    async with opened(harness, chromium) as lab:
        await lab.order("1s a cat")
        await lab.page.wait_for_selector("video")
        await lab.order("--ration 16:9 a dog")
        await lab.page.wait_for_selector(".refused")
        weight = 0

        def weigh(answer: Response) -> None:
            nonlocal weight
            weight += int(answer.headers.get("content-length", 0))

        for (name, width), scheme, language in product(WIDTHS, SCHEMES, LANGUAGES):
            looks = f"play-{name}-{scheme}-{language}"
            size = ViewportSize(width=width, height=900)
            page = await chromium.new_page(color_scheme=scheme, viewport=size, locale=language)
            page.on(
                "response", lambda answer: weigh(answer) if "files" not in answer.url else None
            )
            weight = 0
            await page.goto(lab.address)
            await page.wait_for_selector("video")
            assert weight < _MOST_BYTES
            await page.locator("#order details > summary").click()
            await page.screenshot(path=shots / f"{looks}.png", full_page=True)
            assert await barriers(page) == [], looks
            assert not await page.evaluate(_OVERFLOWS), looks
            await page.close()
