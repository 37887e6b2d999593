"""Sums of days, written in the transaction that writes what they sum up.

So they say the same as the rows, also after a crash, and reading a month costs the same among many
jobs as among few. What is deleted later was there all the same, and stays counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, cast, func, select

from core.jobs import ENDED, OPEN, Job
from storage.holders import Holder
from storage.tables import job_sums, jobs
from storage.upserts import add_up

_ENDED = [str(state) for state in ENDED]
_OPEN = [str(state) for state in OPEN]
# Processes that add to rows of their own do not wait for each other.
_PARTS = 64


def whole(number: ColumnElement[Any]) -> ColumnElement[int]:
    """As a number like any other: Postgres adds large ones up to something of its own."""
    return cast(number, BigInteger)


_KEYS = (job_sums.c.model, job_sums.c.state, job_sums.c.fault, job_sums.c.unit)
_DAYS = (
    select(
        *_KEYS,
        func.sum(job_sums.c.jobs).label("jobs"),
        whole(func.sum(job_sums.c.credits)).label("credits"),
        func.sum(job_sums.c.charged).label("charged"),
        func.sum(job_sums.c.amount).label("amount"),
        func.max(job_sums.c.last_at).label("last_at"),
    )
    .group_by(*_KEYS)
    .having(func.sum(job_sums.c.jobs) > 0)
)
_KIND = func.coalesce(jobs.c.fault["kind"].as_string(), "").label("fault_kind")
_UNIT = func.coalesce(jobs.c.cost["unit"].as_string(), "").label("unit")
_ROWS = select(
    jobs.c.model,
    jobs.c.state,
    _KIND,
    _UNIT,
    func.count().label("jobs"),
    func.sum(jobs.c.credits).label("credits"),
    func.count(jobs.c.cost).label("charged"),
    func.coalesce(func.sum(jobs.c.cost["amount"].as_float()), 0.0).label("amount"),
    func.max(func.coalesce(jobs.c.ended_at, jobs.c.created_at)).label("last_at"),
).group_by(jobs.c.model, jobs.c.state, "fault_kind", "unit")


@dataclass(frozen=True, slots=True)
class JobSum:
    """Jobs of a model that are in one state, with one fault and in one unit.

    Attributes:
        credits: what people were charged, or are to be.
        charged: for how many of them the gateway has told a price; amount: all of these together.
        last_at: when the last of them ended, in seconds since 1970, also if that was undone since.
    """

    model: str
    state: str
    fault: str
    unit: str
    jobs: int
    credits: int
    charged: int
    amount: float
    last_at: float


def part_of(holder: Holder | None) -> int:
    """Which rows a process adds to; those of the same number may wait for each other."""
    return crc32(holder.name.encode()) % _PARTS if holder else 0


def day_of(at: float) -> str:
    """The day in UTC of a time in seconds since 1970, as an ISO date."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def count_ended(connection: Connection, job: Job, part: int) -> None:
    """It has ended: it counts for the day on which it was ordered."""
    _count(connection, job, part, 1, job.ended_at or job.created_at)


def count_reopened(connection: Connection, ended: Job, part: int) -> None:
    """It goes on; `ended` is what it was until then."""
    _count(connection, ended, part, -1, 0.0)


def sums_since(connection: Connection, since: float) -> Sequence[JobSum]:
    """The jobs that were ordered since, drafts aside; a kind of them may be there twice.

    Of a day that has begun before `since` the rows are read: it is cheapest at a midnight in UTC.
    """
    first = datetime.fromtimestamp(since, UTC)
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    if first > midnight:
        midnight += timedelta(days=1)
    is_open = and_(jobs.c.state.in_(_OPEN), jobs.c.created_at >= since)
    found = [
        *connection.execute(_DAYS.where(job_sums.c.day >= midnight.date().isoformat())),
        *connection.execute(_ROWS.where(is_open)),
    ]
    if first < midnight:
        found += connection.execute(_ROWS.where(_ended_between(since, midnight.timestamp())))
    return [JobSum(*row) for row in found]


def _ended_between(since: float, until: float) -> ColumnElement[bool]:
    return and_(jobs.c.state.in_(_ENDED), jobs.c.created_at >= since, jobs.c.created_at < until)


def _count(connection: Connection, job: Job, part: int, sign: int, last_at: float) -> None:
    row = {
        "day": day_of(job.created_at),
        "part": part,
        "model": job.model,
        "state": str(job.state),
        "fault": str(job.fault.kind) if job.fault else "",
        "unit": job.cost.unit if job.cost else "",
        "jobs": sign,
        "credits": sign * job.credits,
        "charged": sign if job.cost else 0,
        "amount": sign * job.cost.amount if job.cost else 0.0,
        "last_at": last_at,
    }
    add_up(connection, job_sums, row, latest="last_at")
