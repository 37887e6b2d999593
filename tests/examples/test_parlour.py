"""What the contract test does not ask of a platform: the example's own wire, and its size."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse

from core.errors import SettingsError
from core.platform import ConversationRef, RefusedError, View
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.examples.parlour.ids import NAME
from tests.examples.parlour_driver import ParlourDriver
from tests.examples.parlour_server import ROOM, ParlourServer, parlour_server
from tests.fakes.driver import until_said
from tests.fakes.engine_harness import EngineHarness

HERE = Path(__file__).parent / "parlour"
LINES = 260
"""A platform is no longer than that, empty lines aside."""


@pytest.fixture
async def server() -> AsyncGenerator[ParlourServer]:
    async with parlour_server() as server:
        yield server


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncGenerator[EngineHarness]:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        yield EngineHarness(folder=tmp_path, root=root)


async def test_words_without_a_command_are_an_order(
    server: ParlourServer, harness: EngineHarness
) -> None:
    driver = ParlourDriver(harness, server)
    async with driver.bot():
        await driver.say("portrait 1s a cat")
        (post,) = await driver.until(driver.posts)

    assert post.caption.startswith("sandbox-video · 9:16 · 1 s\na cat\n")


async def test_an_order_that_is_told_again_after_a_restart_is_paid_once(
    server: ParlourServer, harness: EngineHarness
) -> None:
    driver = ParlourDriver(harness, server)
    async with driver.bot():
        await driver.say("/video 1s a cat")
        await driver.until(driver.posts)
    server.repeat()
    async with driver.bot() as engine:
        await driver.say("/status")
        await until_said(driver, "You have no jobs running or waiting.")
        await engine.idle()

    assert harness.paid == len(driver.posts()) == 1


async def test_a_button_that_asks_is_answered_in_words(
    server: ParlourServer, harness: EngineHarness
) -> None:
    driver = ParlourDriver(harness, server)
    async with driver.bot():
        await driver.say("/video --model sandbox-videos 4s a cat")
        await driver.until(lambda: "remix" in driver.buttons())
        await driver.press("remix", "now in snow")
        await driver.until(lambda: len(driver.posts()) == 2)

    assert "now in snow" in driver.posts()[-1].caption


async def test_a_pause_is_kept_and_a_refusal_is_one(
    server: ParlourServer, harness: EngineHarness
) -> None:
    driver = ParlourDriver(harness, server)
    async with driver.bot() as engine:
        server.refusals = [PlainTextResponse("slowly", 429, headers={"retry-after": "0.1"})]
        await driver.say("/status")
        await until_said(driver, "You have no jobs running or waiting.")

        server.refusals = [PlainTextResponse("not in here", 400)]
        here = engine.services.platforms[NAME].conversation(
            ConversationRef(platform=NAME, chat=ROOM)
        )
        with pytest.raises(RefusedError, match="not in here"):
            await here.send(View(text="hello"))


async def test_a_wrong_token_is_told_to_the_operator(
    server: ParlourServer, harness: EngineHarness
) -> None:
    driver = ParlourDriver(harness, server, token="guessed")  # noqa: S106 - nobody's

    with pytest.raises(SettingsError, match="PARLOUR_TOKEN"):
        async with driver.bot():
            await driver.until_stopped()


def test_it_is_as_short_as_a_platform_can_be() -> None:
    sources = [path.read_text(encoding="utf-8") for path in HERE.glob("*.py")]
    lines = [line for source in sources for line in source.splitlines() if line.strip()]

    assert 0 < len(lines) <= LINES
