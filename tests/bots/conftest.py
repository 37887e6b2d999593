"""A folder of its own for each program, a fast gateway for it, and a browser."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.options import SandboxOptions
from sandbox.server import serve

if TYPE_CHECKING:
    from playwright.async_api import Browser

SPEED = 60.0


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where the gateway of `gateway` keeps its ledger."""
    return tmp_path / "gateway"


@pytest.fixture
async def gateway(state: Path) -> AsyncGenerator[dict[str, str]]:
    """The variables of an operator with a key at a gateway that is fast."""
    options = SandboxOptions(state_dir=state, speed=SPEED, short_side=96, fps=8)
    async with serve(options) as root:
        yield {"APIYI_API_KEY": "sk-secret-key", "APIYI_BASE_URL": f"{root}/v1"}


@pytest.fixture
async def chromium() -> "AsyncGenerator[Browser]":
    from tests.fakes.browser import browser  # noqa: PLC0415 - few tests need it

    async with browser() as chromium:
        yield chromium


@pytest.fixture
def shots(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where pictures of pages go: kept if somebody wants to look at them."""
    wanted: str | None = request.config.getoption("--shots")
    folder = Path(wanted) if wanted else tmp_path / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
