"""Signing in with a real browser: a link opens once, and no page of somebody else's can act."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext

from core.people.sessions import Area
from core.platform import ConversationRef, User
from tests.fakes.browser import barriers, noted_troubles
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.page_lab import PageLab, page_lab
from tests.fakes.raw_server import raw_server, replies, reply

pytestmark = pytest.mark.browser
ANN = User(platform=NAME, id="ann")
HERE = ConversationRef(platform=NAME, chat="1")
_READ = """async (url) => {
  try { return await (await fetch(url, {credentials: "include"})).text() } catch { return "" }
}"""


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[PageLab]:
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:9")
    async with page_lab(harness, at_home=True) as lab:
        yield lab


async def link(lab: PageLab) -> str:
    return await lab.engine.services.sessions.link(Area.GALLERY, ANN, HERE)


async def secret(context: BrowserContext, lab: PageLab) -> str:
    """The cookie that a browser has for the gallery; "" without one."""
    found = await context.cookies(f"{lab.root}/gallery/")
    return found[0].get("value", "") if found else ""


async def test_a_link_opens_once_and_only_by_its_button(
    lab: PageLab, chromium: Browser, shots: Path
) -> None:
    address = await link(lab)
    mine, others = await chromium.new_context(), await chromium.new_context()
    page = await mine.new_page()
    troubles = noted_troubles(page)
    await page.goto(address)
    await page.screenshot(path=shots / "sign-in.png")
    assert await barriers(page) == []
    assert troubles == []
    assert await secret(mine, lab) == ""
    await page.get_by_role("button", name="Open").click()
    await page.wait_for_url(f"{lab.root}/gallery/")
    assert await lab.engine.services.sessions.find(await secret(mine, lab))

    late = await others.new_page()
    await late.goto(address)
    await late.get_by_text("does not work any more").wait_for()
    assert await others.cookies() == []


async def test_a_double_click_far_away_signs_in(lab: PageLab, chromium: Browser) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    await page.goto(await link(lab))
    # The browser drops the answer to the first press when the second comes before it.
    far = await context.new_cdp_session(page)
    away = {"offline": False, "latency": 300, "downloadThroughput": -1, "uploadThroughput": -1}
    await far.send("Network.emulateNetworkConditions", away)  # type: ignore[reportUnknownMemberType]
    sent = list[str]()
    page.on("request", lambda each: sent.append(each.method))
    await page.get_by_role("button", name="Open").dblclick(delay=30)
    await page.wait_for_url(f"{lab.root}/gallery/")
    assert sent.count("POST") == 2
    assert await lab.engine.services.sessions.find(await secret(context, lab))

    await page.go_back()
    await page.get_by_role("link", name="Gallery").click()
    await page.wait_for_url(f"{lab.root}/gallery/")


async def test_a_page_of_somebody_else_signs_nobody_in(lab: PageLab, chromium: Browser) -> None:
    address = await link(lab)
    form = f'<form method="post" action="{address}"><button>win</button></form>'
    context = await chromium.new_context()
    page = await context.new_page()
    async with raw_server(replies(reply(form.encode(), headers=_HTML))) as evil:
        await page.goto(evil.url)
        await page.get_by_text("win").click()
        await page.get_by_text("was not sent from a page of ours").wait_for()
    assert await context.cookies() == []


async def test_a_page_at_another_port_neither_acts_nor_reads(
    lab: PageLab, chromium: Browser
) -> None:
    context = await chromium.new_context()
    page = await context.new_page()
    await page.goto(await link(lab))
    await page.get_by_role("button", name="Open").click()
    await page.wait_for_url(f"{lab.root}/gallery/")
    mine = await secret(context, lab)
    # For browsers it is the same site, so the cookie comes along; and it even knows the key.
    key = sha256(f"form {mine}".encode()).hexdigest()
    form = (
        f'<form method="post" action="{lab.root}/gallery/out">'
        f'<input name="form-key" value="{key}"><button>win</button></form>'
    )
    async with raw_server(replies(reply(form.encode(), headers=_HTML))) as evil:
        await page.goto(evil.url)
        read = [await page.evaluate(_READ, f"{lab.root}/{path}") for path in ("gallery/", "in/x")]
        await page.get_by_text("win").click()
        await page.get_by_text("was not sent from a page of ours").wait_for()
    assert read == ["", ""]
    assert await lab.engine.services.sessions.find(mine)


_HTML = {"Content-Type": "text/html"}
