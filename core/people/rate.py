"""How often one person may order or ask something."""

import time
from collections import deque
from collections.abc import Callable
from math import ceil

from core.errors import UserError
from core.platform import Party

_SECONDS = 60.0
# Who has not been seen for a minute is forgotten, from time to time.
_REMEMBERED = 1000


class OrderRate:
    """A sliding minute for each person.

    Args:
        per_minute: how many orders; 0 for as many as one likes.
        now: a clock that never goes back, in seconds.
    """

    def __init__(self, per_minute: int = 0, now: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._now = now
        self._ordered: dict[Party, deque[float]] = {}

    @property
    def remembered(self) -> int:
        """How many people are counted at the moment."""
        return len(self._ordered)

    def take(self, person: Party) -> None:
        """Count an order.

        Raises:
            UserError: it is one too many, and was not counted.
        """
        if not self._per_minute:
            return
        now = self._now()
        times = self._ordered.setdefault(person, deque())
        while times and times[0] <= now - _SECONDS:
            times.popleft()
        if len(times) >= self._per_minute:
            wait = max(ceil(times[0] + _SECONDS - now), 1)
            raise UserError("orders-too-fast", count=self._per_minute, wait=wait)
        times.append(now)
        if len(self._ordered) > _REMEMBERED:
            self._forget(now)

    def _forget(self, now: float) -> None:
        recent = {who: at for who, at in self._ordered.items() if at[-1] > now - _SECONDS}
        self._ordered = recent
