"""What was spent: credits by day, person and model, and what gateways have charged for it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bots.web.charts import plot, share
from core.i18n.numerals import number
from core.people.currency import THOUSANDTHS

if TYPE_CHECKING:
    from starlette.responses import Response

    from bots.web.signed_in import SignedIn, Visit

_PERIODS = (7, 30, 90)
_SHOWN = 50


class SpendingPage:
    """See the module."""

    def __init__(self, signed_in: "SignedIn") -> None:
        self._signed_in = signed_in

    async def show(self, visit: "Visit") -> "Response":
        """The sums of as many days as were chosen, today being the last."""
        services = self._signed_in.engine.services
        days = _chosen(visit.request.query_params.get("days", ""))
        today = datetime.now(UTC).date()
        since = today - timedelta(days=days - 1)
        # One after the other: what has to be stored meanwhile goes between.
        by_day = {each.day: each.amount for each in await services.spending.by_day(since)}
        people = await services.spending.by_person(since, limit=_SHOWN)
        models = await services.spending.by_model(since, limit=_SHOWN)
        begins = datetime.combine(since, time(), UTC).timestamp()
        costs = await services.store.spent(begins)
        currency = services.credits.currency
        per_unit = THOUSANDTHS * currency.credits_per_unit

        def price(amount: int) -> str:
            return currency.price(amount, visit.locale)

        rows = _rows(by_day, since, days)
        return self._signed_in.page(
            visit,
            "dash-spending.html",
            days=days,
            periods=_PERIODS,
            since=since.isoformat(),
            rows=rows,
            total=sum(by_day.values()),
            plot=plot([(day.strftime("%m-%d"), amount / per_unit) for day, amount in rows]),
            people=people,
            models=models,
            costs=costs,
            shown=_SHOWN,
            price=price,
            share=share,
            number=number,
        )


def _chosen(said: str) -> int:
    return next((days for days in _PERIODS if str(days) == said), _PERIODS[0])


def _rows(by_day: Mapping[date, int], since: date, days: int) -> Sequence[tuple[date, int]]:
    """Every day of the period, also those without anything."""
    every = (since + timedelta(days=number) for number in range(days))
    return [(day, by_day.get(day, 0)) for day in every]
