"""What somebody has made is found a page at a time, and nobody else's."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from core.jobs import Job, JobState
from core.media import Asset, MediaKind
from core.past_jobs import FoundResults, ResultFilter, ResultMark
from storage.database import Database
from storage.jobs import SqlJobStore
from storage.past_jobs import SqlPastJobStore
from tests.fakes.statements import listening
from tests.storage.test_job_store import JOB

FILM = Asset(
    kind=MediaKind.VIDEO,
    path=Path("/media/1.mp4"),
    mime="video/mp4",
    size_bytes=1,
    width=1,
    height=1,
)
DONE = replace(JOB, state=JobState.DONE, assets=(FILM,))
ANN = DONE.user.party
ALL = ResultFilter()


@pytest.fixture
def past(database: Database) -> SqlPastJobStore:
    return SqlPastJobStore(database)


def made(
    name: str,
    at: float,
    *,
    prompt: str = "a cat",
    model: str = "sandbox/films",
    kind: MediaKind = MediaKind.VIDEO,
    private: bool = False,
) -> Job:
    request = replace(DONE.request, prompt=prompt, kind=kind, private=private)
    return replace(DONE, id=name, created_at=at, model=model, request=request)


def ids(found: FoundResults) -> list[str]:
    return [job.id for job in found.jobs]


async def test_only_what_one_person_has_made_and_the_newest_first(
    store: SqlJobStore, past: SqlPastJobStore
) -> None:
    for job in (
        made("old", 1.0),
        made("new", 3.0, private=True),
        made("middle", 2.0),
        replace(made("bob's", 4.0), user=replace(DONE.user, id="bob")),
        replace(made("namesake's", 4.0), user=replace(DONE.user, platform="other")),
        replace(made("failed", 5.0), state=JobState.FAILED),
        replace(made("running", 5.0), state=JobState.RUNNING),
        replace(made("a page of the gateway's", 5.0), assets=()),
    ):
        await store.add(job)

    found = await past.results(ANN, ALL, None, limit=9)

    assert (ids(found), found.rest) == (["new", "middle", "old"], None)
    assert found.jobs[0].assets == DONE.assets


async def test_pages_leave_nothing_out_and_show_nothing_twice(
    store: SqlJobStore, past: SqlPastJobStore
) -> None:
    # Some were ordered at the very same time.
    for number in range(11):
        await store.add(made(f"{number:02}", float(number // 3)))
    pages, mark = list[list[str]](), None
    while not pages or mark:
        found = await past.results(ANN, ALL, mark, limit=4)
        pages.append(ids(found))
        mark = found.rest

    assert [len(page) for page in pages] == [4, 4, 3]
    assert [each for page in pages for each in page] == [f"{n:02}" for n in reversed(range(11))]


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (ResultFilter(kind=MediaKind.IMAGE), ["picture"]),
        (ResultFilter(kind=MediaKind.VIDEO), ["ÜBER", "100%"]),
        (ResultFilter(model="drawings"), ["picture"]),
        (ResultFilter(model="draw"), []),
        (ResultFilter(words="ÜBER den WOLKEN"), ["ÜBER"]),
        (ResultFilter(words="%"), ["100%"]),
        (ResultFilter(words="_"), []),
        (ResultFilter(words="猫"), ["picture"]),
        (ResultFilter(words="' OR 1=1 --"), []),
        (ResultFilter(words="猫", kind=MediaKind.VIDEO), []),
    ],
)
async def test_it_can_be_looked_for(
    store: SqlJobStore, past: SqlPastJobStore, wanted: ResultFilter, fits: list[str]
) -> None:
    await store.add(made("100%", 1.0, prompt="100% of it"))
    await store.add(
        made("picture", 2.0, prompt="一只猫", model="other/drawings", kind=MediaKind.IMAGE)
    )
    await store.add(made("ÜBER", 3.0, prompt="über den Wolken"))

    assert ids(await past.results(ANN, wanted, None, limit=9)) == fits


async def test_however_many_there_are_so_many_are_looked_at_and_the_rest_comes_next(
    store: SqlJobStore, past: SqlPastJobStore
) -> None:
    await store.add(made("needle", 0.0, prompt="needle"))
    both = JobState.DONE, JobState.FAILED
    others = [
        replace(made(f"{number:04}", 1.0 + number), state=both[number % 2])
        for number in range(2001)
    ]
    await asyncio.gather(*map(store.add, others))

    with listening() as said:
        first = await past.results(ANN, ResultFilter(words="needle"), None, limit=9)
    second = await past.results(ANN, ResultFilter(words="needle"), first.rest, limit=9)

    assert (ids(first), first.rest) == ([], ResultMark(created_at=2.0, id="0001"))
    assert len(said) <= 11
    assert (ids(second), second.rest) == (["needle"], None)


async def test_models_are_those_that_have_made_something(
    store: SqlJobStore, past: SqlPastJobStore
) -> None:
    await store.add(made("1", 1.0, model="a/films"))
    await store.add(made("2", 2.0, model="b/films"))
    await store.add(made("3", 3.0, model="b/drawings"))
    await store.add(replace(made("4", 4.0, model="b/failing"), state=JobState.FAILED))
    bob = replace(DONE.user, id="bob")
    await store.add(replace(made("5", 5.0, model="b/bob's"), user=bob))

    assert await past.models_of(ANN) == ["drawings", "films"]


async def test_one_goes_alone_if_it_has_ended_and_is_their_own(
    store: SqlJobStore, past: SqlPastJobStore
) -> None:
    await store.add(made("1", 1.0))
    await store.add(made("2", 2.0))
    await store.add(replace(made("3", 3.0), state=JobState.RUNNING))
    bob = replace(DONE.user, id="bob")

    assert await past.forget(bob.party, limit=9, only="1") == []
    assert await past.forget(ANN, limit=9, only="3") == []
    assert await past.forget(ANN, limit=9, only="1") == ["1"]
    assert await past.forget(ANN, limit=9, only="1") == []
    assert await store.get("2")
    assert await store.get("3")
