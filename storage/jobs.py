"""The job store on SQL."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache, partial
from pathlib import Path

from pydantic import TypeAdapter
from sqlalchemy import (
    Connection,
    Executable,
    Update,
    bindparam,
    case,
    insert,
    or_,
    select,
    update,
)

from core.events import Event, TakenError
from core.jobs import ENDED, Expense, Job, JobState, LostRunError, Outcomes
from core.media import MediaRequest
from core.people.audit import Act
from core.people.credits import Spender
from core.people.currency import thousandths
from core.platform import ConversationRef, Party, User
from storage.audit import write_within
from storage.database import Database
from storage.events import take_within
from storage.holders import Holder
from storage.job_rows import HAS_ENDED, IS_OPEN, JOB_ROW, JobRows
from storage.ledger import CreditLedger
from storage.outcomes import expenses_within, medians_within, outcomes_within
from storage.sums import count_ended, count_reopened, part_of
from storage.tables import jobs

_ENDED = [str(state) for state in ENDED]
# A job that is retried goes where it is asked for then.
_PLACE = {"conversation", "command"}
# What is decided when a job is made is never written again; but a draft may be reworded.
_FIXED = {*_PLACE, "id", "run", "user", "request", "created_at", "locale"}

# Made once: SQLAlchemy takes longer to make a statement than SQLite to execute it.
_ADD = insert(jobs)
_IS = jobs.c.id == bindparam("job")
_RUN = (_IS, jobs.c.run == bindparam("token"))
_SAVE = update(jobs).where(*_RUN, jobs.c.state.not_in(_ENDED))
_MARK_TOLD = update(jobs).where(*_RUN).values(told=True, holder=None)
_REOPEN = update(jobs).where(*_RUN, HAS_ENDED).values(run=jobs.c.run + 1).returning(jobs)
# Held until it is written, so that it is still what it was.
_REOPENED = select(jobs).where(*_RUN, HAS_ENDED).with_for_update()
_GET = select(jobs).where(_IS)
_UNFINISHED = select(jobs).where(IS_OPEN).order_by(jobs.c.created_at)
_UNTOLD = select(jobs).where(HAS_ENDED, jobs.c.told.is_(False))
_TOOK = (
    select(jobs.c.request, jobs.c.ended_at - jobs.c.started_at)
    # A clock that was set back in between tells nothing.
    .where(jobs.c.state == str(JobState.DONE), jobs.c.ended_at > jobs.c.started_at)
    .order_by(jobs.c.ended_at.desc())
)


# Built when they are needed first, as in `storage.job_rows`.
@cache
def _duration() -> TypeAdapter[tuple[MediaRequest, float]]:
    return TypeAdapter(tuple[MediaRequest, float])


class SqlJobStore:
    """See `core.jobs.JobStore` for the contract.

    Where others work on the same database, a job has a holder: whoever shows, runs or tells it. It
    is given back when it waits for its turn, and when its end is told.

    Args:
        holder: this process, where others may take jobs, too, so that nobody can be certain; None
            where it is alone.
        media_dir: where files are; rows name them from there on.

    Attributes:
        rows: jobs out of their rows and into them.
    """

    def __init__(
        self,
        database: Database,
        ledger: CreditLedger | None = None,
        *,
        holder: Holder | None = None,
        media_dir: Path | None = None,
    ) -> None:
        self._database = database
        self._holder = holder
        self._part = part_of(holder)
        self._ledger = ledger or CreditLedger()
        self.rows = JobRows(database, media_dir)
        # The tokens that were handed out last. While one is being taken there stands no number.
        self._tokens: dict[str, object] = {}

    async def add(self, job: Job, event: Event | None = None) -> None:
        owner = {"platform": job.user.platform, "user_id": job.user.id}
        row = {**self.rows.dump(job), **owner, **(self._ours if job.is_open else {})}

        def add(connection: Connection) -> None:
            connection.execute(_ADD, row)
            _take_event(connection, event)
            if job.state is not JobState.DRAFT:
                self._reserve(connection, job)
            if job.is_ended:
                count_ended(connection, job, self._part)

        await self._database.run(JOB_ROW, add)

    async def order(self, job: Job, event: Event | None = None) -> None:
        def order(connection: Connection) -> None:
            _save(connection, job, values)
            _take_event(connection, event)
            self._reserve(connection, job)

        values = {**self.rows.dump(job, _FIXED), **self._ours}
        await self._database.run(JOB_ROW, order)

    async def get(self, job_id: str) -> Job | None:
        def read(connection: Connection) -> Job | None:
            row = connection.execute(_GET, {"job": job_id}).mappings().first()
            return self.rows.load(row) if row else None

        return await self._database.run(f"job {job_id}", read)

    async def claim(
        self, job_id: str, *, unless: JobState | None = None, only: JobState | None = None
    ) -> Job | None:
        refused = [*_ENDED, str(unless)] if unless else _ENDED
        wanted = [jobs.c.state == str(only)] if only else [jobs.c.state.not_in(refused)]
        taken = update(jobs).where(_IS, *wanted).values(run=jobs.c.run + 1)
        return await self._take(taken.returning(jobs), {"job": job_id})

    async def take_on(self, job_id: str) -> Job | None:
        is_ours = [jobs.c.holder == self._holder.name] if self._holder else []
        taken = update(jobs).where(_IS, jobs.c.state.not_in(_ENDED), *is_ours)
        taken = taken.values(run=jobs.c.run + 1).returning(jobs)
        return await self._take(taken, {"job": job_id})

    def holds(self, job: Job) -> bool:
        return self._holder is None and self._tokens.get(job.id) == job.run

    async def save(self, job: Job, act: Act | None = None) -> None:
        if job.is_ended:
            self._tokens.pop(job.id, None)
        values, statement = self.rows.dump(job, _FIXED), self._saved(job)

        def save(connection: Connection) -> None:
            _save(connection, job, values, statement)
            if job.is_ended:
                self._ledger.settle(connection, job.id, thousandths(job.credits))
                count_ended(connection, job, self._part)
            if act:
                write_within(connection, act)

        await self._database.run(JOB_ROW, save)

    async def reword(self, job: Job) -> None:
        dumped = self.rows.dump(job)
        values = {"request": dumped["request"], "credits": job.credits}
        await self._database.run(JOB_ROW, lambda c: _save(c, job, values))

    async def save_fraction(self, job: Job, fraction: float | None) -> None:
        await self._database.run(JOB_ROW, lambda c: _save(c, job, {"fraction": fraction}))

    async def mark_told(self, job: Job) -> None:
        await self._database.run(JOB_ROW, lambda c: c.execute(_MARK_TOLD, _key(job)))

    async def reopen(
        self, job: Job, event: Event | None = None, act: Act | None = None
    ) -> Job | None:
        def before(connection: Connection) -> None:
            row = connection.execute(_REOPENED, _key(job)).mappings().first()
            if row:
                count_reopened(connection, self.rows.load(row), self._part)

        def also(connection: Connection, taken: Job) -> None:
            _take_event(connection, event)
            self._reserve(connection, taken)
            if act:
                write_within(connection, act)

        values = {**self.rows.dump(job, _FIXED - _PLACE), **self._ours}
        return await self._take(_REOPEN, {**_key(job), **values}, before, also)

    async def unfinished(self) -> Sequence[Job]:
        return await self.rows.select(_UNFINISHED)

    async def elsewhere(self, *, limit: int) -> Sequence[tuple[Job, str]]:
        if self._holder is None:
            return ()
        is_others = or_(jobs.c.holder.is_(None), jobs.c.holder != self._holder.name)
        return await self.rows.read(
            _UNFINISHED.where(is_others).limit(limit),
            lambda row: (self.rows.load(row), row["holder"] or ""),
        )

    async def untold(self) -> Sequence[Job]:
        return await self.rows.select(_UNTOLD)

    async def rename(self, old: Party, new: Party) -> None:
        for job in await self.unfinished():
            if job.conversation.party == old:
                place = asdict(replace(job.conversation, chat=new.id))
                moved = update(jobs).where(jobs.c.id == job.id).values(conversation=place)
                await self._database.run(JOB_ROW, partial(_execute, moved))

    async def of_user(self, user: User, *, limit: int) -> Sequence[Job]:
        query = (
            select(jobs)
            .where(jobs.c.platform == user.platform, jobs.c.user_id == user.id)
            .order_by(jobs.c.created_at.desc())
            .limit(limit)
        )
        return await self.rows.select(query)

    async def posted_as(self, place: ConversationRef, *ids: str) -> Job | None:
        query = select(jobs).where(
            jobs.c.platform == place.platform,
            jobs.c.delivered_chat == place.chat,
            jobs.c.delivered_thread == place.thread,
            jobs.c.delivered_id.in_(ids),
        )
        found = {job.delivered.id: job for job in await self.rows.select(query) if job.delivered}
        return next((found[id_] for id_ in ids if id_ in found), None)

    async def spent(self, since: float) -> Sequence[Expense]:
        return await self._database.run(JOB_ROW, lambda c: expenses_within(c, since))

    async def outcomes(self, since: float) -> Sequence[Outcomes]:
        return await self._database.run(JOB_ROW, lambda c: outcomes_within(c, since))

    async def medians(self, models: Collection[str]) -> Mapping[str, float]:
        return await self._database.run(JOB_ROW, lambda c: medians_within(c, models))

    async def durations(self, model: str, *, limit: int) -> Sequence[tuple[MediaRequest, float]]:
        query = _TOOK.where(jobs.c.model == model).limit(limit)
        return await self.rows.read(
            query, lambda row: _duration().validate_python(tuple(row.values()))
        )

    @property
    def _ours(self) -> Mapping[str, object]:
        """What a row says that this process has."""
        return {"holder": self._holder.name} if self._holder else {}

    def _saved(self, job: Job) -> Update:
        if self._holder is None or not job.is_ended:
            return _SAVE
        if job.told:
            return _SAVE.values(holder=None)
        # Whoever ends what nobody has is the one to tell it.
        is_free = self._holder.is_free(jobs.c.holder)
        return _SAVE.values(holder=case((is_free, self._holder.name), else_=jobs.c.holder))

    def _reserve(self, connection: Connection, job: Job) -> None:
        spender = Spender(user=job.user.party, chat=job.conversation.party)
        amount = thousandths(job.credits)
        self._ledger.reserve(connection, job.id, spender, amount, job.model)

    async def _take(
        self,
        statement: Executable,
        parameters: Mapping[str, object],
        before: Callable[[Connection], None] | None = None,
        also: Callable[[Connection, Job], None] | None = None,
    ) -> Job | None:
        job_id = str(parameters["job"])
        # From before it is taken until we know by whom: an older run has to ask the row itself,
        # and so it has if nobody waits for the answer.
        taking = self._tokens[job_id] = object()

        def take(connection: Connection) -> Job | None:
            if before:
                before(connection)
            row = connection.execute(statement, parameters).mappings().first()
            # Within the transaction: a row that cannot be read is not taken.
            taken = self.rows.load(row) if row else None
            if taken and also:
                also(connection, taken)
            return taken

        job = await self._database.run(JOB_ROW, take)
        if self._tokens.get(job_id) is taking:
            del self._tokens[job_id]
            if job:
                self._tokens[job_id] = job.run
        return job


def _execute(statement: Executable, connection: Connection) -> None:
    connection.execute(statement)


def _save(
    connection: Connection, job: Job, values: Mapping[str, object], statement: Update = _SAVE
) -> None:
    if not connection.execute(statement, {**_key(job), **values}).rowcount:
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
