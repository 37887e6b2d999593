"""Whether one more job is taken: is there room, may they, and may that be said?"""

import logging
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from core.engine.scheduler import Scheduler
from core.errors import UserError
from core.media import MediaRequest
from core.platform import Party, User
from core.services import Services

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLimits:
    """How many jobs may wait for their turn: of one person, and of all."""

    per_user: int = 10
    in_all: int = 1000


class Admission:
    """Refuses what would only wait for long, before anything of it is stored."""

    def __init__(self, services: Services, scheduler: Scheduler, limits: WaitingLimits) -> None:
        self._services = services
        self._scheduler = scheduler
        self._limits = limits
        self._entering: Counter[Party] = Counter()

    @asynccontextmanager
    async def one_more(self, user: User, request: MediaRequest) -> AsyncGenerator[None]:
        """Take a job of somebody's; it waits when this has ended.

        Raises:
            UserError: an admin has ordered a pause, the disk is nearly full, too many jobs wait
                already, or the operator does not allow its words.
        """
        self.check_open()
        self._check_line(user)
        # Those that are on their way to the line count, or ten at once would all see it empty.
        self._entering[user.party] += 1
        try:
            await self._services.words.check(request.prompt)
            yield
        finally:
            self._entering[user.party] -= 1
            self._entering += Counter()  # without those that are zero

    def check_open(self) -> None:
        """Raise UserError where nothing new is taken, or what is made could not be kept."""
        self._services.pauses.check()
        if objection := self._services.room.objection():
            log.warning("nothing new is ordered: %s", objection)
            raise UserError("disk-nearly-full")

    def _check_line(self, user: User) -> None:
        limits, entering = self._limits, self._entering
        theirs = self._scheduler.waiting_of(user) + entering[user.party]
        # An admin is not kept from trying things out, but the line is the same for all.
        if theirs >= limits.per_user and not self._services.access.is_admin(user):
            raise UserError("too-many-waiting", count=theirs)
        waiting = self._scheduler.waiting + entering.total()
        if waiting >= limits.in_all:
            log.warning("nothing new is ordered: %d jobs wait", waiting)
            raise UserError("line-full", count=waiting)
