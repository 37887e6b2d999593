"""Engines to be tested, with a sandbox gateway behind them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.engine.engine import Engine
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.gateway import Gateway, open_gateway
from tests.fakes.lab import Lab
from tests.fakes.movies import make_movie


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    options = SandboxOptions(state_dir=tmp_path / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root:
        yield Lab(folder=tmp_path, root=root)


@pytest.fixture
async def engine(lab: Lab) -> AsyncIterator[Engine]:
    async with lab.engine() as engine:
        yield engine


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_movie(tmp_path_factory.mktemp("film") / "film.mp4", 64, 64, 1.0).read_bytes()


@pytest.fixture
async def gateway(film: bytes) -> AsyncIterator[Gateway]:
    async with open_gateway(film) as gateway:
        yield gateway


@pytest.fixture
def slow_lab(tmp_path: Path, gateway: Gateway) -> Lab:
    """Where the gateway answers only when it is told to."""
    return Lab(folder=tmp_path, root=gateway.root)
