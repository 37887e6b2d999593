"""What a chat model suggests, on every platform: shown, changed, and ordered by its buttons."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from core.jobs import JobState
from core.media import MediaKind
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.driver import said, until_said
from tests.fakes.drivers import PLATFORMS, driver_on
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.telegram.bot import picture

pytestmark = pytest.mark.slow

CHANGED = "a dog in deep snow"


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncGenerator[EngineHarness]:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        yield EngineHarness(folder=tmp_path, root=root)


# The page is a new one after a restart, without the buttons of before.
@pytest.mark.parametrize("platform", sorted({*PLATFORMS} - {"playground"}))
async def test_a_prompt_is_made_better_changed_and_ordered_after_a_restart(
    harness: EngineHarness, platform: str
) -> None:
    async with driver_on(platform, harness) as driver:
        async with driver.bot() as engine:
            await driver.say("/enhance portrait 1s a cat")
            await until_said(driver, "working on a suggestion")
            await until_said(driver, "nothing is ordered yet")
            await engine.idle()
            paid = harness.paid
        async with driver.bot() as engine:
            await driver.press("edit", CHANGED)
            await until_said(driver, CHANGED)
            await driver.press("confirm")
            await until_said(driver, "took")
            await engine.idle()
            await driver.repeat_press()
            (job,) = await engine.jobs_of(driver.user)

        (post,) = driver.posts()
        assert CHANGED in post.caption
        assert (job.state, job.request.prompt, job.request.ratio) == (
            JobState.DONE,
            CHANGED,
            "9:16",
        )
        assert (paid, harness.paid) == (1, 2)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_picture_is_described_and_made_again(
    harness: EngineHarness, platform: str
) -> None:
    async with driver_on(platform, harness) as driver, driver.bot() as engine:
        await driver.say("/describe", picture())
        await until_said(driver, "nothing is ordered yet")
        await driver.press("suggest")
        await driver.until(lambda: said(driver).count("nothing is ordered yet") > 1)
        await driver.press("confirm")
        await until_said(driver, "took")
        await engine.idle()

        second, first = await engine.jobs_of(driver.user)
        assert (first.state, second.state) == (JobState.CANCELLED, JobState.DONE)
        assert second.request.kind is MediaKind.IMAGE
        assert harness.paid == 3
