"""Ended jobs on SQL, found by when they ended or whose they were; no row is read as a whole."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select

from core.jobs import ENDED, JobState
from core.past_jobs import JobCount, JobEnding
from core.platform import Party
from storage.database import Database
from storage.tables import jobs

_ROW = "a job"
_ENDED = [str(state) for state in ENDED]
_OTHERS = [str(state) for state in JobState if state not in ENDED]
_DRAFT = str(JobState.DRAFT)


class SqlPastJobStore:
    """See `core.past_jobs.PastJobStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

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

    async def forget(self, user: Party, *, limit: int) -> Sequence[str]:
        theirs = select(jobs.c.id).where(_of(user), jobs.c.state.in_(_ENDED)).limit(limit)
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
        query = select(jobs.c.id).where(_of(user), jobs.c.state == _DRAFT)
        return await self._database.run(_ROW, lambda c: c.scalars(query).all())

    async def _delete(self, which: ColumnElement[bool]) -> Sequence[str]:
        gone = delete(jobs).where(which).returning(jobs.c.id)
        return await self._database.run(_ROW, lambda c: c.scalars(gone).all())


def _of(user: Party) -> ColumnElement[bool]:
    return and_(jobs.c.platform == user.platform, jobs.c.user_id == user.id)
