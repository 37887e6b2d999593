"""Every button of any view, pressed on every platform: by a stranger, by its owner, and again.

The buttons are collected from the views themselves. A view that is new needs a way to bring it
about in `WAYS`; a button that is new under one of these is pressed without a word here.
"""

import ast
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from inspect import Parameter, isfunction, signature
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from core.commands import COMMANDS
from core.engine.engine import Engine
from core.errors import Fault, FaultKind
from core.i18n import Locale, translate
from core.jobs import Job, JobState
from core.media import Asset, MediaKind, MediaRequest, TaskRef, Wording
from core.messages import views
from core.messages.buttons import pack
from core.messages.progress import Phase, Progress
from core.options.options import OptionKind
from core.platform import Button, ConversationRef, User, View
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.driver import ChatDriver, said, until_said
from tests.fakes.drivers import PLATFORMS, driver_on
from tests.fakes.engine_harness import EngineHarness

pytestmark = pytest.mark.slow

MODEL, PLAYED_LATER = "sandbox-videos", "sandbox-video"
VIDEO = f"/video --model {MODEL} 1s a cat"
HANGING = f"/video --model {PLAYED_LATER} 1s a cat #hang"
FAILING = f"/video --model {PLAYED_LATER} 1s a cat #fail-moderation"
PLAN = f"/storyboard --model {PLAYED_LATER} 1.5s up\n1.5s down"
# Fits as a prompt, and as the one shot of a plan.
WORDS = "3s in deep snow"
SCENE = "in deep snow"
# Where nobody else is, and what is said of that.
NOWHERE = {"console": "share-nowhere", "playground": "play-nowhere"}


def jobs() -> Iterator[Job]:
    """A job in each of its states, with all that it can have."""
    place = ConversationRef(platform="chat", chat="1")
    picture = Asset(
        kind=MediaKind.VIDEO, path=Path("1.mp4"), mime="video/mp4", size_bytes=1, width=1, height=1
    )
    job = Job(
        id="f" * 32,
        user=User(platform="chat", id="ann"),
        locale="en",
        conversation=place,
        model=f"sandbox/{MODEL}",
        request=MediaRequest(prompt="a cat"),
        credits=1,
        created_at=1.0,
        task=TaskRef(id="1"),
        assets=(picture,),
        fault=Fault(kind=FaultKind.NETWORK),
    )
    for state in JobState:
        yield replace(job, state=state)
    worded = replace(job.request, wording=Wording.ENHANCED)
    yield replace(job, state=JobState.DRAFT, request=worded)


def shown(view: Callable[..., View], job: Job) -> View:
    """What a view shows of a job."""
    known: Mapping[str, object] = {
        "job": job,
        "model": EngineHarness(folder=Path(), root="http://nowhere").catalog.get(job.model),
        "progress": Progress(phase=Phase.RENDERING),
        "now": 2.0,
        "pages": ("https://example.com",),
        "missing": 1,
        "view": View(text="a cat"),
        "price": "14 credits",
        "why": "Not ordered in time.",
        "paid": "14 credits, 86 left today",
    }
    needed = [n for n, p in signature(view).parameters.items() if p.default is Parameter.empty]
    unknown = set(needed) - set(known)
    assert not unknown, f"{view.__name__} needs {unknown}, which this test cannot give it yet"
    return view(**{name: known[name] for name in needed})


def buttons() -> Mapping[tuple[str, str], Button]:
    """Every button, by the view that it stands under and its command."""
    return {
        (name, button.command): button
        for name, made in vars(views).items()
        if isfunction(made) and _gives_a_view(made)
        for job in jobs()
        for button in shown(made, job).buttons
    }


def _gives_a_view(made: Callable[..., Any]) -> bool:
    return made.__module__ == views.__name__ and get_type_hints(made).get("return") is View


@asynccontextmanager
async def ordered(
    line: str, told: str, driver: ChatDriver, harness: EngineHarness
) -> AsyncGenerator[Engine]:
    """The view that comes of a command."""
    harness.gone = frozenset()
    async with driver.bot() as engine:
        await driver.say(line)
        await until_said(driver, told)
        if "#hang" not in line:
            await engine.idle()
        yield engine


