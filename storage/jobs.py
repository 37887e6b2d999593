"""The job store on SQL."""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache, partial
from math import fsum
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import (
    Connection,
    Executable,
    RowMapping,
    Select,
    bindparam,
    insert,
    select,
    update,
)

from core.events import Event, TakenError
from core.jobs import ENDED, Expense, Job, JobState, LostRunError, Outcomes
from core.media import Cost, MediaRequest
from core.people.currency import thousandths
from core.platform import ConversationRef, Party, User
from core.validation import objection
from storage.database import Database
from storage.events import take_within
from storage.ledger import CreditLedger, Spender
from storage.outcomes import outcomes_within
from storage.tables import jobs

log = logging.getLogger(__name__)

T = TypeVar("T")
_Query = Select[*tuple[Any, ...]]

_ENDED = [str(state) for state in ENDED]
_OPEN = [str(state) for state in JobState if state not in {*ENDED, JobState.DRAFT}]
# A job that is retried goes where it is asked for then.
_PLACE = {"conversation", "command"}
# What is decided when a job is made is never written again; but a draft may be reworded.
_FIXED = {*_PLACE, "id", "run", "user", "request", "created_at", "locale"}

# Made once: SQLAlchemy takes longer to make a statement than SQLite to execute it.
_ADD = insert(jobs)
_IS = jobs.c.id == bindparam("job")
_RUN = (_IS, jobs.c.run == bindparam("token"))
_SAVE = update(jobs).where(*_RUN, jobs.c.state.not_in(_ENDED))
_MARK_TOLD = update(jobs).where(*_RUN).values(told=True)
_REOPEN = (
    update(jobs).where(*_RUN, jobs.c.state.in_(_ENDED)).values(run=jobs.c.run + 1).returning(jobs)
)
_GET = select(jobs).where(_IS)
# Named one by one: no index finds what is *not* in a state.
_UNFINISHED = select(jobs).where(jobs.c.state.in_(_OPEN)).order_by(jobs.c.created_at)
_UNTOLD = select(jobs).where(jobs.c.state.in_(_ENDED), jobs.c.told.is_(False))
_TOOK = (
    select(jobs.c.request, jobs.c.ended_at - jobs.c.started_at)
    # A clock that was set back in between tells nothing.
    .where(jobs.c.state == str(JobState.DONE), jobs.c.ended_at > jobs.c.started_at)
    .order_by(jobs.c.ended_at.desc())
)
_CHARGED = select(jobs.c.model, jobs.c.cost).where(jobs.c.cost.is_not(None))
_ROW = "a job"


# Built with the first row: an adapter takes 10 ms, and most starts find none.
@cache
def _job() -> TypeAdapter[Job]:
    return TypeAdapter(Job)


@cache
def _cost() -> TypeAdapter[Cost]:
    return TypeAdapter(Cost)


@cache
def _duration() -> TypeAdapter[tuple[MediaRequest, float]]:
    return TypeAdapter(tuple[MediaRequest, float])


