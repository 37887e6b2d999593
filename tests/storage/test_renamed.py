"""A chat that gets another id keeps what was decided, chosen and begun in it."""

from dataclasses import replace
from pathlib import Path

from core.exchanges import Exchange
from core.jobs import JobState
from core.people.access import Rule
from core.people.preferences import Preferences
from core.platform import ConversationRef, MessageRef, Party, User
from storage.access import SqlAccessStore
from storage.credits import SqlCreditStore
from storage.database import Database
from storage.exchanges import SqlExchangeStore
from storage.jobs import SqlJobStore
from storage.preferences import SqlPreferenceStore
from tests.fakes.acts import ACT
from tests.fakes.engine_harness import EngineHarness

OLD = Party(platform="chat", kind="chat", id="1")
NEW = Party(platform="chat", kind="chat", id="-1001")
PERSON = Party(platform="chat", kind="user", id="1")


def rule(party: Party, *, allowed: bool) -> Rule:
    return Rule(party=party, allowed=allowed, act=ACT)


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


async def test_questions_of_the_chat_go_along_and_their_messages_keep_their_ids(
    database: Database,
) -> None:
    store, ann = SqlExchangeStore(database), User(platform="chat", id="1")
    here = ConversationRef(platform="chat", chat="1", thread="7")
    for number, place in enumerate((here, replace(here, chat="2"))):
        asked = Exchange(
            id=str(number),
            user=ann,
            locale="en",
            conversation=place,
            model="gateway/model",
            prompt="why?",
            created_at=1.0,
        )
        await store.add(asked)
        message = MessageRef(conversation=place, id="5")
        await store.save(replace(asked, messages=(message,)))

    await store.rename(OLD, NEW)

    moved, other = [await store.get(each) for each in "01"]
    assert moved
    assert other
    assert moved.conversation == replace(here, chat="-1001")
    assert other.conversation == replace(here, chat="2")
    assert await store.latest(ann, moved.conversation) == moved
    assert await store.said_in(MessageRef(conversation=here, id="5")) == moved
    # In the new chat that number is another message.
    assert await store.said_in(replace(moved.messages[0], conversation=moved.conversation)) is None


async def test_what_the_admins_of_a_chat_decided_goes_along(database: Database) -> None:
    rules, credits_ = SqlAccessStore(database), SqlCreditStore(database)
    for chat in (OLD, NEW):
        await rules.keep_out(PERSON, chat, ACT, out=True)
    await credits_.decide_here(OLD, 5, ACT)

    await rules.rename(OLD, NEW)
    await credits_.rename(OLD, NEW)

    assert await rules.is_kept_out(PERSON, NEW)
    assert not await rules.is_kept_out(PERSON, OLD)
    assert (await credits_.balance(PERSON, NEW)).chat.daily == 5
    assert (await credits_.balance(PERSON, OLD)).chat.daily is None
