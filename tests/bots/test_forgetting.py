"""/forget on every platform: shown, pressed by its person and by nobody else."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.driver import until_said
from tests.fakes.drivers import PLATFORMS, driver_on
from tests.fakes.engine_harness import EngineHarness

pytestmark = pytest.mark.slow


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncGenerator[EngineHarness]:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        yield EngineHarness(folder=tmp_path, root=root)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_what_is_kept_of_a_person_is_shown_and_deleted_by_their_button_alone(
    harness: EngineHarness, platform: str
) -> None:
    async with driver_on(platform, harness) as driver, driver.bot() as engine:
        await driver.say("/video --model sandbox-video 1s a cat")
        await until_said(driver, "took")
        await engine.idle()
        (job,) = await engine.jobs_of(driver.user)
        await driver.say("/forget")
        await until_said(driver, "• 1 video or picture order, with its files")

        assert not await driver.stranger_gets_on("erase")
        assert await engine.jobs_of(driver.user) == [job]
        assert engine.services.folder(job.id).exists()

        await driver.press("erase")
        await until_said(driver, "This is deleted:")
        assert await engine.jobs_of(driver.user) == []
        assert not engine.services.folder(job.id).exists()
