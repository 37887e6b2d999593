"""The promises of `ShareStore`, kept by SQL."""

from core.shares import ResultShare
from storage.database import Database, open_database
from storage.shares import SqlShareStore


def share(digest: str, job: str, until: float) -> ResultShare:
    return ResultShare(digest=digest, job=job, at=1.0, until=until)


async def test_an_address_is_known_to_the_next_process(url: str) -> None:
    kept = share("a" * 64, "job", 100.0)
    async with open_database(url) as database:
        await SqlShareStore(database).add(kept)
    async with open_database(url) as database:
        assert await SqlShareStore(database).find(kept.digest) == kept
        assert await SqlShareStore(database).find("b" * 64) is None


async def test_only_what_has_time_left_lives_and_is_counted_when_it_ends(
    database: Database,
) -> None:
    store = SqlShareStore(database)
    for each in (
        share("a", "cat", 100.0),
        share("b", "cat", 200.0),
        share("c", "cat", 50.0),
        share("d", "dog", 50.0),
        share("e", "owl", 100.0),
    ):
        await store.add(each)

    assert await store.living(["cat", "dog", "nobody"], 50.0) == {"cat"}
    counts = [await store.count("cat", 50.0), await store.count("cat", 49.0)]
    assert [*counts, await store.count("nobody", 0.0)] == [2, 3, 0]
    assert await store.end(["cat"], 60.0) == 2
    assert await store.living(["cat", "owl"], 50.0) == {"owl"}
    assert [await store.find(digest) for digest in "abc"] == [None] * 3


async def test_what_is_over_is_deleted_and_nothing_else(database: Database) -> None:
    store = SqlShareStore(database)
    await store.add(share("a", "cat", 100.0))
    await store.add(share("b", "cat", 100.5))

    assert (await store.prune(100.0), await store.prune(100.0)) == (1, 0)
    assert await store.find("a") is None
    assert await store.find("b") is not None
