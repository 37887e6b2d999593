"""Engines to be tested, with a sandbox gateway behind them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.engine.engine import Engine
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.manual_gateway import ManualGateway, open_gateway
from tests.fakes.movies import make_movie


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[EngineHarness]:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        yield EngineHarness(folder=tmp_path, root=root)


@pytest.fixture
async def engine(harness: EngineHarness) -> AsyncIterator[Engine]:
    async with harness.engine() as engine:
        yield engine


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_movie(tmp_path_factory.mktemp("film") / "film.mp4", 64, 64, 1.0).read_bytes()


@pytest.fixture
async def gateway(film: bytes) -> AsyncIterator[ManualGateway]:
    async with open_gateway(film) as gateway:
        yield gateway


@pytest.fixture
def slow_harness(tmp_path: Path, gateway: ManualGateway) -> EngineHarness:
    """Where the gateway answers only when it is told to."""
    return EngineHarness(folder=tmp_path, root=gateway.root)
