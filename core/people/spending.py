"""What was spent in some days, as the ledger has it: by day, by person, by model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from core.platform import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentOn:
    """What all have spent on one day in UTC, in thousandths of a credit."""

    day: date
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentBy:
    """What one person has spent, in thousandths; `orders` is for how many jobs and answers.

    One for which all came back is none of them.
    """

    user: Party
    amount: int
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentFor:
    """What was spent on orders from one model, by its full key; "" where there is none.

    It is the model that was shown with the price, also where another one of the route made it.
    """

    model: str
    amount: int
    orders: int


class SpendingStore(Protocol):
    """Sums over the ledger, made where it is: what was reserved, less what was given back.

    Granted, bought and refunded credits are not in it. `since` is the first day, in UTC.
    """

    async def by_day(self, since: date) -> Sequence[SpentOn]:
        """The days on which anything was spent, in order."""
        ...

    async def by_person(self, since: date, *, limit: int) -> Sequence[SpentBy]:
        """Those who have spent the most, first."""
        ...

    async def by_model(self, since: date, *, limit: int) -> Sequence[SpentFor]:
        """Those for which the most was spent, first."""
        ...
