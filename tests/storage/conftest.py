"""A database of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database, open_database
from storage.jobs import SqlJobStore
from tests.fakes.databases import lay_in, url_in


@pytest.fixture
def url(tmp_path: Path) -> str:
    return url_in(tmp_path)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(lay_in(tmp_path)) as database:
        yield database


@pytest.fixture
def store(database: Database) -> SqlJobStore:
    return SqlJobStore(database)
