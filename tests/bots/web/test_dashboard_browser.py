"""The dashboard in a real browser: read and used by everybody, without a script."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from core.catalog.cooldown import Aside
from core.errors import Fault, FaultKind
from core.invocation import IdFormat
from core.jobs import JobState
from core.media import Cost
from core.people.access import Policy, Rule
from core.people.audit import Act
from core.people.sessions import Area
from core.platform import Party, User
from tests.bots.web.test_browser import LANGUAGES, SCHEMES, WIDTHS
from tests.fakes.browser import barriers, noted_troubles
from tests.fakes.dash_lab import ADMIN, DESK
from tests.fakes.engine_harness import FOUR, STREAM, TASKS, EngineHarness
from tests.fakes.memory_platform import NAME
from tests.fakes.page_lab import PageLab, page_lab

pytestmark = pytest.mark.browser

PAGES = ("gateways", "spending", "access", "audit")
_OVERFLOWS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
_OUTSIDE = """() => [...document.querySelectorAll("main :is(a, button, input, select)")]
    .filter((each) => each.getBoundingClientRect().right > innerWidth)
    .map((each) => each.outerHTML)"""
_DAY = 86_400.0
_LONG = "a-person-with-a-very-long-name-" * 4


@asynccontextmanager
async def busy_lab(folder: Path) -> AsyncGenerator[PageLab]:
    """A bot that has been used for some weeks."""
    harness = EngineHarness(
        folder=folder,
        root="http://127.0.0.1:9",
        policy=Policy(admins=frozenset({f"{NAME}:eve"}), allowed_chats=frozenset({f"{NAME}:1"})),
        ids={"other": IdFormat(user="[0-9]+", chat="-[0-9]+")},
    )
    now = 0.0
    harness.ledger_now = lambda: now
    async with page_lab(harness, at_home=True) as lab:
        services = lab.engine.services
        today = services.sessions.now()
        for number in range(40):
            now = today - _DAY * (number * number % 29)
            await _put_job(lab, number, now)
        now = today
        for number, (allowed, banned) in enumerate(((True, False), (False, False), (False, True))):
            party = Party(platform="other", kind="user", id=f"1000{number}")
            act = Act(by=ADMIN.party, at=today, command="allow", place=DESK.party)
            rule = Rule(party=party, allowed=allowed, banned=banned, act=act)
            await services.access.save(replace(rule, act=replace(act, about=f"user {party}")))
        for model in (TASKS, FOUR):
            services.catalog.cooldown.decide(model, Aside(seconds=7200, by=f"{NAME}:eve"))
        services.catalog.cooldown.put(STREAM)
        for gateway in ("sandbox", "apiyi"):
            seconds = {"waiting": 1.0, "submitting": 2.5, "running": 64.0, "delivering": 5.0}
            services.meters.took(gateway, seconds)
        services.meters.succeeded("sandbox", "job")
        for _ in range(4):
            services.meters.failed("apiyi", "job", "quota", in_a_row=True)
        yield lab


async def _put_job(lab: PageLab, number: int, at: float) -> None:
    harness = lab.harness
    model = (TASKS, FOUR, STREAM)[number % 3]
    done = replace(
        harness.job(),
        user=User(platform=NAME, id=("ann", "bob", _LONG)[number % 5 % 3]),
        model=model,
        state=JobState.DONE,
        credits=50 + number,
        created_at=at,
        started_at=at + 1,
        ended_at=at + 60 + number,
        cost=Cost(amount=0.123 * number),
        told=True,
    )
    if number % 4 == 3:
        fault = Fault(kind=list(FaultKind)[number % len(FaultKind)])
        done = replace(done, state=JobState.FAILED, fault=fault, credits=0, cost=None)
    await lab.engine.services.store.add(done)


async def admitted(lab: PageLab, context: BrowserContext) -> Page:
    """Somebody who has opened their link, by its button."""
    link = await lab.engine.services.sessions.link(Area.DASHBOARD, ADMIN, DESK)
    page = await context.new_page()
    await page.goto(link)
    await page.locator("button.primary").click()
    return page


@pytest.mark.slow
async def test_everybody_can_read_it(chromium: Browser, tmp_path: Path, shots: Path) -> None:
    async with busy_lab(tmp_path) as lab:
        for (name, width), scheme, language in zip(WIDTHS, SCHEMES, LANGUAGES[::-1], strict=True):
            viewport: ViewportSize = {"width": width, "height": 800}
            context = await chromium.new_context(
                color_scheme=scheme, viewport=viewport, locale=language
            )
            page = await admitted(lab, context)
            await page.goto(f"{lab.root}/dashboard/{PAGES[0]}")
            troubles = noted_troubles(page)
            for path in PAGES:
                looks = f"dash-{path}-{name}-{scheme}-{language}"
                await page.goto(f"{lab.root}/dashboard/{path}")
                found = await barriers(page)
                overflow: bool = await page.evaluate(_OVERFLOWS)
                await page.screenshot(path=shots / f"{looks}.png", full_page=True)

                assert (found, overflow, troubles) == ([], False, []), looks
            await context.close()


async def _put_long(lab: PageLab, now: float) -> str:
    """A job with the longest of everything, which has failed."""
    harness, services = lab.harness, lab.engine.services
    fault = Fault(kind=FaultKind.MODERATION_INPUT_IMAGE, detail="x" * 300, request_id="r" * 80)
    route = tuple(model.key for model in services.catalog.data.served)
    assert len(route) > 20
    job = replace(
        harness.job("a_word_without_an_end" * 12),
        user=User(platform=NAME, id=_LONG),
        model=TASKS,
        route=route,
        state=JobState.FAILED,
        fault=fault,
        created_at=now,
        started_at=now,
        ended_at=now,
        told=True,
    )
    await services.store.add(job)
    party = Party(platform="other", kind="chat", id="-" + "1" * 60)
    act = Act(by=User(platform=NAME, id=_LONG).party, at=now, command="allow", place=DESK.party)
    await services.access.save(Rule(party=party, allowed=True, act=act))
    return job.id


@pytest.mark.slow
async def test_no_page_is_wider_than_the_window_and_what_can_be_done_is_in_it(
    chromium: Browser, tmp_path: Path, shots: Path
) -> None:
    async with busy_lab(tmp_path) as lab:
        job = await _put_long(lab, lab.engine.services.sessions.now())
        await lab.engine.submit(lab.harness.order("another_word_without_an_end" * 9))
        await lab.engine.idle()
        for name, width in WIDTHS:
            context = await chromium.new_context(viewport={"width": width, "height": 800})
            page = await admitted(lab, context)
            for path in ("", f"jobs/{job}", *PAGES):
                await page.goto(f"{lab.root}/dashboard/{path}")
                looks = f"full-{path.partition('/')[0] or 'now'}-{name}"
                wide: bool = await page.evaluate(_OVERFLOWS)
                outside: list[str] = await page.evaluate(_OUTSIDE)
                await page.screenshot(path=shots / f"{looks}.png", full_page=True)
                assert (wide, outside) == (False, []), looks
            await page.goto(f"{lab.root}/dashboard/jobs/{job}")
            prompt = await page.locator("dd").filter(has_text="a_word_without").bounding_box()
            assert prompt
            assert prompt["width"] > 150
            await context.close()


async def test_it_is_used_with_the_keyboard_and_without_scripts(
    chromium: Browser, tmp_path: Path, shots: Path
) -> None:
    async with busy_lab(tmp_path) as lab:
        context = await chromium.new_context(java_script_enabled=False)
        page = await admitted(lab, context)
        services = lab.engine.services
        await page.goto(f"{lab.root}/dashboard/gateways")
        await page.get_by_role("combobox", name="Model").select_option(f"{TASKS}s")
        await page.get_by_role("button", name="Set aside").focus()
        await page.keyboard.press("Enter")
        status = page.get_by_role("status")
        said = await status.inner_text()
        where = page.url
        is_read = await status.evaluate("each => each === document.activeElement")
        await page.screenshot(path=shots / "dash-done.png", full_page=True)
        await page.reload()
        again = await page.get_by_role("status").count()
        aside = f"{TASKS}s" in services.catalog.cooldown
        await page.get_by_role("button", name=f"Take back: {TASKS}s").press("Enter")

        assert said.startswith("Set aside until")
        assert "“Take back”" in said
        assert (where, again) == (f"{lab.root}/dashboard/gateways", 0)
        assert is_read
        assert (aside, f"{TASKS}s" in services.catalog.cooldown) == (True, False)

        await page.get_by_role("link", name="Access").click()
        await page.get_by_label("Id of a person or a chat").fill("other:77")
        await page.get_by_role("button", name="Ban", exact=True).press("Enter")
        banned = User(platform="other", id="77")
        assert services.access.bans(banned)
        await page.get_by_role("button", name="Allow: other:77").press("Enter")
        assert not services.access.bans(banned)

        await page.get_by_role("link", name="Spending").click()
        await page.get_by_label("Period").select_option("30")
        await page.get_by_role("button", name="Show").press("Enter")
        await page.get_by_text("The numbers", exact=True).click()
        assert await page.get_by_role("row").filter(has_text="20").count() >= 30

        await page.get_by_role("link", name="Audit").click()
        await page.get_by_label("Words").fill("ban")
        await page.get_by_role("button", name="Filter").press("Enter")
        await page.screenshot(path=shots / "dash-audit-words.png")
        assert await page.get_by_role("row").filter(has_text="other:77").count() == 1
        await context.close()
