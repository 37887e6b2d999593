"""Whether one more job is taken: is there room, may they, and may that be said?"""

import logging
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from core.dispatcher import Dispatcher, Line
from core.errors import UserError
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

    def __init__(self, services: Services, dispatcher: Dispatcher, limits: WaitingLimits) -> None:
        self._services = services
        self._dispatcher = dispatcher
        self._limits = limits
        self._entering: Counter[Party] = Counter()

    @asynccontextmanager
    async def one_more(self, user: User, *words: str) -> AsyncGenerator[None]:
        """Take a job of somebody's, or what is paid like one; a job waits when this has ended.

        Raises:
            UserError: an admin has ordered a pause, the disk is nearly full, too many jobs wait
                already, or the operator does not allow its words.
        """
        self.check_open()
        # Those that are on their way to the line count, or ten at once would all see it empty.
        ahead = Line(theirs=self._entering[user.party], in_all=self._entering.total())
        self._entering[user.party] += 1
        try:
            await self._check_line(user, ahead)
            await self._services.words.check(*words)
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

    async def _check_line(self, user: User, ahead: Line) -> None:
        limits, line = self._limits, await self._dispatcher.line(user)
        theirs = line.theirs + ahead.theirs
        # An admin is not kept from trying things out, but the line is the same for all.
        if theirs >= limits.per_user and not self._services.access.is_admin(user):
            raise UserError("too-many-waiting", count=theirs)
        waiting = line.in_all + ahead.in_all
        if waiting >= limits.in_all:
            log.warning("nothing new is ordered: %d jobs wait", waiting)
            raise UserError("line-full", count=waiting)
