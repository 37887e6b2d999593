"""Ended jobs on SQL, found by when they ended or whose they were; most are not read as a whole."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    String,
    and_,
    case,
    cast,
    delete,
    func,
    literal_column,
    select,
    tuple_,
)

from core.jobs import ENDED, Job, JobState
from core.media import MediaKind
from core.past_jobs import FoundResults, JobCount, JobEnding, ResultFilter, ResultMark
from core.platform import Party
from storage.database import Database
from storage.job_rows import JobRows
from storage.tables import jobs

_ROW = "a job"
_ENDED = [str(state) for state in ENDED]
_OTHERS = [str(state) for state in JobState if state not in ENDED]
_DRAFT = str(JobState.DRAFT)
# Of one person's jobs, for one page: at once, and at most.
_PORTION = 200
_LOOKED_AT = 2000
_MODELS = 50
# As text: whether it is empty is all that is asked.
_HAS_MADE = and_(jobs.c.state == str(JobState.DONE), cast(jobs.c.assets, String) != "[]")


class SqlPastJobStore:
    """See `core.past_jobs.PastJobStore` for the contract.

    Args:
        media_dir: where files are; rows name them from there on.
    """

    def __init__(self, database: Database, media_dir: Path | None = None) -> None:
        self._database = database
        self._rows = JobRows(database, media_dir)
        self._looking = asyncio.Lock()

    async def results(
        self, user: Party, wanted: ResultFilter, after: ResultMark | None, *, limit: int
    ) -> FoundResults:
        # One after the other, so that many who look hold up nobody who orders.
        async with self._looking:
            ids, rest = await self._found(user, wanted, after, limit)
        rows = await self._rows.select(select(jobs).where(jobs.c.id.in_(ids)))
        by_id = {job.id: job for job in rows}
        return FoundResults(jobs=[by_id[each] for each in ids if each in by_id], rest=rest)

    async def _found(
        self, user: Party, wanted: ResultFilter, mark: ResultMark | None, limit: int
    ) -> tuple[Sequence[str], ResultMark | None]:
        """The ids of so many, and from where on there may be more."""
        found, fits = list[str](), _fits(wanted)
        for _ in range(0, _LOOKED_AT, _PORTION):
            portion = await self._database.run(_ROW, partial(_portion, user, mark))
            for row in portion:
                if fits(row):
                    if len(found) == limit:
                        return found, mark
                    found.append(row.id)
                mark = ResultMark(created_at=row.created_at, id=row.id)
            if len(portion) < _PORTION:
                return found, None
        return found, mark

    async def latest(self, *, limit: int) -> Sequence[Job]:
        # By what it is not, as in `prune`; what has no end yet is in the same index.
        has_ended = and_(jobs.c.ended_at > 0, jobs.c.state.not_in(_OTHERS))
        query = select(jobs).where(has_ended).order_by(jobs.c.ended_at.desc()).limit(limit)
        return await self._rows.select(query)

    async def models_of(self, user: Party) -> Sequence[str]:
        made = case((_HAS_MADE, jobs.c.model)).label("model")
        latest = select(made).where(_of(user)).order_by(jobs.c.created_at.desc())
        query = select(latest.limit(_LOOKED_AT).subquery().c.model).distinct()
        keys = await self._database.run(_ROW, lambda c: c.scalars(query).all())
        return sorted({_name(key) for key in keys if key})[:_MODELS]

    async def endings(self, ids: Collection[str]) -> Mapping[str, JobEnding]:
        # An older version has not always written when a job ended.
        ended_at = func.coalesce(jobs.c.ended_at, jobs.c.created_at)
        query = select(jobs.c.id, jobs.c.platform, jobs.c.state, ended_at.label("at"))

        def read(connection: Connection) -> Mapping[str, JobEnding]:
            rows = connection.execute(query.where(jobs.c.id.in_(ids)))
            return {
                row.id: JobEnding(
                    platform=row.platform, at=row.at if row.state in _ENDED else None
                )
                for row in rows
            }

        return await self._database.run(_ROW, read)

    async def prune(
        self, before: float, *, limit: int, besides: Collection[str] = ()
    ) -> Sequence[str]:
        # By what it is not: else all that ended are read by their state, and then put in order.
        is_ended = jobs.c.state.not_in(_OTHERS)
        old = and_(jobs.c.ended_at < before, is_ended, jobs.c.platform.not_in(besides))
        oldest = select(jobs.c.id).where(old).order_by(jobs.c.ended_at).limit(limit)
        return await self._delete(jobs.c.id.in_(oldest))

    async def forget(self, user: Party, *, limit: int, only: str = "") -> Sequence[str]:
        theirs = select(jobs.c.id).where(_of(user), jobs.c.state.in_(_ENDED)).limit(limit)
        if only:
            theirs = theirs.where(jobs.c.id == only)
        return await self._delete(jobs.c.id.in_(theirs))

    async def count(self, user: Party) -> JobCount:
        many = func.count().label("many")
        query = select(jobs.c.state, many).where(_of(user)).group_by(jobs.c.state)

        def read(connection: Connection) -> JobCount:
            counts: dict[str, int] = {row.state: row.many for row in connection.execute(query)}
            ended, drafts = sum(counts.get(s, 0) for s in _ENDED), counts.get(_DRAFT, 0)
            others = sum(counts.values()) - ended - drafts
            return JobCount(ended=ended, open=others, drafts=drafts)

        return await self._database.run(_ROW, read)

    async def drafts(self, user: Party) -> Sequence[str]:
        # Written out, or SQLite would not see that the index of drafts is meant.
        is_draft = jobs.c.state == literal_column(f"'{_DRAFT}'")
        query = select(jobs.c.id).where(_of(user), is_draft).order_by(jobs.c.created_at.desc())
        return await self._database.run(_ROW, lambda c: c.scalars(query).all())

    async def old_drafts(self, before: float) -> Sequence[str]:
        query = select(jobs.c.id).where(jobs.c.state == _DRAFT, jobs.c.created_at < before)
        return await self._database.run(_ROW, lambda c: c.scalars(query).all())

    async def _delete(self, which: ColumnElement[bool]) -> Sequence[str]:
        gone = delete(jobs).where(which).returning(jobs.c.id)
        return await self._database.run(_ROW, lambda c: c.scalars(gone).all())


def _of(user: Party) -> ColumnElement[bool]:
    return and_(jobs.c.platform == user.platform, jobs.c.user_id == user.id)


def _portion(
    user: Party, mark: ResultMark | None, connection: Connection
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The next of what a person has ordered, ended or not, in the order of its index."""
    query = (
        select(
            jobs.c.id,
            jobs.c.created_at,
            jobs.c.model,
            jobs.c.request,
            _HAS_MADE.label("has_made"),
        )
        .where(_of(user))
        .order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
        .limit(_PORTION)
    )
    if mark:
        query = query.where(tuple_(jobs.c.created_at, jobs.c.id) < (mark.created_at, mark.id))
    return connection.execute(query).all()


def _fits(wanted: ResultFilter) -> Callable[[Row[Any]], bool]:
    """Whether a row is what somebody wants to see.

    Not asked of the database: of two kinds each knows other letters as large and small.
    """
    words = wanted.words.casefold()

    def fits(row: Row[Any]) -> bool:
        request = row.request
        return (
            row.has_made
            and wanted.kind in {None, request.get("kind", MediaKind.VIDEO)}
            and wanted.model in {"", _name(row.model)}
            and words in request["prompt"].casefold()
        )

    return fits


def _name(model: str) -> str:
    """What people call a model: without its gateway."""
    return model.partition("/")[2]