class SqlJobStore:
    """See `core.jobs.JobStore` for the contract.

    A row that cannot be read is left as it is and passed over, so that one damaged job does not
    keep all the others from going on.

    Attributes:
        aside: the ids of such jobs that were met, and what is wrong with each.
    """

    def __init__(self, database: Database, ledger: CreditLedger | None = None) -> None:
        self._database = database
        self._ledger = ledger or CreditLedger()
        self.aside: dict[str, str] = {}
        # The tokens that were handed out last. While one is being taken there stands no number.
        self._held: dict[str, object] = {}

    async def add(self, job: Job, event: Event | None = None) -> None:
        owner = {"platform": job.user.platform, "user_id": job.user.id}
        row = {**_dump(job), **owner}

        def add(connection: Connection) -> None:
            connection.execute(_ADD, row)
            _take_event(connection, event)
            if job.state is not JobState.DRAFT:
                self._reserve(connection, job)

        await self._database.run(_ROW, add)

    async def order(self, job: Job, event: Event | None = None) -> None:
        def order(connection: Connection) -> None:
            _save(connection, job, values)
            _take_event(connection, event)
            self._reserve(connection, job)

        values = _dump(job, _FIXED)
        await self._database.run(_ROW, order)

    async def get(self, job_id: str) -> Job | None:
        def read(connection: Connection) -> Job | None:
            row = connection.execute(_GET, {"job": job_id}).mappings().first()
            return _load(row) if row else None

        return await self._database.run(f"job {job_id}", read)

    async def claim(
        self, job_id: str, *, unless: JobState | None = None, only: JobState | None = None
    ) -> Job | None:
        refused = [*_ENDED, str(unless)] if unless else _ENDED
        wanted = [jobs.c.state == str(only)] if only else [jobs.c.state.not_in(refused)]
        taken = update(jobs).where(_IS, *wanted).values(run=jobs.c.run + 1)
        return await self._take(taken.returning(jobs), {"job": job_id})

    def holds(self, job: Job) -> bool:
        return self._held.get(job.id) == job.run

    async def save(self, job: Job) -> None:
        if job.is_ended:
            self._held.pop(job.id, None)
        values = _dump(job, _FIXED)

        def save(connection: Connection) -> None:
            _save(connection, job, values)
            if job.is_ended:
                self._ledger.settle(connection, job.id, thousandths(job.credits))

        await self._database.run(_ROW, save)

    async def reword(self, job: Job) -> None:
        dumped = _dump(job)
        values = {"request": dumped["request"], "credits": job.credits}
        await self._database.run(_ROW, lambda c: _save(c, job, values))

    async def save_fraction(self, job: Job, fraction: float | None) -> None:
        await self._database.run(_ROW, lambda c: _save(c, job, {"fraction": fraction}))

    async def mark_told(self, job: Job) -> None:
        await self._database.run(_ROW, lambda c: c.execute(_MARK_TOLD, _key(job)))

    async def reopen(self, job: Job, event: Event | None = None) -> Job | None:
        values = _dump(job, _FIXED - _PLACE)
        return await self._take(_REOPEN, {**_key(job), **values}, partial(self._reopened, event))

    async def unfinished(self) -> Sequence[Job]:
        return await self._select(_UNFINISHED)

    async def untold(self) -> Sequence[Job]:
        return await self._select(_UNTOLD)

    async def rename(self, old: Party, new: Party) -> None:
        for job in await self.unfinished():
            if job.conversation.party == old:
                place = asdict(replace(job.conversation, chat=new.id))
                moved = update(jobs).where(jobs.c.id == job.id).values(conversation=place)
                await self._database.run(_ROW, partial(_execute, moved))

    async def of_user(self, user: User, *, limit: int) -> Sequence[Job]:
        query = (
            select(jobs)
            .where(jobs.c.platform == user.platform, jobs.c.user_id == user.id)
            .order_by(jobs.c.created_at.desc())
            .limit(limit)
        )
        return await self._select(query)

    async def posted_as(self, place: ConversationRef, *ids: str) -> Job | None:
        query = select(jobs).where(
            jobs.c.platform == place.platform,
            jobs.c.delivered_chat == place.chat,
            jobs.c.delivered_thread == place.thread,
            jobs.c.delivered_id.in_(ids),
        )
        found = {job.delivered.id: job for job in await self._select(query) if job.delivered}
        return next((found[id_] for id_ in ids if id_ in found), None)

    async def spent(self, since: float) -> Sequence[Expense]:
        query = _CHARGED.where(jobs.c.created_at >= since)
        read = _cost().validate_python
        costs = await self._read(query, lambda row: (row["model"], read(row["cost"])))
        sums: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        for model, cost in costs:
            sums[model.partition("/")[0], cost.unit].append(cost.amount)
        return [
            Expense(gateway=gateway, cost=Cost(amount=fsum(amounts), unit=unit), jobs=len(amounts))
            for (gateway, unit), amounts in sorted(sums.items())
        ]

    async def outcomes(self, since: float) -> Sequence[Outcomes]:
        return await self._database.run(_ROW, lambda c: outcomes_within(c, since))

    async def durations(self, model: str, *, limit: int) -> Sequence[tuple[MediaRequest, float]]:
        query = _TOOK.where(jobs.c.model == model).limit(limit)
        return await self._read(
            query, lambda row: _duration().validate_python(tuple(row.values()))
        )

    def _reserve(self, connection: Connection, job: Job) -> None:
        spender = Spender(user=job.user.party, chat=job.conversation.party)
        self._ledger.reserve(connection, job.id, spender, thousandths(job.credits))

    def _reopened(self, event: Event | None, connection: Connection, job: Job) -> None:
        _take_event(connection, event)
        self._reserve(connection, job)

    async def _take(
        self,
        statement: Executable,
        parameters: Mapping[str, object],
        also: Callable[[Connection, Job], None] | None = None,
    ) -> Job | None:
        job_id = str(parameters["job"])
        # From before it is taken until we know by whom: an older run has to ask the row itself,
        # and so it has if nobody waits for the answer.
        taking = self._held[job_id] = object()

        def take(connection: Connection) -> Job | None:
            row = connection.execute(statement, parameters).mappings().first()
            # Within the transaction: a row that cannot be read is not taken.
            taken = _load(row) if row else None
            if taken and also:
                also(connection, taken)
            return taken

        job = await self._database.run(_ROW, take)
        if self._held.get(job_id) is taking:
            del self._held[job_id]
            if job:
                self._held[job_id] = job.run
        return job

    async def _select(self, query: _Query) -> list[Job]:
        return await self._read(query, _load)

    async def _read(self, query: _Query, load: Callable[[RowMapping], T]) -> list[T]:
        def read(connection: Connection) -> list[T]:
            try:
                return [load(row) for row in connection.execute(query).mappings()]
            except ValueError:
                return self._read_each(connection, query, load)

        return await self._database.run(_ROW, read)

    def _read_each(
        self, connection: Connection, query: _Query, load: Callable[[RowMapping], T]
    ) -> list[T]:
        """One row at a time, without those that cannot be read."""
        found: list[T] = []
        for job_id in connection.scalars(query.with_only_columns(jobs.c.id)).all():
            try:
                row = connection.execute(query.where(jobs.c.id == job_id)).mappings().one()
                found.append(load(row))
            except ValueError as error:
                self._set_aside(job_id, error)
        return found

    def _set_aside(self, job_id: str, error: ValueError) -> None:
        why = objection(error)
        if job_id not in self.aside:
            log.error("job %s is set aside, because its row cannot be read: %s", job_id, why)
        self.aside[job_id] = why


def _execute(statement: Executable, connection: Connection) -> None:
    connection.execute(statement)


def _save(connection: Connection, job: Job, values: Mapping[str, object]) -> None:
    if not connection.execute(_SAVE, {**_key(job), **values}).rowcount:
        raise LostRunError(job.id)


def _take_event(connection: Connection, event: Event | None) -> None:
    """Let an event have its effect in the transaction that this is; it is undone with the error.

    Raises:
        TakenError: it had one.
    """
    if event and not take_within(connection, event):
        raise TakenError(event.id)


def _key(job: Job) -> dict[str, object]:
    return {"job": job.id, "token": job.run}


def _dump(job: Job, without: set[str] | None = None) -> dict[str, object]:
    message = job.delivered
    return {
        **_job().dump_python(job, mode="json", exclude=without),
        "delivered_chat": message and message.conversation.chat,
        "delivered_thread": message and message.conversation.thread,
        "delivered_id": message and message.id,
    }


def _load(row: RowMapping) -> Job:
    return _job().validate_python(dict(row))
