"""The promises of `AccessStore` and `PreferenceStore`, kept by SQL."""

import asyncio
from dataclasses import replace

import pytest

from core.errors import StorageError
from core.i18n import Locale
from core.people.access import Decided, Rule, Verdict
from core.people.preferences import Preferences
from core.platform import Party
from storage.access import SqlAccessStore
from storage.database import Database, open_database
from storage.preferences import SqlPreferenceStore
from tests.fakes.acts import ACT
from tests.fakes.statements import say

ANN = Party(platform="chat", kind="user", id="1")
GROUP = Party(platform="chat", kind="chat", id="1")
ELSEWHERE = Party(platform="other", kind="user", id="1")
CHOSEN = Preferences(model="a/b", ratio="9:16", seconds=8, language=Locale.ZH)


def rule(party: Party, *, allowed: bool) -> Rule:
    return Rule(party=party, allowed=allowed, act=ACT)


async def test_rules_are_found_by_platform_kind_and_id(database: Database) -> None:
    store = SqlAccessStore(database)

    await store.save(rule(ANN, allowed=False))
    await store.save(rule(GROUP, allowed=True))

    assert await store.rules(ANN, GROUP, ELSEWHERE) == {ANN: False, GROUP: True}
    assert await store.rules(ELSEWHERE) == {}


async def test_the_last_rule_counts_and_says_who_made_it(database: Database) -> None:
    store = SqlAccessStore(database)

    await store.save(rule(ANN, allowed=False))
    await store.save(rule(ANN, allowed=True))

    assert await store.rules(ANN) == {ANN: True}
    assert await say(database, 'SELECT "by", at FROM access') == [("chat:root", 1.0)]


async def test_rules_are_listed_in_pages_by_standing_and_beginning(database: Database) -> None:
    store = SqlAccessStore(database)
    people = [replace(ANN, id=name) for name in ("1", "12", "2", "3%", "3x")]
    for person in people:
        await store.save(rule(person, allowed=True))
    await store.save(rule(GROUP, allowed=False))
    await store.save(replace(rule(ELSEWHERE, allowed=False), banned=True))
    await store.keep_out(ANN, GROUP, ACT, out=True)

    async def listed(verdict: Verdict | None = None, beginning: str = "") -> list[str]:
        found, key = list[Decided](), None
        while page := await store.decided(verdict, limit=2, beginning=beginning, after=key):
            found, key = [*found, *page], page[-1].key
        return [str(each.party) for each in found]

    assert await listed() == ["chat:1", *map(str, people), "other:1"]
    assert await listed(Verdict.ALLOWED) == [str(person) for person in people]
    assert await listed(Verdict.DENIED) == ["chat:1"]
    assert await listed(Verdict.BANNED) == ["other:1"]
    assert await listed(beginning="1") == ["chat:1", "chat:1", "chat:12", "other:1"]
    assert await listed(beginning="chat:1") == ["chat:1", "chat:1", "chat:12"]
    assert await listed(beginning="3%") == ["chat:3%"]
    (out,) = await store.decided(Verdict.KEPT_OUT, limit=9)
    assert (out.party, out.where, out.by, out.at) == (ANN, GROUP, "chat:root", 1.0)
    assert await store.decided(Verdict.KEPT_OUT, limit=9, after=out.key) == []


async def test_preferences_come_back_as_they_were_chosen(database: Database) -> None:
    store = SqlPreferenceStore(database)

    await store.save(ANN, CHOSEN)
    await store.save(GROUP, Preferences(seconds=10))

    assert await store.load(ANN, GROUP, ELSEWHERE) == {ANN: CHOSEN, GROUP: Preferences(seconds=10)}


async def test_preferences_that_are_empty_leave_no_row(database: Database) -> None:
    store = SqlPreferenceStore(database)
    await store.save(ANN, CHOSEN)

    await store.save(ANN, Preferences())

    assert await store.load(ANN) == {}


async def test_a_preference_that_cannot_be_read_is_told_as_such(database: Database) -> None:
    store = SqlPreferenceStore(database)
    await store.save(ANN, CHOSEN)
    await say(database, "UPDATE preferences SET language = 'xx'")

    with pytest.raises(StorageError, match="holds a preference that cannot be read"):
        await store.load(ANN)


async def test_a_choice_whose_caller_went_away_is_finished_before_the_database_closes(
    url: str,
) -> None:
    async with open_database(url) as database:
        access, preferences = SqlAccessStore(database), SqlPreferenceStore(database)
        writes = [
            asyncio.create_task(access.save(rule(ANN, allowed=False))),
            asyncio.create_task(preferences.save(ANN, CHOSEN)),
        ]
        await asyncio.sleep(0)
        for write in writes:
            write.cancel()

    async with open_database(url) as database:
        assert await SqlAccessStore(database).rules(ANN) == {ANN: False}
        assert await SqlPreferenceStore(database).load(ANN) == {ANN: CHOSEN}
