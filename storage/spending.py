"""What was spent, by the sums of its days or by the ledger, on SQL."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import CTE, ColumnElement, Executable, Row, case, func, select

from core.people.spending import SpentBy, SpentFor, SpentOn
from core.platform import Party
from storage.database import Database
from storage.ledger import ORDERS, SPENT
from storage.sums import whole
from storage.tables import ledger, spending_sums

T = TypeVar("T")
_ROW = "what was spent"
# Days of the ledger that are read at one stroke.
_AT_ONCE = 7


class SqlSpendingStore:
    """See `core.people.spending.SpendingStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_day(self, since: date) -> Sequence[SpentOn]:
        amount = whole(func.sum(spending_sums.c.amount))
        query = select(spending_sums.c.day, amount.label("amount")).where(_from(since))
        return await self._read(
            query.group_by(spending_sums.c.day).having(amount > 0).order_by(spending_sums.c.day),
            lambda row: SpentOn(day=date.fromisoformat(row.day), amount=row.amount),
        )

    async def by_person(self, since: date, *, limit: int) -> Sequence[SpentBy]:
        amounts, orders = Counter[Party](), Counter[Party]()
        # In portions, between which others get their turn: there are as many people as there are.
        days = [each.day for each in await self.by_day(since)]
        for first in range(0, len(days), _AT_ONCE):
            some = days[first : first + _AT_ONCE]
            for each in await self._of_people(some[0], some[-1]):
                amounts[each.user] += each.amount
                orders[each.user] += each.orders
        most = sorted(amounts.items(), key=lambda each: (-each[1], each[0].platform, each[0].id))
        return [
            SpentBy(user=user, amount=amount, orders=orders[user])
            for user, amount in most[:limit]
            if amount
        ]

    async def by_model(self, since: date, *, limit: int) -> Sequence[SpentFor]:
        amount = whole(func.sum(spending_sums.c.amount))
        orders = func.sum(spending_sums.c.orders)
        model = spending_sums.c.model
        query = select(model, amount.label("amount"), orders.label("orders")).where(_from(since))
        query = query.group_by(model).having(amount > 0).order_by(amount.desc(), model)
        return await self._read(
            query.limit(limit),
            lambda row: SpentFor(model=row.model, amount=row.amount, orders=row.orders),
        )

    async def _of_people(self, first: date, last: date) -> Sequence[SpentBy]:
        entries = _entries(first, last)
        who, amount = (entries.c.platform, entries.c.user_id), func.sum(entries.c.amount)
        orders = func.sum(case(ORDERS, value=entries.c.kind, else_=0))
        query = select(*who, amount.label("amount"), orders.label("orders")).group_by(*who)
        return await self._read(
            query,
            lambda row: SpentBy(
                user=Party(platform=row.platform, kind="user", id=row.user_id),
                amount=row.amount,
                orders=row.orders,
            ),
        )

    async def _read(self, query: Executable, read: Callable[[Row[Any]], T]) -> Sequence[T]:
        return await self._database.run(_ROW, lambda c: [read(row) for row in c.execute(query)])


def _entries(first: date, last: date) -> CTE:
    """What was spent on these days, found first: else all is read in the order of its groups."""
    query = select(
        ledger.c.platform,
        ledger.c.user_id,
        ledger.c.kind,
        (-ledger.c.allowance - ledger.c.own).label("amount"),
    )
    is_of_them = ledger.c.day.between(first.isoformat(), last.isoformat())
    wanted = query.where(is_of_them, ledger.c.kind.in_(SPENT))
    return wanted.cte("entries").prefix_with("MATERIALIZED")


def _from(since: date) -> ColumnElement[bool]:
    return spending_sums.c.day >= since.isoformat()
