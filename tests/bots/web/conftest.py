"""A gateway that answers only what it is told to, for pages that show jobs under way."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.manual_gateway import ManualGateway, open_gateway
from tests.fakes.movies import make_movie


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_movie(tmp_path_factory.mktemp("film") / "film.mp4", 64, 64, 1.0).read_bytes()


@pytest.fixture
async def gateway(film: bytes) -> AsyncIterator[ManualGateway]:
    async with open_gateway(film) as gateway:
        yield gateway
