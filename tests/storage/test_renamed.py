"""A chat that gets another id keeps what was decided, chosen and begun in it."""

from dataclasses import replace
from pathlib import Path

from core.jobs import JobState
from core.people.access import Rule
from core.people.preferences import Preferences
from core.platform import ConversationRef, Party
from storage.access import SqlAccessStore
from storage.database import Database
from storage.jobs import SqlJobStore
from storage.preferences import SqlPreferenceStore
from tests.fakes.engine_harness import EngineHarness

OLD = Party(platform="chat", kind="chat", id="1")
NEW = Party(platform="chat", kind="chat", id="-1001")
PERSON = Party(platform="chat", kind="user", id="1")


def rule(party: Party, *, allowed: bool) -> Rule:
    return Rule(party=party, allowed=allowed, by=PERSON, at=1.0)


async def test_a_rule_goes_along_and_the_person_of_the_same_number_keeps_theirs(
    database: Database,
) -> None:
    store = SqlAccessStore(database)
    await store.save(rule(OLD, allowed=False))
    await store.save(rule(PERSON, allowed=True))

    await store.rename(OLD, NEW)
    await store.rename(OLD, NEW)

    assert await store.rules(OLD, NEW, PERSON) == {NEW: False, PERSON: True}
    assert await store.former(NEW) == OLD
    assert await store.former(OLD) is None


async def test_what_the_new_id_has_already_is_not_written_over(database: Database) -> None:
    rules, preferences = SqlAccessStore(database), SqlPreferenceStore(database)
    await rules.save(rule(OLD, allowed=False))
    await rules.save(rule(NEW, allowed=True))
    await preferences.save(OLD, Preferences(ratio="9:16"))
    await preferences.save(NEW, Preferences(ratio="1:1"))

    await rules.rename(OLD, NEW)
    await preferences.rename(OLD, NEW)

    assert (await rules.rules(NEW))[NEW]
    assert (await preferences.load(NEW))[NEW] == Preferences(ratio="1:1")


async def test_only_open_jobs_of_the_chat_go_along_each_in_its_thread(
    store: SqlJobStore, tmp_path: Path
) -> None:
    harness = EngineHarness(folder=tmp_path, root="http://127.0.0.1:1")
    here = ConversationRef(platform="chat", chat="1", thread="7")
    open_, ended, other = (harness.job(), harness.job(), harness.job())
    await store.add(replace(open_, conversation=here))
    await store.add(replace(ended, state=JobState.DONE))
    await store.add(replace(other, conversation=replace(here, chat="2")))

    await store.rename(OLD, NEW)

    rows = [await store.get(job.id) for job in (open_, ended, other)]
    places = [row.conversation for row in rows if row]
    assert places == [
        replace(here, chat="-1001"),
        ended.conversation,
        replace(here, chat="2"),
    ]
