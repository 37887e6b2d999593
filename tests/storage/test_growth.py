"""Nothing that is asked about jobs reads all that there have ever been."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.jobs import JobState
from core.platform import ConversationRef, MessageRef, Party
from storage.database import open_database
from storage.jobs import SqlJobStore
from tests.fakes.databases import ONLY_SQLITE
from tests.fakes.old_database import make_old_database
from tests.fakes.statements import listening, plans_of
from tests.storage.test_job_store import JOB

HERE = ConversationRef(platform="chat", chat="1", thread="7")
DONE = replace(JOB, state=JobState.DONE, delivered=MessageRef(conversation=HERE, id="5"))

Question = Callable[[SqlJobStore], Awaitable[object]]

QUESTIONS: dict[str, Question] = {
    "get": lambda store: store.get("1"),
    "claim": lambda store: store.claim("1", unless=JobState.DELIVERING),
    "claim only": lambda store: store.claim("1", only=JobState.DRAFT),
    "save": lambda store: store.save(JOB),
    "fraction": lambda store: store.save_fraction(JOB, 0.5),
    "told": lambda store: store.mark_told(JOB),
    "reopen": lambda store: store.reopen(replace(JOB, state=JobState.RUNNING)),
    "unfinished": lambda store: store.unfinished(),
    "untold": lambda store: store.untold(),
    "rename": lambda store: store.rename(
        Party(platform="chat", kind="chat", id="1"), Party(platform="chat", kind="chat", id="2")
    ),
    "of a user": lambda store: store.of_user(JOB.user, limit=20),
    "posted": lambda store: store.posted_as(HERE, "8", "7", "6", "5"),
    "spent": lambda store: store.spent(0.0),
    "medians": lambda store: store.medians({JOB.model}),
    "durations": lambda store: store.durations(JOB.model, limit=30),
}


pytestmark = ONLY_SQLITE


@pytest.mark.parametrize("name", QUESTIONS)
async def test_whatever_is_asked_about_jobs_is_found_by_an_index(
    store: SqlJobStore, tmp_path: Path, name: str
) -> None:
    await store.add(JOB)

    with listening() as said:
        await QUESTIONS[name](store)

    assert said
    plans = plans_of(said, tmp_path / "jobs.db")
    assert plans
    assert [step for step in plans if step.startswith("SCAN")] == []


async def test_an_album_is_found_by_any_of_its_messages_with_one_statement(
    store: SqlJobStore,
) -> None:
    await store.add(DONE)
    before = MessageRef(conversation=HERE, id="3")
    await store.add(replace(DONE, id="before", delivered=before))
    elsewhere = replace(DONE.conversation, thread="8")
    other = MessageRef(conversation=elsewhere, id="6")
    await store.add(replace(DONE, id="elsewhere", delivered=other))

    with listening() as said:
        found = await store.posted_as(HERE, "7", "6", "5", "4", "3")

    assert found == DONE
    assert len(said) == 1
    assert await store.posted_as(HERE, "4") is None


async def test_a_job_is_found_by_its_message_as_soon_as_that_is_saved(store: SqlJobStore) -> None:
    await store.add(JOB)
    assert await store.posted_as(HERE, "5") is None

    await store.save(replace(JOB, delivered=DONE.delivered))

    assert await store.posted_as(HERE, "5") == replace(JOB, delivered=DONE.delivered)


async def test_what_was_posted_before_the_upgrade_is_found_after_it(
    url: str, tmp_path: Path
) -> None:
    make_old_database(tmp_path / "jobs.db", "0008", DONE, replace(JOB, id="not posted"))

    async with open_database(url) as database:
        assert await SqlJobStore(database).posted_as(HERE, "5") == DONE
