"""The live page in a real browser: it moves by itself, and everybody can read it."""

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from core.people.access import Policy
from core.people.sessions import Area
from core.platform import ConversationRef, User
from tests.fakes.browser import barriers, noted_troubles
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.memory_platform import NAME
from tests.fakes.page_lab import PageLab, page_lab

pytestmark = pytest.mark.browser

EVE = User(platform=NAME, id="eve")
HERE = ConversationRef(platform=NAME, chat="1")
WIDTHS = (("phone", 390), ("desktop", 1280))
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LANGUAGES = ("en-GB", "zh-CN")
PROMPT = "<img src=x onerror=alert(1)> a cat surfing at sunset, 一只猫在夕阳下冲浪"
_OVERFLOWS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
async def lab(
    tmp_path: Path, gateway: ManualGateway, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[PageLab]:
    caplog.set_level("INFO")
    policy = Policy(admins=frozenset({str(EVE.party)}))
    harness = EngineHarness(
        folder=tmp_path, root=gateway.root, policy=policy, keeps_logs=True, jobs_per_user=1
    )
    async with page_lab(harness, at_home=True) as lab:
        yield lab


async def let_in(lab: PageLab, context: BrowserContext) -> None:
    secret, _ = await lab.engine.services.sessions.begin(Area.DASHBOARD, EVE, HERE)
    cookie = {"name": "cliprelay-dashboard", "value": secret, "url": f"{lab.root}/dashboard"}
    await context.add_cookies([{**cookie, "sameSite": "Strict", "httpOnly": True}])  # type: ignore[list-item, typeddict-item]


async def opened(lab: PageLab, chromium: Browser, path: str = "", **options: object) -> Page:
    context = await chromium.new_context(**options)  # type: ignore[arg-type]
    await let_in(lab, context)
    page = await context.new_page()
    await page.goto(f"{lab.root}/dashboard/{path}")
    return page


async def test_progress_moves_and_the_end_is_said_without_a_reload(
    lab: PageLab, chromium: Browser, gateway: ManualGateway, shots: Path
) -> None:
    gateway.percent = 20
    await gateway.allow(CREATE, LOOK)
    page = await opened(lab, chromium)
    troubles = noted_troubles(page)
    assert await page.get_by_text("Nothing is running, and nothing waits.").is_visible()
    job = await lab.engine.submit(lab.harness.order(PROMPT))
    waiting = await lab.engine.submit(lab.harness.order("another"))
    await page.wait_for_selector(f"#j-{waiting.id}")
    await page.wait_for_function("() => document.querySelector('progress').value === 20")
    link = page.locator(f"#j-{job.id} a")
    await link.focus()
    gateway.percent = 60
    await page.wait_for_function("() => document.querySelector('progress').value === 60")
    focused = await link.evaluate("link => link === document.activeElement")
    await page.screenshot(path=shots / "live-moving.png", full_page=True)
    gateway.percent = 100
    await gateway.allow(FETCH)
    await page.wait_for_selector(f"#j-{waiting.id}", state="detached")
    # A row goes when its job is over, and is among those that have ended once that is stored.
    await page.wait_for_function("() => document.querySelectorAll('#ends a').length === 2")
    said = await page.locator("#said").text_content()
    kept = await page.evaluate("() => document.activeElement.id")
    found = await barriers(page)

    assert focused
    assert said
    assert "done" in said
    assert kept == "running"
    assert (troubles, found) == ([], [])


async def test_it_says_that_the_connection_is_lost_and_goes_on_by_itself(
    lab: PageLab, chromium: Browser
) -> None:
    page = await opened(lab, chromium)
    await page.wait_for_function("() => stream.readyState === EventSource.OPEN")
    await page.context.set_offline(offline=True)
    await page.evaluate("() => { stream.close(); open(); }")
    await page.locator("#lost").wait_for(state="visible")
    await page.context.set_offline(offline=False)
    await page.evaluate("() => { stream.close(); open(); }")
    await page.locator("#lost").wait_for(state="hidden")


@pytest.mark.parametrize("path", ["", "jobs"])
async def test_who_may_look_no_more_is_told_so_and_sees_nothing(
    lab: PageLab, chromium: Browser, gateway: ManualGateway, path: str
) -> None:
    job = await lab.engine.submit(lab.harness.order(PROMPT))
    await gateway.reached(CREATE)
    page = await opened(lab, chromium, f"jobs/{job.id}" if path else "")
    await page.wait_for_function("() => stream.readyState === EventSource.OPEN")
    await lab.engine.services.sessions.end_all(EVE.party)
    await page.get_by_text("You are not signed in").wait_for()
    assert await page.get_by_text("a cat surfing").count() == 0


async def test_who_follows_a_job_that_was_deleted_is_told_so(
    lab: PageLab, chromium: Browser, gateway: ManualGateway
) -> None:
    job = await lab.engine.submit(lab.harness.order(PROMPT))
    await gateway.reached(CREATE)
    page = await opened(lab, chromium, f"jobs/{job.id}")
    await page.wait_for_function("() => stream.readyState === EventSource.OPEN")
    await gateway.allow(CREATE, LOOK, FETCH)
    await lab.engine.idle()
    assert await lab.engine.services.past_jobs.forget(job.user.party, limit=10)
    await page.evaluate("() => { stream.close(); open(); }")
    await page.get_by_text("There is no such job").wait_for()


async def test_it_is_read_without_script(
    lab: PageLab, chromium: Browser, gateway: ManualGateway
) -> None:
    job = await lab.engine.submit(lab.harness.order(PROMPT))
    await gateway.reached(CREATE)
    page = await opened(lab, chromium, java_script_enabled=False)
    assert await page.get_by_text("一只猫在夕阳下冲浪").is_visible()
    assert await page.get_by_text("This is how it was when the page was loaded.").is_visible()
    await page.locator(f"#j-{job.id} a").click()
    await page.wait_for_url(f"**/jobs/{job.id}")
    assert await page.get_by_text("no answer").is_visible()
    assert await page.get_by_text("This is how it was when the page was loaded.").is_visible()


async def test_a_job_moves_on_its_page_until_its_end_is_shown(
    lab: PageLab, chromium: Browser, gateway: ManualGateway, shots: Path
) -> None:
    gateway.percent = 20
    gateway.said = {"words": PROMPT}
    job = await lab.engine.submit(lab.harness.order(PROMPT))
    await gateway.reached(CREATE)
    page = await opened(lab, chromium, f"jobs/{job.id}")
    troubles = noted_troubles(page)
    await page.get_by_text("no answer").wait_for()
    lines = await page.locator("#lines > li").count()
    await gateway.allow(CREATE, LOOK)
    await page.wait_for_function("() => document.querySelector('#bar').value === 20")
    await page.wait_for_function("() => document.querySelector('#elapsed').textContent !== '0:00'")
    cancel = page.get_by_role("button", name="Cancel")
    await cancel.focus()
    gateway.percent = 60
    await page.wait_for_function("() => document.querySelector('#bar').value === 60")
    focused = await cancel.evaluate("each => each === document.activeElement")
    await page.screenshot(path=shots / "job-moving.png", full_page=True)
    gateway.percent = 100
    gateway.said = {}
    await gateway.allow(FETCH)
    await page.get_by_role("status").filter(has_text="This job is done.").wait_for()
    await page.locator("#facts").get_by_text("64 × 64 · 1 s").wait_for()
    kept = await page.evaluate("() => document.activeElement.id")
    found = await barriers(page)
    await page.screenshot(path=shots / "job-ended.png", full_page=True)

    assert focused
    assert kept == "job"
    assert not await cancel.is_visible()
    assert not await page.locator("#bar").is_visible()
    assert await page.locator("#lines > li").count() > lines
    assert (troubles, found) == ([], [])


@pytest.mark.parametrize("size", WIDTHS)
async def test_everybody_can_use_it(
    lab: PageLab, chromium: Browser, gateway: ManualGateway, shots: Path, size: tuple[str, int]
) -> None:
    name, width = size
    gateway.said = {"words": PROMPT}
    gateway.percent = 40
    await gateway.allow(CREATE, LOOK)
    jobs = [await lab.engine.submit(lab.harness.order(PROMPT)) for _ in range(3)]
    await gateway.reached(LOOK, 3)
    gateway.open.discard(LOOK)  # or its log would be as long as a log may be
    for scheme, language in product(SCHEMES, LANGUAGES):
        looks = f"{name}-{scheme}-{language}"
        viewport = {"width": width, "height": 800}
        page = await opened(lab, chromium, color_scheme=scheme, viewport=viewport, locale=language)
        await page.wait_for_function("() => document.querySelector('progress').value === 40")
        for kind, path in (("live", ""), ("job", f"jobs/{jobs[0].id}")):
            if path:
                await page.goto(f"{lab.root}/dashboard/{path}")
            found = await barriers(page)
            overflow: bool = await page.evaluate(_OVERFLOWS)
            said = await page.locator("html").get_attribute("lang")
            await page.screenshot(path=shots / f"{kind}-{looks}.png", full_page=True)
            assert (found, overflow) == ([], False), (looks, kind)
            assert said == {"en-GB": "en", "zh-CN": "zh-Hans"}[language]
        await page.context.close()
