"""The page at the root, and what is said at addresses where nothing is."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bots.port import open_port
from bots.server import serve_at
from bots.web.front import FrontPages
from core.i18n import Locale
from core.people.sessions import Area
from tests.fakes.browser import barriers
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.page_lab import PageLab, page_lab
from tests.fakes.read_page import ReadPage


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[PageLab]:
    async with page_lab(EngineHarness(folder=tmp_path, root="http://127.0.0.1:9")) as lab:
        yield lab


async def test_the_root_says_what_this_is_and_how_one_signs_in(lab: PageLab) -> None:
    answer = await lab.get("/")
    page = ReadPage(answer.text)
    style = next(link["href"] for link in page.all("link") if link["rel"] == "stylesheet")

    assert answer.status_code == 200
    assert "send it /gallery" in page.words
    assert "sends it /dashboard" in page.words
    assert [a["href"] for a in page.all("a")] == ["gallery/"]
    assert (await lab.get(f"/{style}")).status_code == 200
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["x-robots-tag"].startswith("noindex")
    chinese = ReadPage((await lab.get("/", accept_language="zh-CN")).text)
    assert "/gallery" in chinese.words
    assert "send it" not in chinese.words


async def test_where_there_is_only_the_dashboard_nobody_is_sent_to_a_gallery() -> None:
    routes = FrontPages({Area.DASHBOARD}, Locale.EN).routes
    listener = open_port(0, "127.0.0.1")
    root = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with serve_at(routes, listener), httpx.AsyncClient(trust_env=False) as client:
        page = ReadPage((await client.get(f"{root}/")).text)

    assert "gallery" not in page.words
    assert "/dashboard" in page.words
    assert not page.all("a")


@pytest.mark.parametrize(
    "path", ["/nothing", "/a/b/c", "/a/", "/wp-login.php?x=1", "/%ff", "/favicon.ico", "/v/", "//"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_an_address_without_a_page_says_so_and_leads_to_the_root(
    lab: PageLab, method: str, path: str
) -> None:
    answer = await lab.client.request(method, f"{lab.root}{path}")
    page = ReadPage(answer.text)
    (link,) = page.all("a")

    assert (answer.status_code, answer.headers["x-content-type-options"]) == (404, "nosniff")
    assert "There is no page at this address." in page.words
    assert answer.url.join(link["href"] or "").path == "/"


async def test_other_routes_keep_what_they_say_of_a_wrong_method(lab: PageLab) -> None:
    refused = await lab.client.post("/assets/page.css")

    assert refused.status_code == 405
    assert "html" not in refused.headers["content-type"]


async def test_what_a_platform_adds_later_is_reached() -> None:
    def late(_: Request) -> PlainTextResponse:
        return PlainTextResponse("here")

    routes = FrontPages((), Locale.EN).routes
    listener = open_port(0, "127.0.0.1")
    root = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with serve_at(routes, listener), httpx.AsyncClient(trust_env=False) as client:
        before = await client.post(f"{root}/late")
        routes.append(Route("/late", late, methods=["POST"]))
        after = await client.post(f"{root}/late")

    assert (before.status_code, after.text) == (404, "here")


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/", "/no/such"])
async def test_both_are_pages_for_everybody(
    lab: PageLab, chromium: Browser, shots: Path, path: str
) -> None:
    for language in ("en-GB", "zh-CN"):
        page = await chromium.new_page(locale=language, viewport={"width": 390, "height": 700})
        await page.goto(f"{lab.root}{path}")
        found = await barriers(page)
        name = "front" if path == "/" else "nowhere"
        await page.screenshot(path=shots / f"{name}-{language}.png")
        await page.close()

        assert found == [], language
