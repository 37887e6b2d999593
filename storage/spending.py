"""Sums over the ledger, on SQL."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import CTE, Executable, Row, func, literal, select

from core.exchanges import ledger_ref
from core.people.spending import SpentBy, SpentFor, SpentOn
from core.platform import Party
from storage.database import Database
from storage.tables import exchanges, jobs, ledger

T = TypeVar("T")
_ROW = "what was spent"
_ANSWER = ledger_ref("")
_SPENT = ["reserve", "settle", "return"]


class SqlSpendingStore:
    """See `core.people.spending.SpendingStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_day(self, since: date) -> Sequence[SpentOn]:
        entries = _entries(since)
        amount = func.sum(entries.c.amount)
        query = select(entries.c.day, amount.label("amount")).group_by(entries.c.day)
        return await self._read(
            query.having(amount != 0).order_by(entries.c.day),
            lambda row: SpentOn(day=date.fromisoformat(row.day), amount=row.amount),
        )

    async def by_person(self, since: date, *, limit: int) -> Sequence[SpentBy]:
        entries = _entries(since)
        who, amount = (entries.c.platform, entries.c.user_id), func.sum(entries.c.amount)
        orders = func.count(func.distinct(entries.c.ref))
        query = select(*who, amount.label("amount"), orders.label("orders")).group_by(*who)
        return await self._read(
            query.having(amount != 0).order_by(amount.desc(), *who).limit(limit),
            lambda row: SpentBy(
                user=Party(platform=row.platform, kind="user", id=row.user_id),
                amount=row.amount,
                orders=row.orders,
            ),
        )

    async def by_model(self, since: date, *, limit: int) -> Sequence[SpentFor]:
        entries = _entries(since)
        # Each job and answer is looked up once, however many entries it has.
        each = select(entries.c.ref, func.sum(entries.c.amount).label("amount"))
        each = each.group_by(entries.c.ref).having(func.sum(entries.c.amount) != 0).subquery()
        answer = func.substr(each.c.ref, len(_ANSWER) + 1)
        model = func.coalesce(jobs.c.model, exchanges.c.model, literal(""))
        amount = func.sum(each.c.amount)
        query = (
            select(model.label("named"), amount.label("amount"), func.count().label("orders"))
            .select_from(each)
            .outerjoin(jobs, jobs.c.id == each.c.ref)
            .outerjoin(exchanges, exchanges.c.id == answer)
            .group_by("named")
            .order_by(amount.desc(), "named")
        )
        return await self._read(
            query.limit(limit),
            lambda row: SpentFor(model=row.named, amount=row.amount, orders=row.orders),
        )

    async def _read(self, query: Executable, read: Callable[[Row[Any]], T]) -> Sequence[T]:
        return await self._database.run(_ROW, lambda c: [read(row) for row in c.execute(query)])


def _entries(since: date) -> CTE:
    """What was spent on these days, found first: else all is read in the order of its groups."""
    query = select(
        ledger.c.day,
        ledger.c.platform,
        ledger.c.user_id,
        ledger.c.ref,
        (-ledger.c.allowance - ledger.c.own).label("amount"),
    )
    wanted = query.where(ledger.c.day >= since.isoformat(), ledger.c.kind.in_(_SPENT))
    return wanted.cte("entries").prefix_with("MATERIALIZED")
