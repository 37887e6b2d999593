"""Lets jobs in, over all processes: those that have room, and those that lost their process."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, and_, null, select, text

from core.dispatcher import QueueLimits, Room, Rooms, places, rooms_of
from core.jobs import JobState
from core.platform import User
from storage.fleet.members import Membership
from storage.fleet.queue import defer, in_queue
from storage.job_rows import HAS_ENDED, IS_OPEN
from storage.tables import jobs

# One process at a time counts who has room.
_LOCK = text("SELECT pg_advisory_xact_lock(7366230002)")
_TOLD_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What was found at the door.

    Attributes:
        places: of those that wait, from 1.
        free: the others that have not ended, and that no process has yet, with their platforms.
        rests: those that nobody has, of those that this process cannot go on with.
        open: all that have not ended.
    """

    places: dict[str, int] = field(default_factory=dict[str, int])
    free: dict[str, str] = field(default_factory=dict[str, str])
    rests: Collection[str] = ()
    open: Collection[str] = ()


def let_in(
    connection: Connection,
    limits: QueueLimits,
    member: Membership,
    *,
    lacking: Collection[str] = (),
) -> Door:
    """Wake a process for each job that may run, or whose end is to be told, and that nobody has.

    Args:
        connection: within a transaction, which it keeps others out of the door.
        limits: how many may run at once, in all processes together.
        member: who looks.
        lacking: jobs that the process of whoever looks cannot go on with: they have no room
            here, and are let in by who can.
    """
    connection.execute(_LOCK)
    queued = in_queue(connection)
    used = Counter[Room]()
    begun: list[tuple[str, str]] = []
    waiting: list[tuple[str, str, Rooms]] = []
    free: dict[str, str] = {}
    rows = connection.execute(_line(member)).all()
    rests = {row.id for row in rows if row.is_free and row.id in lacking}
    # What somebody else has let in has its room, also where nobody here could do it.
    for row in (each for each in rows if each.id in queued or each.id not in rests):
        rooms = rooms_of(row.model, User(platform=row.platform, id=row.user_id))
        is_looked_at = row.id in queued
        if row.is_free:
            free[row.id] = row.platform
        if row.is_unshown:
            # It is shown by whoever has it, and has no room meanwhile; then it waits for its turn.
            if row.is_free and not is_looked_at:
                begun.append((row.id, row.platform))
        elif is_looked_at or not row.is_free:
            used.update(rooms)
        elif row.state != JobState.WAITING:
            # Its process is gone, and it has the room that it had.
            used.update(rooms)
            begun.append((row.id, row.platform))
        else:
            waiting.append((row.id, row.platform, rooms))
    left: list[tuple[str, Rooms]] = []
    for job_id, platform, rooms in waiting:
        if any(limits.is_full(room, used) for room in rooms):
            left.append((job_id, rooms))
        else:
            used.update(rooms)
            begun.append((job_id, platform))
    ended = connection.execute(_untold(member)).all()
    rests |= {row.id for row in ended if row.id in lacking}
    untold = [(row.id, row.platform) for row in ended if row.id not in {*queued, *rests}]
    defer(connection, [*begun, *untold])
    return Door(
        places=places(left),
        free=free,
        rests=rests,
        open={row.id for row in rows},
    )


def _line(member: Membership) -> Select[*tuple[Any, ...]]:
    """All that have not ended, those that came first at the top."""
    waits = jobs.c.state == str(JobState.WAITING)
    return (
        select(
            *(jobs.c.id, jobs.c.platform, jobs.c.user_id, jobs.c.model, jobs.c.state),
            member.is_free(jobs.c.holder).label("is_free"),
            and_(waits, jobs.c.status.is_(null())).label("is_unshown"),
        )
        .where(IS_OPEN)
        .order_by(jobs.c.created_at)
    )


def _untold(member: Membership) -> Select[*tuple[Any, ...]]:
    """Those that have ended, and of which nobody tells that."""
    return (
        select(jobs.c.id, jobs.c.platform)
        .where(HAS_ENDED, jobs.c.told.is_(False), member.is_free(jobs.c.holder))
        .limit(_TOLD_AT_ONCE)
    )


def count_line(connection: Connection, user: User) -> tuple[int, int]:
    """How many jobs wait: of that person, and of all."""
    waits = jobs.c.state == str(JobState.WAITING)
    theirs = and_(waits, jobs.c.platform == user.platform, jobs.c.user_id == user.id)
    count = select(text("count(*)")).select_from(jobs)
    return connection.scalar(count.where(theirs)) or 0, connection.scalar(count.where(waits)) or 0
