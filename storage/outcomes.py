"""How jobs went and what they cost, counted by the database."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from math import fsum
from statistics import median

from sqlalchemy import Connection, bindparam, func, select

from core.jobs import Expense, JobState, Outcomes
from core.media import Cost
from storage.tables import jobs

# Asked for by name, since the index begins with the state.
_STATES = [str(state) for state in JobState if state is not JobState.DRAFT]
_KIND = func.coalesce(jobs.c.fault["kind"].as_string(), "").label("kind")
_COUNTED = (
    select(
        jobs.c.model,
        jobs.c.state,
        _KIND,
        func.count().label("jobs"),
        func.sum(jobs.c.credits).label("credits"),
        func.max(func.coalesce(jobs.c.ended_at, jobs.c.created_at)).label("last_at"),
    )
    .where(jobs.c.state.in_(_STATES))
    .group_by(jobs.c.model, jobs.c.state, "kind")
)
_UNIT = jobs.c.cost["unit"].as_string().label("unit")
_CHARGED = (
    select(
        jobs.c.model,
        _UNIT,
        func.sum(jobs.c.cost["amount"].as_float()).label("amount"),
        func.count().label("jobs"),
    )
    .where(jobs.c.cost.is_not(None))
    .group_by(jobs.c.model, "unit")
)
_TOOK = (
    select(jobs.c.ended_at - jobs.c.started_at)
    # A clock that was set back in between tells nothing.
    .where(
        jobs.c.model == bindparam("model"),
        jobs.c.state == str(JobState.DONE),
        jobs.c.ended_at > jobs.c.started_at,
    )
    .order_by(jobs.c.ended_at.desc())
    .limit(25)
)


def outcomes_within(connection: Connection, since: float) -> Sequence[Outcomes]:
    """The jobs that were ordered since, by model, state and fault."""
    return [
        Outcomes(
            model=row.model,
            state=JobState(row.state),
            fault=row.kind,
            jobs=row.jobs,
            credits=row.credits,
            last_at=row.last_at,
        )
        for row in connection.execute(_COUNTED.where(jobs.c.created_at >= since))
    ]


def expenses_within(connection: Connection, since: float) -> Sequence[Expense]:
    """What jobs that were ordered since have cost, by gateway and unit."""
    sums = defaultdict[tuple[str, str], list[tuple[float, int]]](list)
    for row in connection.execute(_CHARGED.where(jobs.c.created_at >= since)):
        sums[row.model.partition("/")[0], row.unit or ""].append((row.amount, row.jobs))
    return [
        Expense(
            gateway=gateway,
            cost=Cost(amount=fsum(amount for amount, _ in found), unit=unit),
            jobs=sum(count for _, count in found),
        )
        for (gateway, unit), found in sorted(sums.items())
    ]


def medians_within(connection: Connection, models: Collection[str]) -> Mapping[str, float]:
    """How many seconds the last jobs of these models took, from their order on."""
    took = {m: list(connection.scalars(_TOOK, {"model": m})) for m in models}
    return {model: median(seconds) for model, seconds in took.items() if seconds}
