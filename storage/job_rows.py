"""Jobs out of their rows and into them, and which of them are open."""

import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, Select

from core.jobs import ENDED, OPEN, Job
from core.validation import objection
from storage.database import Database
from storage.tables import jobs

log = logging.getLogger(__name__)

T = TypeVar("T")
Query = Select[*tuple[Any, ...]]

JOB_ROW = "a job"
"""What errors call one."""
# Named one by one: no index finds what is *not* in a state.
IS_OPEN = jobs.c.state.in_([str(state) for state in OPEN])
HAS_ENDED = jobs.c.state.in_([str(state) for state in ENDED])


# Built with the first row: an adapter takes 10 ms, and most starts find none.
@cache
def _job() -> TypeAdapter[Job]:
    return TypeAdapter(Job)


class JobRows:
    """Reads rows of jobs.

    One that cannot be read is passed over, so that a damaged job does not keep all the others
    from going on.

    Args:
        media_dir: where files are; rows name them from there on.

    Attributes:
        aside: the ids of such jobs that were met, and what is wrong with each.
    """

    def __init__(self, database: Database, media_dir: Path | None = None) -> None:
        self._database = database
        self._media_dir = media_dir
        self.aside: dict[str, str] = {}

    def load(self, row: RowMapping) -> Job:
        """The job that a row is; raises ValueError where it is none."""
        return _job().validate_python(dict(row), context=self._media_dir)

    def dump(self, job: Job, without: set[str] | None = None) -> dict[str, object]:
        """The columns of a job, but those."""
        message = job.delivered
        return {
            **_job().dump_python(job, mode="json", exclude=without, context=self._media_dir),
            "delivered_chat": message and message.conversation.chat,
            "delivered_thread": message and message.conversation.thread,
            "delivered_id": message and message.id,
        }

    async def select(self, query: Query) -> list[Job]:
        """The jobs that are found."""
        return await self.read(query, self.load)

    async def read(self, query: Query, load: Callable[[RowMapping], T]) -> list[T]:
        """What each row that is found is; `load` raises ValueError where it is nothing."""

        def read(connection: Connection) -> list[T]:
            try:
                return [load(row) for row in connection.execute(query).mappings()]
            except ValueError:
                return self._read_each(connection, query, load)

        return await self._database.run(JOB_ROW, read)

    def _read_each(
        self, connection: Connection, query: Query, load: Callable[[RowMapping], T]
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
