"""The job store on SQL."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import (
    Insert,
    RowMapping,
    Select,
    Update,
    bindparam,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from core.events import Event, TakenError
from core.jobs import ENDED, Job, JobState, LostRunError
from core.media import MediaRequest
from core.platform import ConversationRef, Party, User
from core.validation import objections
from storage.database import Database
from storage.events import take_within
from storage.tables import jobs

log = logging.getLogger(__name__)

T = TypeVar("T")
_Query = Select[*tuple[Any, ...]]

_JOB = TypeAdapter(Job)
_DURATION: TypeAdapter[tuple[MediaRequest, float]] = TypeAdapter(tuple[MediaRequest, float])
_ENDED = [str(state) for state in ENDED]
_OPEN = [str(state) for state in JobState if state not in {*ENDED, JobState.DRAFT}]
# What is decided when a job is made is never written again.
_FIXED = frozenset(
    {"id", "run", "user", "conversation", "request", "created_at", "locale", "command"}
)
# A job that is retried goes where it is asked for then.
_PLACE = frozenset({"conversation", "command"})

# Without IN, which cannot be executed for many rows at once.
_TELL = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"), jobs.c.run == bindparam("token"))
    .where(*(jobs.c.state != state for state in _ENDED))
    .values(fraction=bindparam("shown"))
)
_ROW = "a job"


class SqlJobStore:
    """See `core.jobs.JobStore` for the contract.

    A row that cannot be read is left as it is and passed over, so that one damaged job does not
    keep all the others from going on.

    Attributes:
        aside: the ids of such jobs that were met, and what is wrong with each.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.aside: dict[str, str] = {}
        self._fractions: dict[tuple[str, int], float | None] = {}
        self._telling: asyncio.Task[Collection[tuple[str, int]]] | None = None

    async def add(self, job: Job, event: Event | None = None) -> None:
        values = _dump(job)
        owner = {"platform": job.user.platform, "user_id": job.user.id}
        row = insert(jobs).values(**values, **owner)
        await self._database.finish(_ROW, self._write(row, event))

    async def get(self, job_id: str) -> Job | None:
        query = select(jobs).where(jobs.c.id == job_id)
        return await self._database.finish(f"job {job_id}", self._one(query))

    async def claim(
        self, job_id: str, *, unless: JobState | None = None, only: JobState | None = None
    ) -> Job | None:
        refused = [*_ENDED, str(unless)] if unless else _ENDED
        wanted = [jobs.c.state == str(only)] if only else [jobs.c.state.not_in(refused)]
        return await self._take(
            update(jobs).where(jobs.c.id == job_id, *wanted).values(run=jobs.c.run + 1)
        )

    async def save(self, job: Job, event: Event | None = None) -> None:
        values = {k: v for k, v in _dump(job).items() if k not in _FIXED}
        await self._database.finish(_ROW, self._guarded(job, values, event))

    async def save_fraction(self, job: Job, fraction: float | None) -> None:
        self._fractions[job.id, job.run] = fraction
        if self._telling is None or self._telling.done():
            self._telling = self._database.start(_ROW, self._tell())
        if (job.id, job.run) in await asyncio.shield(self._telling):
            raise LostRunError(job.id)

    async def mark_told(self, job: Job) -> None:
        mine = update(jobs).where(jobs.c.id == job.id, jobs.c.run == job.run)
        await self._database.finish(_ROW, self._write(mine.values(told=True)))

    async def reopen(self, job: Job, event: Event | None = None) -> Job | None:
        values = {k: v for k, v in _dump(job).items() if k not in _FIXED - _PLACE}
        return await self._take(
            update(jobs)
            .where(jobs.c.id == job.id, jobs.c.run == job.run, jobs.c.state.in_(_ENDED))
            .values(**values, run=jobs.c.run + 1),
            event,
        )

    async def unfinished(self) -> Sequence[Job]:
        # Named one by one: no index finds what is *not* in a state.
        query = select(jobs).where(jobs.c.state.in_(_OPEN)).order_by(jobs.c.created_at)
        return await self._select(query)

    async def untold(self) -> Sequence[Job]:
        query = select(jobs).where(jobs.c.state.in_(_ENDED), jobs.c.told.is_(False))
        return await self._select(query)

    async def rename(self, old: Party, new: Party) -> None:
        for job in await self.unfinished():
            if job.conversation.party == old:
                place = asdict(replace(job.conversation, chat=new.id))
                moved = update(jobs).where(jobs.c.id == job.id).values(conversation=place)
                await self._database.finish(_ROW, self._write(moved))

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

    async def durations(self, model: str, *, limit: int) -> Sequence[tuple[MediaRequest, float]]:
        query = (
            select(jobs.c.request, jobs.c.ended_at - jobs.c.started_at)
            .where(jobs.c.model == model, jobs.c.state == str(JobState.DONE))
            .where(jobs.c.started_at.is_not(None))
            .order_by(jobs.c.ended_at.desc())
            .limit(limit)
        )
        read = _DURATION.validate_python
        return await self._database.finish(
            _ROW, self._read(query, lambda row: read(tuple(row.values())))
        )

    async def _guarded(self, job: Job, values: Mapping[str, object], event: Event | None) -> None:
        mine = (jobs.c.id == job.id, jobs.c.run == job.run, jobs.c.state.not_in(_ENDED))
        async with self._database.begin() as connection:
            result = await connection.execute(update(jobs).where(*mine).values(**values))
            if not result.rowcount:
                raise LostRunError(job.id)
            await _take_event(connection, event)

    async def _tell(self) -> Collection[tuple[str, int]]:
        """Write the progress of all jobs at once; gives those whose run was lost."""
        async with self._database.begin() as connection:
            # What came while the connection was busy goes along; from now on it is the next batch.
            told, self._fractions, self._telling = self._fractions, {}, None
            rows = [{"job": id_, "token": run, "shown": f} for (id_, run), f in told.items()]
            result = await connection.execute(_TELL, rows)
            if result.rowcount == len(rows):
                return ()
            held = (jobs.c.id, jobs.c.run)
            ours = tuple_(*held).in_(list(told)), jobs.c.state.not_in(_ENDED)
            kept = await connection.execute(select(*held).where(*ours))
            return told.keys() - {(id_, run) for id_, run in kept}

    async def _take(self, statement: Update, event: Event | None = None) -> Job | None:
        return await self._database.finish(_ROW, self._returned(statement, event))

    async def _returned(self, statement: Update, event: Event | None) -> Job | None:
        async with self._database.begin() as connection:
            row = (await connection.execute(statement.returning(jobs))).mappings().first()
            if row:
                await _take_event(connection, event)
            # Within the transaction: a row that cannot be read is not taken.
            return _load(row) if row else None

    async def _select(self, query: _Query) -> list[Job]:
        return await self._database.finish(_ROW, self._read(query, _load))

    async def _one(self, query: _Query) -> Job | None:
        async with self._database.connect() as connection:
            row = (await connection.execute(query)).mappings().first()
        return _load(row) if row else None

    async def _read(self, query: _Query, load: Callable[[RowMapping], T]) -> list[T]:
        async with self._database.connect() as connection:
            try:
                return [load(row) for row in (await connection.execute(query)).mappings()]
            except ValueError:
                return await self._read_each(connection, query, load)

    async def _read_each(
        self, connection: AsyncConnection, query: _Query, load: Callable[[RowMapping], T]
    ) -> list[T]:
        """One row at a time, without those that cannot be read."""
        found: list[T] = []
        for job_id in (await connection.scalars(query.with_only_columns(jobs.c.id))).all():
            try:
                result = await connection.execute(query.where(jobs.c.id == job_id))
                found.append(load(result.mappings().one()))
            except ValueError as error:
                self._set_aside(job_id, error)
        return found

    def _set_aside(self, job_id: str, error: ValueError) -> None:
        why = str(error)
        if isinstance(error, ValidationError):
            why = "; ".join(f"{place}: {wrong}" for place, wrong in objections(error))
        if job_id not in self.aside:
            log.error("job %s is set aside, because its row cannot be read: %s", job_id, why)
        self.aside[job_id] = why

    async def _write(self, statement: Insert | Update, event: Event | None = None) -> None:
        async with self._database.begin() as connection:
            await connection.execute(statement)
            await _take_event(connection, event)


async def _take_event(connection: AsyncConnection, event: Event | None) -> None:
    """Let an event have its effect in the transaction that this is; it is undone with the error.

    Raises:
        TakenError: it had one.
    """
    if event and not await take_within(connection, event):
        raise TakenError(event.id)


def _dump(job: Job) -> dict[str, object]:
    message = job.delivered
    return {
        **_JOB.dump_python(job, mode="json"),
        "delivered_chat": message and message.conversation.chat,
        "delivered_thread": message and message.conversation.thread,
        "delivered_id": message and message.id,
    }


def _load(row: RowMapping) -> Job:
    return _JOB.validate_python(dict(row))
