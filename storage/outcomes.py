"""How jobs went, what they cost and how long they took."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from math import fsum
from statistics import median

from sqlalchemy import Connection, bindparam, select

from core.jobs import Expense, JobState, Outcomes
from core.media import Cost
from storage.sums import JobSum, sums_since
from storage.tables import jobs

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
    sums = defaultdict[tuple[str, str, str], list[JobSum]](list)
    for each in sums_since(connection, since):
        sums[each.model, each.state, each.fault].append(each)
    return [
        Outcomes(
            model=model,
            state=JobState(state),
            fault=fault,
            jobs=sum(each.jobs for each in found),
            credits=sum(each.credits for each in found),
            last_at=max(each.last_at for each in found),
        )
        for (model, state, fault), found in sums.items()
    ]


def expenses_within(connection: Connection, since: float) -> Sequence[Expense]:
    """What jobs that were ordered since have cost, by gateway and unit."""
    sums = defaultdict[tuple[str, str], list[JobSum]](list)
    for each in sums_since(connection, since):
        if each.charged:
            sums[each.model.partition("/")[0], each.unit].append(each)
    return [
        Expense(
            gateway=gateway,
            cost=Cost(amount=fsum(each.amount for each in found), unit=unit),
            jobs=sum(each.charged for each in found),
        )
        for (gateway, unit), found in sorted(sums.items())
    ]


def medians_within(connection: Connection, models: Collection[str]) -> Mapping[str, float]:
    """How many seconds the last jobs of these models took, from their order on."""
    took = {m: list(connection.scalars(_TOOK, {"model": m})) for m in models}
    return {model: median(seconds) for model, seconds in took.items() if seconds}
