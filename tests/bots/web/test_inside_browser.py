"""A page opened inside a platform, in a real browser: what is told behind the # signs in."""

from collections.abc import AsyncIterator
from pathlib import Path
from time import time

import pytest
from playwright.async_api import Browser
from pydantic import SecretStr

from bots.telegram.ids import NAME
from bots.telegram.mini_app import MiniAppWayIn
from tests.fakes.browser import barriers, noted_troubles
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.page_lab import PageLab, page_lab
from tests.fakes.raw_server import raw_server, replies, reply
from tests.fakes.telegram.mini_app import fields, signed

pytestmark = pytest.mark.browser
TOKEN = "7:token-of-ours"  # noqa: S105 - of nobody


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[PageLab]:
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:9")
    way = MiniAppWayIn(token=SecretStr(TOKEN))
    async with page_lab(harness, at_home=True, way=way) as lab:
        yield lab


def address(lab: PageLab, *, at: float | None = None, token: str = TOKEN) -> str:
    """What the platform opens."""
    return f"{lab.root}/in/{NAME}#{signed(fields(at or time()), token)}"


async def test_it_signs_in_once_and_takes_what_was_told_out_of_the_address(
    lab: PageLab, chromium: Browser
) -> None:
    told = address(lab)
    first = await chromium.new_context()
    page = await first.new_page()
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.headers.get("referer", "")))
    await page.goto(told)
    await page.wait_for_url(f"{lab.root}/gallery/")
    (cookie,) = await first.cookies(f"{lab.root}/gallery/")
    session = await lab.engine.services.sessions.find(cookie.get("value", ""))
    assert session
    assert session.user.id == "7"
    assert (cookie.get("httpOnly"), cookie.get("sameSite")) == (True, "Strict")
    assert not any("tgWebAppData" in each for each in asked)

    others = await chromium.new_context()
    page = await others.new_page()
    await page.goto(told)
    await page.get_by_text("this works once").wait_for()
    assert page.url == f"{lab.root}/in/{NAME}"
    assert await others.cookies() == []


@pytest.mark.parametrize(("age", "token"), [(400, TOKEN), (0, "8:token-of-another-bot")])
async def test_what_is_old_or_of_another_bot_is_refused(
    lab: PageLab, chromium: Browser, age: int, token: str
) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    await page.goto(address(lab, at=time() - age, token=token))
    await page.get_by_text("Nobody could be signed in").wait_for()
    assert await context.cookies() == []


async def test_without_a_script_it_says_how_to_come_in(lab: PageLab, chromium: Browser) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(address(lab))

    assert await page.get_by_text("open the link that stands in that answer").is_visible()
    assert not await page.get_by_role("button").is_visible()


async def test_opened_by_another_page_it_asks_first(
    lab: PageLab, chromium: Browser, shots: Path
) -> None:
    foreign = f'<a href="{address(lab)}" rel="noreferrer">look</a>'.encode()
    context = await chromium.new_context(viewport={"width": 360, "height": 640})
    page = await context.new_page()
    troubles = noted_troubles(page)
    async with raw_server(replies(reply(foreign, headers={"Content-Type": "text/html"}))) as evil:
        await page.goto(evil.url)
        await page.get_by_text("look").click()
        button = page.get_by_role("button", name="Open")
        await button.wait_for()
        await page.screenshot(path=shots / "inside.png")
        assert await barriers(page) == []
        assert await context.cookies() == []
        assert [each for each in troubles if "favicon" not in each] == []
        await button.click()
        await page.wait_for_url(f"{lab.root}/gallery/")


async def test_in_a_frame_nobody_is_signed_in(lab: PageLab, chromium: Browser) -> None:
    foreign = f'<iframe src="{address(lab)}"></iframe>'.encode()
    context = await chromium.new_context()
    page = await context.new_page()
    async with raw_server(replies(reply(foreign, headers={"Content-Type": "text/html"}))) as evil:
        await page.goto(evil.url, wait_until="networkidle")
    assert [frame.url for frame in page.frames][1:] == ["chrome-error://chromewebdata/"]
    assert await context.cookies() == []
