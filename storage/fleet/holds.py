"""Which process has a job: the row says so, in a column of the table of jobs."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, null, or_, select, update

from core.jobs import Job
from core.validation import objection
from storage.database import Database
from storage.fleet.members import Membership
from storage.job_rows import IS_OPEN, JOB_ROW, JobRows
from storage.tables import jobs


class UnreadableJobError(Exception):
    """The row of a job says what this version cannot read: it is damaged, or of a later one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A job that another process has: its name, and whether the job is in its chat yet."""

    holder: str
    is_unshown: bool


class JobHolds:
    """Takes jobs for this process, and gives them back."""

    def __init__(self, database: Database, member: Membership, rows: JobRows) -> None:
        self._database = database
        self._member = member
        self._rows = rows

    async def take(self, job_id: str) -> Job | None:
        """Take what is to be run or told, unless somebody has it who is there.

        Raises:
            UnreadableJobError: it can be taken, but not by us; it was not.
            StorageError: the database cannot be used.
        """
        is_free = self._member.is_free(jobs.c.holder)
        taken = (
            update(jobs)
            .where(jobs.c.id == job_id, is_free, or_(IS_OPEN, ~jobs.c.told))
            .values(run=jobs.c.run + 1, holder=self._member.name)
            .returning(jobs)
        )

        def take(connection: Connection) -> Job | None:
            row = connection.execute(taken).mappings().first()
            try:
                return self._rows.load(row) if row else None
            except ValueError as error:
                # Without its cause, which repeats what people have written.
                raise UnreadableJobError(objection(error)) from None

        return await self._database.run(JOB_ROW, take)

    async def take_ended(self, job_id: str) -> Held | None:
        """Take what is over, to tell it; gives who had it, where that is another who is there.

        What is not shown yet stays with whoever is about to show it.

        Raises:
            StorageError: the database cannot be used.
        """
        is_it, name = jobs.c.id == job_id, self._member.name
        is_alive = self._member.patience.is_alive(jobs.c.holder)
        before = select(jobs.c.holder, jobs.c.status.is_(null()).label("is_unshown")).where(
            is_it, is_alive, jobs.c.holder != name
        )

        def take(connection: Connection) -> Held | None:
            row = connection.execute(before.with_for_update(of=jobs)).first()
            found = Held(holder=row.holder, is_unshown=row.is_unshown) if row else None
            if not (found and found.is_unshown):
                connection.execute(update(jobs).where(is_it).values(holder=name))
            return found

        return await self._database.run(JOB_ROW, take)

    async def ours(self, ids: Collection[str]) -> Collection[str]:
        """Which of these are still ours.

        Raises:
            StorageError: the database cannot be used.
        """
        ours = select(jobs.c.id).where(jobs.c.id.in_(ids), jobs.c.holder == self._member.name)
        return await self._database.run(JOB_ROW, lambda c: c.scalars(ours).all())

    async def give_back(self, *ids: str) -> None:
        """Say that these are not ours any more.

        Raises:
            StorageError: the database cannot be used.
        """
        ours = jobs.c.holder == self._member.name
        free = update(jobs).where(jobs.c.id.in_(ids), ours).values(holder=None)
        await self._database.run(JOB_ROW, lambda c: c.execute(free))
