"""The promises of `ListedStore`, kept by SQL."""

from storage.database import Database, open_database
from storage.listings import SqlListedStore

A, B = "gate/a", "gate/b"


async def test_what_was_listed_last_is_known_to_the_next_process(url: str) -> None:
    async with open_database(url) as database:
        store = SqlListedStore(database)
        await store.save({A: True, B: True})
        await store.save({B: False})
    async with open_database(url) as database:
        assert await SqlListedStore(database).load() == {A: True, B: False}


async def test_what_is_missing_is_told_once_however_often_it_is_found(database: Database) -> None:
    store = SqlListedStore(database)
    await store.save({A: False, B: False})
    first = await store.untold()
    await store.tell([A])
    await store.save({A: False, B: False})

    assert first == [A, B]
    assert await store.untold() == [B]


async def test_what_was_listed_in_between_is_news_again(database: Database) -> None:
    store = SqlListedStore(database)
    await store.save({A: False})
    await store.tell([A])
    await store.save({A: True})
    await store.save({A: False})

    assert await store.untold() == [A]


async def test_nothing_to_store_is_stored(database: Database) -> None:
    store = SqlListedStore(database)
    await store.save({})
    await store.tell([])

    assert await store.load() == {}
