"""How jobs went, counted by the database."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from core.jobs import JobState, Outcomes
from storage.tables import jobs

# Asked for by name, since the index begins with the state.
_STATES = [str(state) for state in JobState if state is not JobState.DRAFT]
_KIND = func.coalesce(func.json_extract(jobs.c.fault, "$.kind"), "")
_COUNTED = (
    select(
        jobs.c.model,
        jobs.c.state,
        _KIND.label("fault"),
        func.count().label("jobs"),
        func.sum(jobs.c.credits).label("credits"),
        func.max(func.coalesce(jobs.c.ended_at, jobs.c.created_at)).label("last_at"),
    )
    .where(jobs.c.state.in_(_STATES))
    .group_by(jobs.c.model, jobs.c.state, _KIND)
)


def outcomes_within(connection: Connection, since: float) -> Sequence[Outcomes]:
    """The jobs that were ordered since, by model, state and fault."""
    return [
        Outcomes(
            model=row.model,
            state=JobState(row.state),
            fault=row.fault,
            jobs=row.jobs,
            credits=row.credits,
            last_at=row.last_at,
        )
        for row in connection.execute(_COUNTED.where(jobs.c.created_at >= since))
    ]
