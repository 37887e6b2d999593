"""Balances, grants and limits on SQL; what is spent is in `storage.ledger`."""

from dataclasses import asdict, replace
from uuid import uuid4

from sqlalchemy import Connection, delete, select

from core.events import Event, TakenError
from core.people.audit import Act, named
from core.people.balance import Balance, CreditLimits
from core.people.credits import Gift, Purchase, Refund, Settlement, Spender
from core.platform import Party
from storage.audit import write_within
from storage.database import Database
from storage.events import take_within
from storage.ledger import GROUP, HERE, CreditLedger
from storage.parties import renamed
from storage.tables import allowances, members
from storage.upserts import put, replace_key

_ROW = "a limit"


class SqlCreditStore:
    """See `core.people.credits.CreditStore` for the contract."""

    def __init__(self, database: Database, ledger: CreditLedger | None = None) -> None:
        self._database = database
        self._ledger = ledger or CreditLedger()

    async def balance(self, user: Party, chat: Party) -> Balance:
        spender = Spender(user=user, chat=chat)
        return await self._database.run(_ROW, lambda c: self._ledger.balance(c, spender))

    async def reserve(
        self, spender: Spender, ref: str, amount: int, event: Event | None = None
    ) -> None:
        def reserve(connection: Connection) -> None:
            if event and not take_within(connection, event):
                raise TakenError(event.id)
            self._ledger.reserve(connection, ref, spender, amount)

        await self._database.run(_ROW, reserve)

    async def settle(self, ref: str, amount: int) -> int:
        return await self._database.run(_ROW, lambda c: self._ledger.settle(c, ref, amount))

    async def foreseen(self, spender: Spender, ref: str, amount: int) -> Settlement:
        return await self._database.run(
            _ROW, lambda c: self._ledger.foresee(c, spender, ref, amount)
        )

    async def own(self, user: Party) -> int:
        return await self._database.run(_ROW, lambda c: self._ledger.own(c, user))

    async def give(self, gift: Gift, act: Act, event: Event | None = None) -> None:
        def give(connection: Connection) -> None:
            if event and not take_within(connection, event):
                raise TakenError(event.id)
            self._ledger.give(connection, "grant", uuid4().hex, gift)
            write_within(connection, act)

        await self._database.run(_ROW, give)

    async def buy(self, purchase: Purchase) -> bool:
        gift = Gift(to=purchase.by, amount=purchase.amount, by=purchase.by)

        def buy(connection: Connection) -> bool:
            if self._ledger.own_of(connection, "buy", purchase.charge):
                return False
            self._ledger.give(connection, "buy", purchase.charge, gift)
            return True

        return await self._database.run(_ROW, buy)

    async def refund(self, charge: str, act: Act) -> Refund | None:
        def refund(connection: Connection) -> Refund | None:
            bought = self._ledger.own_of(connection, "buy", charge)
            if bought is None:
                return None
            whose = Party(platform=bought.platform, kind="user", id=bought.user_id)
            is_new = self._ledger.take_back(connection, bought, act.by)
            if is_new:
                write_within(connection, replace(act, about=named(whose)))
            return Refund(to=whose, amount=bought.own, is_new=is_new)

        return await self._database.run(_ROW, refund)

    async def decided(self, whose: Party | str) -> CreditLimits:
        query = select(allowances).filter_by(**_key(whose))

        def read(connection: Connection) -> CreditLimits:
            row = connection.execute(query).first()
            return CreditLimits(daily=row.daily, monthly=row.monthly) if row else CreditLimits()

        return await self._database.run(_ROW, read)

    async def decide(self, whose: Party | str, allowance: CreditLimits, act: Act) -> None:
        key, values = _key(whose), asdict(allowance)

        def decide(connection: Connection) -> None:
            if allowance != CreditLimits():
                put(connection, allowances, key | values)
            else:
                connection.execute(delete(allowances).filter_by(**key))
            write_within(connection, act)

        await self._database.run(_ROW, decide)

    async def decide_here(self, chat: Party, daily: int | None, act: Act) -> None:
        key = {"platform": chat.platform, "kind": HERE, "id": chat.id}

        def decide(connection: Connection) -> None:
            if daily is not None:
                put(connection, allowances, key | {"daily": daily})
            else:
                connection.execute(delete(allowances).filter_by(**key))
            write_within(connection, act)

        await self._database.run(_ROW, decide)

    async def group_of(self, user: Party) -> str:
        query = select(members.c.group).filter_by(platform=user.platform, id=user.id)
        return await self._database.run(_ROW, lambda c: c.scalar(query) or "")

    async def put_into(self, group: str, user: Party, act: Act) -> None:
        key = {"platform": user.platform, "id": user.id}

        def move(connection: Connection) -> None:
            if group:
                put(connection, members, key | {"group": group})
            else:
                connection.execute(delete(members).filter_by(**key))
            write_within(connection, act)

        await self._database.run(_ROW, move)

    async def rename(self, old: Party, new: Party) -> None:
        moved = renamed(allowances, old, new)

        def rename(connection: Connection) -> None:
            connection.execute(moved)
            here = {"platform": old.platform, "kind": HERE}
            replace_key(connection, allowances.c.id, old.id, new.id, **here)

        await self._database.run(_ROW, rename)


def _key(whose: Party | str) -> dict[str, str]:
    """A group of people is on no platform."""
    if isinstance(whose, str):
        return {"platform": "", "kind": GROUP, "id": whose}
    return {"platform": whose.platform, "kind": whose.kind, "id": whose.id}
