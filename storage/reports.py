"""What jobs there were and how they went, for whoever runs the bot. Nothing here writes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from sqlalchemy import Connection, select

from core.jobs import Expense, Job, JobState
from storage.jobs import SqlJobStore
from storage.outcomes import outcomes_within
from storage.tables import jobs

# Asked for by name, since the index begins with the state.
_STATES = [str(state) for state in JobState if state is not JobState.DRAFT]
_TOOK = select(jobs.c.model, jobs.c.ended_at - jobs.c.started_at).where(
    # A clock that was set back in between tells nothing.
    jobs.c.state == str(JobState.DONE),
    jobs.c.ended_at > jobs.c.started_at,
)
_UNKNOWN = "unknown"


@dataclass(slots=True, kw_only=True)
class JobTally:
    """How the jobs of one model went, or of one gateway.

    Attributes:
        states: how many are in each state.
        credits: what people were charged, or are to be.
        seconds: the median from the order at the gateway to the end of those that are done.
    """

    states: Counter[str] = field(default_factory=Counter[str])
    credits: int = 0
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatistics:
    """The jobs that were ordered in some time.

    Attributes:
        models: by full key; gateways: all of their models together.
        faults: how many failed, by gateway and kind.
        spent: what gateways say that they have charged.
    """

    models: Mapping[str, JobTally]
    gateways: Mapping[str, JobTally]
    faults: Mapping[tuple[str, str], int]
    spent: Sequence[Expense]


class SqlReports(SqlJobStore):
    """Reads jobs as their store does, also those of everybody."""

    async def latest(self, limit: int, state: JobState | None = None) -> Sequence[Job]:
        """The jobs that were ordered last, of all states or one; newest first."""
        # One index has them by state, so a few of each are read, and not all there are.
        found = list[Job]()
        for each in [str(state)] if state else _STATES:
            of_state = select(jobs).where(jobs.c.state == each)
            found += await self.rows.select(
                of_state.order_by(jobs.c.created_at.desc()).limit(limit)
            )
        return sorted(found, key=lambda job: job.created_at, reverse=True)[:limit]

    async def begins_with(self, beginning: str) -> Sequence[str]:
        """The ids that begin like this, two at most: then it is no name of one."""
        # No id has a letter behind f, whatever a database holds for the order of letters.
        ids = select(jobs.c.id).where(jobs.c.id >= beginning, jobs.c.id < beginning + "g")
        query = ids.order_by(jobs.c.id).limit(2)
        return await self._database.run("a job", lambda c: list(c.scalars(query)))

    async def statistics(self, since: float) -> JobStatistics:
        """How the jobs went that were ordered since; `since` is in seconds since 1970."""
        spent = await self.spent(since)
        return await self._database.run("a job", lambda c: _statistics(c, since, spent))


def _statistics(connection: Connection, since: float, spent: Sequence[Expense]) -> JobStatistics:
    models = defaultdict[str, JobTally](JobTally)
    faults = Counter[tuple[str, str]]()
    for each in outcomes_within(connection, since):
        models[each.model].states[each.state] += each.jobs
        models[each.model].credits += each.credits
        if each.state is JobState.FAILED:
            faults[each.gateway, each.fault or _UNKNOWN] += each.jobs
    took = defaultdict[str, list[float]](list)
    for model, seconds in connection.execute(_TOOK.where(jobs.c.created_at >= since)):
        took[model].append(seconds)
    for model, lasted in took.items():
        models[model].seconds = median(lasted)
    gateways = _by_gateway(models, took)
    return JobStatistics(models=models, gateways=gateways, faults=faults, spent=spent)


def _by_gateway(
    models: Mapping[str, JobTally], took: Mapping[str, Iterable[float]]
) -> Mapping[str, JobTally]:
    gateways = defaultdict[str, JobTally](JobTally)
    seconds = defaultdict[str, list[float]](list)
    for model, tally in models.items():
        gateway = gateways[_gateway(model)]
        gateway.states += tally.states
        gateway.credits += tally.credits
        seconds[_gateway(model)] += took.get(model, ())
    for name, each in seconds.items():
        gateways[name].seconds = median(each) if each else None
    return gateways


def _gateway(model: str) -> str:
    return model.partition("/")[0]
