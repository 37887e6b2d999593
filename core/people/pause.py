"""A pause that an admin has ordered: nothing new is taken, and what was ordered goes on."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Protocol

from core.errors import UserError
from core.i18n import Locale, translate
from core.people.audit import Act

_MINUTE = 60
_HOUR_MINUTES, _DAY_MINUTES = 60, 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A pause, until somebody ends it or until a time, in seconds since 1970.

    Attributes:
        text: what the admin wants people to know.
    """

    until: float | None = None
    text: str = ""


class PauseStore(Protocol):
    """Where the pause is kept, so that a restart does not end it."""

    async def load(self) -> Pause | None: ...

    async def save(self, pause: Pause | None, act: Act) -> None:
        """Let it count, or none, and write down what the admin has done."""
        ...


@dataclass(slots=True, kw_only=True)
class Pauses:
    """The pause of now, if there is one."""

    store: PauseStore
    now: Callable[[], float] = time.time
    _pause: Pause | None = None

    async def recall(self) -> None:
        """Learn of the pause that an earlier process was in."""
        self._pause = await self.store.load()

    async def set(self, pause: Pause | None, act: Act) -> None:
        """Begin a pause in place of any other, or end it."""
        await self.store.save(pause, act)
        self._pause = pause

    @property
    def current(self) -> Pause | None:
        """The pause, until its time is over."""
        pause = self._pause
        is_over = pause and pause.until is not None and pause.until <= self.now()
        return None if is_over else pause

    def check(self) -> None:
        """Raise UserError where nothing new is taken."""
        if pause := self.current:
            minutes = 0 if pause.until is None else ceil((pause.until - self.now()) / _MINUTE)
            said = f"\n{pause.text}" if pause.text else ""
            raise UserError(
                "bot-paused", left=lambda locale: length_told(locale, minutes), said=said
            )


def length_told(locale: Locale, minutes: int) -> str:
    """How long a pause is, in words (6 days 23 h 5 min); "none" where it has no end."""
    days, rest = divmod(minutes, _DAY_MINUTES)
    hours, left = divmod(rest, _HOUR_MINUTES)
    counts = {"pause-days": days, "pause-hours": hours, "pause-minutes": left}
    parts = [translate(locale, key, count=count) for key, count in counts.items() if count]
    return " ".join(parts) or "none"
