"""An answer that no few messages hold, on the other platforms."""

from pathlib import Path

import pytest

from tests.bots.test_contract import gateway_lab
from tests.fakes.driver import until_said
from tests.fakes.drivers import PLATFORMS, driver_on

# A terminal and a page hold everything, and Telegram has groups beside the driver's private chat.
_ELSEWHERE = {"console", "playground", "telegram"}


@pytest.mark.parametrize("platform", sorted({*PLATFORMS} - _ELSEWHERE))
async def test_it_comes_as_a_file(tmp_path: Path, platform: str) -> None:
    async with (
        gateway_lab(tmp_path) as harness,
        driver_on(platform, harness) as driver,
        driver.bot() as engine,
    ):
        await driver.say("/ask #chars=60000 tell me")
        await until_said(driver, "The whole answer is in the file below")
        await engine.idle()
        (file,) = driver.posts()

    assert len(file.data.decode()) > 59_000
    assert file.caption.endswith("The whole answer")
