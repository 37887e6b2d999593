"""Looks after the bot: what its admins should know they are told, each thing once."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from socket import gethostname

from bots.admins import Admins
from bots.outages import Outages
from core.errands import Errands
from core.errors import StorageError
from core.services import Services

_LOOK_SECONDS = 15.0
# A gateway that fails so often in a row does not fail by accident.
_FAILURES = 5
_OUTAGE_SECONDS = 300.0
# At a start no platform is connected yet: what there is to tell waits so long for its readers.
_START_SECONDS = 300.0
# A disk at its limit has room and none in turns.
_AGAIN_SECONDS = 3600.0


class Watch:
    """Compares what is with what was told.

    Args:
        clock: gives seconds.
    """

    def __init__(
        self,
        services: Services,
        outages: Outages,
        admins: Admins,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._services = services
        self._outages = outages
        self._admins = admins
        self._clock = clock
        self._began = clock()
        # Each machine has one of its own, whatever processes it has.
        self._disk = f"the disk of {gethostname()}"
        self._failing = set[tuple[str, str]]()
        # What has worked at the last look. What was told of it before is over, whoever told it.
        self._working = frozenset[tuple[str, str]]()
        self._up = frozenset[str]()
        self._short_of_room_at: float | None = None
        # Since when those are down that this was said of.
        self._away: dict[str, float] = {}

    @asynccontextmanager
    async def kept(self) -> AsyncGenerator[None]:
        """Look from time to time while the block runs."""
        errands = Errands()
        errands.start(self._look_often())
        try:
            yield
        finally:
            await errands.close()

    async def _look_often(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    def look(self) -> None:
        """Tell what is new, as soon as there is somebody to tell."""
        if self._admins.are_away and self._clock() < self._began + _START_SECONDS:
            return
        self._look_at_gateways()
        self._look_at_disk()
        self._look_at_platforms()

    def _look_at_gateways(self) -> None:
        streaks = self._services.meters.streaks
        for gateway, work in streaks.keys() - self._failing:
            streak = streaks[gateway, work]
            if streak.failures >= _FAILURES:
                self._failing.add((gateway, work))
                self._admins.tell(
                    "gateway-fails",
                    news=_failure(gateway, work),
                    gateway=gateway,
                    count=streak.failures,
                    kind=streak.kind,
                )
        self._failing &= streaks.keys()
        working = frozenset(self._services.meters.working)
        for gateway, work in working - self._working:
            self._admins.forget(_failure(gateway, work))
        self._working = working

    def _look_at_disk(self) -> None:
        now, room = self._clock(), self._services.room
        why = ""
        try:
            is_full = bool(room.objection())
        except StorageError as error:
            is_full, why = True, str(error)
        told_at = self._short_of_room_at
        if is_full and told_at is None:
            self._short_of_room_at = now
            if why:
                self._admins.tell("storage-gone", news=self._disk, why=why)
            else:
                self._tell_disk(round(room.least_bytes / 1e6))
        elif not is_full and told_at is not None and now >= told_at + _AGAIN_SECONDS:
            self._short_of_room_at = None
            self._admins.forget(self._disk)

    def _tell_disk(self, megabytes: int) -> None:
        if self._services.calls.are_heard:
            self._admins.tell(
                "disk-fills-there", news=self._disk, megabytes=megabytes, machine=gethostname()
            )
        else:
            self._admins.tell("disk-fills", megabytes=megabytes)

    def _look_at_platforms(self) -> None:
        now, down = self._clock(), self._outages.down
        for platform, seconds in down.items():
            if seconds >= _OUTAGE_SECONDS and platform not in self._away:
                self._away[platform] = now - seconds
                # Those who are there only learn of it when it is back.
                self._admins.tell(
                    "platform-away",
                    without=down,
                    news=_absence(platform),
                    platform=platform.title(),
                    minutes=round(seconds / 60),
                )
        up = frozenset({*self._outages.platforms, *self._away} - down.keys())
        for platform in up - self._up:
            self._tell_return(platform, now)
        self._up = up

    def _tell_return(self, platform: str, now: float) -> None:
        over, name = _absence(platform), platform.title()
        if (since := self._away.pop(platform, None)) is None:
            # Perhaps an earlier process has told it, or one that has ended since.
            self._admins.tell("platform-reached", over=over, platform=name)
        else:
            minutes = round((now - since) / 60)
            self._admins.tell("platform-back", over=over, platform=name, minutes=minutes)


def _failure(gateway: str, work: str) -> str:
    return f"{gateway} fails at each {work}"


def _absence(platform: str) -> str:
    return f"{platform} is away"
