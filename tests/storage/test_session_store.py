"""The promises of `SessionStore`, kept by SQL."""

import asyncio

from core.people.sessions import Area, WebSession
from core.platform import ConversationRef, User
from storage.database import Database, open_database
from storage.sessions import SqlSessionStore

ANN, BEN = (User(platform="test", id=name, locale="zh-hans") for name in ("ann", "ben"))
HERE = ConversationRef(platform="test", chat="1", thread="2", person="ann")


def link(
    digest: str, user: User = ANN, area: Area = Area.GALLERY, *, opened: bool = False
) -> WebSession:
    return WebSession(digest=digest, area=area, user=user, place=HERE, until=100.0, opened=opened)


async def test_a_link_becomes_a_session_that_the_next_process_knows(url: str) -> None:
    async with open_database(url) as database:
        await SqlSessionStore(database).add_link(link("a"))
    async with open_database(url) as database:
        opened = await SqlSessionStore(database).open("a", "b", 99.0, 500.0)
    async with open_database(url) as database:
        store = SqlSessionStore(database)

        assert await store.find("b") == opened
        assert await store.find("a") is None

    assert opened
    assert (opened.user, opened.user.locale, opened.place) == (ANN, "zh-hans", HERE)
    assert (opened.area, opened.until, opened.opened) == (Area.GALLERY, 500.0, True)


async def test_of_many_who_open_a_link_at_once_one_does(database: Database) -> None:
    store = SqlSessionStore(database)
    await store.add_link(link("a"))

    opened = await asyncio.gather(*(store.open("a", f"{n}", 1.0, 500.0) for n in range(20)))

    (session,) = [each for each in opened if each]
    assert await store.find(session.digest) == session


async def test_what_is_late_or_a_session_already_is_not_opened(database: Database) -> None:
    store = SqlSessionStore(database)
    await store.add_link(link("a"))
    await store.add(link("b", opened=True))

    assert await store.open("a", "c", 100.0, 500.0) is None
    assert await store.open("b", "c", 1.0, 500.0) is None
    assert await store.open("nothing", "c", 1.0, 500.0) is None


async def test_the_last_link_counts_of_each_person_and_area(database: Database) -> None:
    store = SqlSessionStore(database)
    for each in (
        link("a"),
        link("b", BEN),
        link("c", area=Area.DASHBOARD),
    ):
        await store.add_link(each)
    await store.add(link("d", opened=True))
    await store.add_link(link("e"))

    found = {name for name in "abcde" if await store.find(name)}
    assert found == {"b", "c", "d", "e"}


async def test_what_ends_is_gone_and_nothing_else(database: Database) -> None:
    store = SqlSessionStore(database)
    for each in (link("a", opened=True), link("b", opened=True), link("c", BEN, opened=True)):
        await store.add(each)

    await store.end("a")
    assert await store.find("a") is None
    assert await store.end_all(ANN.party) == 1
    assert await store.prune(99.0) == 0
    assert await store.find("c")
    assert await store.prune(100.0) == 1
