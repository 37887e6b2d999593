"""What arrives twice has its effect once, whatever happens in between."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from core.errors import StorageError
from core.events import Event, Events
from storage.database import open_database
from storage.events import SqlEventStore
from tests.fakes.databases import lay_in, say_beside

EVENT = Event(platform="chat", id="1/42")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncGenerator[SqlEventStore]:
    async with open_database(lay_in(tmp_path)) as database:
        yield SqlEventStore(database)


class Work:
    """Counts how often it was done, and waits in it for as long as somebody wants."""

    def __init__(self) -> None:
        self.done = 0
        self.began, self.may_end = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> int:
        self.began.set()
        await self.may_end.wait()
        self.done += 1
        return self.done


@pytest.fixture
def work() -> Work:
    work = Work()
    work.may_end.set()
    return work


async def test_once_done_it_is_not_done_again_nor_by_a_later_process(
    store: SqlEventStore, work: Work
) -> None:
    events = Events(store)

    assert await events.once(EVENT, work) == 1
    assert await events.once(EVENT, work) is None
    assert await Events(store).once(EVENT, work) is None
    assert work.done == 1


async def test_what_comes_while_it_is_done_is_not_done(store: SqlEventStore) -> None:
    events, work = Events(store), Work()
    first = asyncio.create_task(events.once(EVENT, work))
    await work.began.wait()

    assert await events.once(EVENT, work) is None
    work.may_end.set()
    assert await first == 1


async def test_what_was_broken_off_is_done_when_it_comes_again(store: SqlEventStore) -> None:
    events, work = Events(store), Work()
    first = asyncio.create_task(events.once(EVENT, work))
    await work.began.wait()
    first.cancel()
    await asyncio.wait([first])
    work.may_end.set()

    assert await events.once(EVENT, work) == 1


async def test_what_cannot_be_looked_up_is_not_done_then_nor_later(
    store: SqlEventStore, work: Work, tmp_path: Path
) -> None:
    events = Events(store)
    say_beside(tmp_path, "ALTER TABLE taken RENAME TO away")
    with pytest.raises(StorageError):
        await events.once(EVENT, work)
    say_beside(tmp_path, "ALTER TABLE away RENAME TO taken")

    assert await events.once(EVENT, work) is None
    assert work.done == 0


async def test_what_cannot_be_written_in_the_end_is_remembered_here(
    store: SqlEventStore, tmp_path: Path
) -> None:
    events, work = Events(store), Work()
    first = asyncio.create_task(events.once(EVENT, work))
    await work.began.wait()
    say_beside(tmp_path, "ALTER TABLE taken RENAME TO away")
    work.may_end.set()
    assert await first == 1
    say_beside(tmp_path, "ALTER TABLE away RENAME TO taken")

    assert await events.once(EVENT, work) is None
    assert work.done == 1
