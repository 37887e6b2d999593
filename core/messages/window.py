"""The writes that count against the limit of a chat or a platform. It is told the time."""

import math
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple


class _Begun(NamedTuple):
    weight: int
    at: float


class WriteWindow:
    """A sliding window of writes; all times are in seconds of one clock.

    A write counts from when it was answered: nobody can say when before that it has arrived. Until
    then it counts from when it was begun, or two that wait would both take the last place.

    Args:
        size: how many writes go into it.
        seconds: how long each counts.
        answered: when those of an earlier process were.
    """

    def __init__(self, size: int, seconds: float, answered: Iterable[float] = ()) -> None:
        self._size = size
        self._seconds = seconds
        self._answered = sorted(answered)
        self._begun: dict[int, _Begun] = {}

    def begin(self, number: int, weight: int, now: float) -> None:
        """Let a write count that is about to be made; `number` is its name here."""
        self._begun[number] = _Begun(weight, now)

    def withdraw(self, number: int) -> None:
        """Forget a write that was not made after all."""
        del self._begun[number]

    def answer(self, number: int, now: float) -> None:
        """Let a write count from now on, since the platform has answered it."""
        del self._answered[: len(self._answered) - self._counting(now)]
        self._answered += [now] * self._begun.pop(number).weight

    @property
    def under_way(self) -> int:
        """How many writes were not answered yet."""
        return sum(begun.weight for begun in self._begun.values())

    def answered(self, now: float) -> tuple[float, ...]:
        """When those were answered that still count, oldest first."""
        return tuple(self._answered[len(self._answered) - self._counting(now) :])

    def is_empty(self, now: float) -> bool:
        """Whether no write counts any more, and none is under way."""
        return not self._begun and not self._counting(now)

    def free_at(self, weight: int, kept: int, now: float) -> float:
        """When there is room beside `kept` writes, as far as is known; `now` where there is.

        Infinity where that is not a matter of time.
        """
        begun = [
            each.at
            for each in self._begun.values()
            for _ in range(each.weight)
            if each.at + self._seconds > now
        ]
        counting = self._counting(now)
        over = counting + len(begun) + weight + kept - self._size
        if over <= 0:
            return now
        if over > counting + len(begun):
            return math.inf
        # When so many of the oldest have left the window, there is room.
        first = len(self._answered) - counting
        return sorted((*self._answered[first:], *begun))[over - 1] + self._seconds

    def _counting(self, now: float) -> int:
        """How many of those that were answered still count."""
        return len(self._answered) - bisect_right(self._answered, now - self._seconds)
