"""What an admin has done is written with its effect, or there is no effect."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import pytest

from core.errors import StorageError
from core.people.access import Rule
from core.people.balance import CreditLimits
from core.people.credits import Gift, Purchase
from core.platform import Party
from storage.access import SqlAccessStore
from storage.audit import SqlAuditStore
from storage.credits import SqlCreditStore
from storage.database import Database
from tests.fakes.acts import ACT, ROOT
from tests.fakes.statements import say

ANN = Party(platform="chat", kind="user", id="1")
CHARGE = "stx1"


async def deny(database: Database) -> None:
    await SqlAccessStore(database).save(Rule(party=ANN, allowed=False, act=ACT))


async def grant(database: Database) -> None:
    await SqlCreditStore(database).give(Gift(to=ANN, amount=5, by=ROOT), ACT)


async def limit(database: Database) -> None:
    await SqlCreditStore(database).decide(ANN, CreditLimits(daily=5), ACT)


async def group(database: Database) -> None:
    await SqlCreditStore(database).put_into("vip", ANN, ACT)


async def refund(database: Database) -> None:
    await SqlCreditStore(database).refund(CHARGE, ACT)


Change = Callable[[Database], Awaitable[None]]
EFFECTS: Mapping[Change, str] = {
    deny: "SELECT count(*) FROM access",
    grant: "SELECT count(*) FROM ledger WHERE kind = 'grant'",
    limit: "SELECT count(*) FROM allowances",
    group: "SELECT count(*) FROM members",
    refund: "SELECT count(*) FROM ledger WHERE kind = 'refund'",
}


@pytest.mark.parametrize("change", EFFECTS)
async def test_a_change_and_its_act_are_written_together_or_not_at_all(
    database: Database, change: Change
) -> None:
    await SqlCreditStore(database).buy(Purchase(by=ANN, amount=5, charge=CHARGE))
    await change(database)
    await say(database, "ALTER TABLE audit RENAME TO elsewhere")
    await say(database, "DELETE FROM access")
    await say(database, "DELETE FROM allowances")
    await say(database, "DELETE FROM members")
    await say(database, "DELETE FROM ledger WHERE kind != 'buy'")

    with pytest.raises(StorageError):
        await change(database)

    assert await say(database, EFFECTS[change]) == [(0,)]
    assert await say(database, "SELECT what FROM elsewhere") == [("now",)]


async def test_the_newest_come_first_as_they_were_written(database: Database) -> None:
    await deny(database)
    await SqlCreditStore(database).put_into("vip", ANN, replace(ACT, command="limits"))

    assert await SqlAuditStore(database).latest(5) == [replace(ACT, command="limits"), ACT]
    assert len(await SqlAuditStore(database).latest(1)) == 1


async def test_a_refund_is_written_once_with_whoever_had_paid(database: Database) -> None:
    store = SqlCreditStore(database)
    await store.buy(Purchase(by=ANN, amount=5, charge=CHARGE))
    for charge in (CHARGE, CHARGE, "stxNobody"):
        await store.refund(charge, replace(ACT, about=""))

    assert [act.about for act in await SqlAuditStore(database).latest(5)] == ["user chat:1"]


async def test_it_is_read_in_pages_from_the_newest_on(database: Database) -> None:
    store = SqlAuditStore(database)
    for number in range(5):
        await store.write(replace(ACT, what=str(number), command="odd" if number % 2 else "even"))
    first = await store.latest(2)
    rest = await store.latest(9, before=first[-1].number)

    assert [act.what for act in (*first, *rest)] == ["4", "3", "2", "1", "0"]
    assert [act.what for act in await store.latest(9, ["even"], first[0].number)] == ["2", "0"]
