"""A real browser, without a window: Debian's Chromium, driven over its own protocol."""

import shutil
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Tests run as root in containers, where Chromium's own sandbox does not start.
_ARGUMENTS = ("--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--disable-gpu")
_AXE = "axe_playwright_python"
# How long an `expect` may wait says how busy the machine is; by itself it waits for 5 s.
expect.set_options(timeout=60_000)
_SERIOUS = frozenset({"serious", "critical"})


@asynccontextmanager
async def browser() -> AsyncGenerator[Browser]:
    """Chromium, as long as the block runs."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.fail("there is no Chromium here: apt-get install chromium", pytrace=False)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program, args=list(_ARGUMENTS))
        try:
            yield chromium
        finally:
            await chromium.close()


async def barriers(page: Page) -> Sequence[str]:
    """What axe finds that keeps people out of a page, in its own words."""
    # Evaluated, not added to the page: its policy lets no script in.
    await page.evaluate(_axe())
    found: Mapping[str, Any] = await page.evaluate("() => axe.run()")
    return [
        f"{each['id']}: {each['help']} ({node['html']})"
        for each in found["violations"]
        if each["impact"] in _SERIOUS
        for node in each["nodes"]
    ]


@cache
def _axe() -> str:
    found = find_spec(_AXE)
    assert found
    assert found.origin
    return Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def noted_troubles(page: Page) -> list[str]:
    """What goes wrong in a page from now on: errors, and what its policy has blocked."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console",
        lambda said: troubles.append(said.text) if said.type in {"error", "warning"} else None,
    )
    return troubles
