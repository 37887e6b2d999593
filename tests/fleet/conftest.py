"""One Postgres for all fleets of a run, and one fleet for each test."""

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from tests.fakes.fleet import Fleet, fleet
from tests.fakes.postgres import PostgresServer, own_server


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """The server; a test that stops it starts it again."""
    with own_server() as server:
        yield server


@pytest.fixture(name="fleet")
async def _fleet(tmp_path: Path, server: PostgresServer) -> AsyncGenerator[Fleet]:
    """No program yet: a test starts those that it needs."""
    async with fleet(tmp_path, server) as made:
        yield made


@pytest.fixture
def url(server: PostgresServer) -> str:
    """A database as the first start of a bot leaves it."""
    return server.new_database()