@asynccontextmanager
async def resting(driver: ChatDriver, harness: EngineHarness) -> AsyncGenerator[Engine]:
    """A job whose gateway is not set up any more when the next process starts."""
    async with ordered(HANGING, "rendering", driver, harness):
        pass
    harness.gone = frozenset({"sandbox"})
    told = translate(Locale.EN, "job-rests", model=PLAYED_LATER, gateway="sandbox")
    async with driver.bot() as engine:
        await until_said(driver, told)
        yield engine


Way = Callable[[ChatDriver, EngineHarness], AbstractAsyncContextManager[Engine]]
WAYS: Mapping[str, Way] = {
    "running_view": partial(ordered, HANGING, "rendering"),
    "draft_view": partial(ordered, PLAN, "This is the plan"),
    "ended_view": partial(ordered, FAILING, "No video from"),
    "result_view": partial(ordered, VIDEO, "Done in"),
    "resting_view": resting,
}
# Where a button is not under every message that a view makes.
OTHER_WAYS: Mapping[tuple[str, str], Way] = {
    ("draft_view", "suggest"): partial(ordered, "/enhance a cat", "A suggestion"),
}


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncGenerator[EngineHarness]:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        yield EngineHarness(folder=tmp_path, root=root)


async def rows(driver: ChatDriver, engine: Engine) -> list[Job]:
    return list(await engine.jobs_of(driver.user))


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(("view", "command"), buttons())
async def test_a_button_does_what_it_says_for_whom_it_belongs_to_and_pays_once(
    harness: EngineHarness, platform: str, view: str, command: str
) -> None:
    button, facts = buttons()[view, command], COMMANDS[command]
    asked = facts.option(button.asks)
    async with (
        driver_on(platform, harness, among_others=True) as driver,
        OTHER_WAYS.get((view, command), WAYS[view])(driver, harness) as engine,
    ):
        before, paid = await rows(driver, engine), harness.paid

        gets_on = await driver.stranger_gets_on(command)
        assert gets_on in {None, not facts.job}
        assert (runs(await rows(driver, engine)), harness.paid) == (runs(before), paid)

        if asked and asked.kind is OptionKind.PLACE:
            await _bring(driver, command, platform)
        else:
            await driver.press(command, WORDS if asked else "")
            await _changed(driver, engine, before)
            if (view, command) in OTHER_WAYS:
                await engine.idle()  # the older suggestion goes when the new one has come
            after = await _ended(driver, engine)
            if asked:
                assert SCENE in after[0].request.prompt
                assert after[0].request.source == before[0].task
            else:
                await driver.repeat_press()
                assert runs(await _ended(driver, engine)) == runs(after)
        assert harness.paid == paid + facts.pays


def runs(found: list[Job]) -> list[tuple[str, int, JobState]]:
    return [(job.id, job.run, job.state) for job in found]


async def _bring(driver: ChatDriver, command: str, platform: str) -> None:
    if platform in NOWHERE:
        await driver.press(command)
        await until_said(driver, translate(Locale.EN, NOWHERE[platform]))
    else:
        assert "a cat" in await driver.share()


async def _changed(driver: ChatDriver, engine: Engine, before: list[Job]) -> None:
    """Wait until the press has done something to the person's jobs."""
    await _rows_when(driver, engine, lambda found: runs(found) != runs(before))


async def _ended(driver: ChatDriver, engine: Engine) -> list[Job]:
    """The person's jobs when none is open any more."""
    return await _rows_when(driver, engine, lambda found: not any(job.is_open for job in found))


async def _rows_when(
    driver: ChatDriver, engine: Engine, fits: Callable[[list[Job]], bool]
) -> list[Job]:
    """What is told comes after the row, so nothing is missed between two looks."""
    told = said(driver)
    while not fits(found := await rows(driver, engine)):
        await driver.until(lambda told=told: said(driver) != told)
        told = said(driver)
    return found


def test_every_view_with_buttons_can_be_brought_about() -> None:
    assert {view for view, _ in buttons()} == set(WAYS)


def test_every_button_fits_every_platform_and_means_options_that_there_are() -> None:
    for button in buttons().values():
        facts = COMMANDS[button.command]
        assert len(pack(button).encode()) <= 64
        assert all(facts.option(name) for name in (*button.given, button.asks) if name)


def test_no_button_of_the_core_is_made_anywhere_else() -> None:
    core = Path(views.__file__).parents[1]
    made_in = {
        path.relative_to(core).as_posix()
        for path in core.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Button"
    }

    assert made_in == {"messages/views.py", "messages/buttons.py", "chat/views.py"}
