"""A database of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import open_database
from storage.jobs import SqlJobStore


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/jobs.db"


@pytest.fixture
async def database(url: str) -> AsyncIterator[AsyncEngine]:
    async with open_database(url) as database:
        yield database


@pytest.fixture
async def store(database: AsyncEngine) -> AsyncIterator[SqlJobStore]:
    store = SqlJobStore(database)
    yield store
    await store.close()
