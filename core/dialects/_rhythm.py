"""When a task is looked at next: seldom while it has long to go, each second when it may be done.

Knows no clock and waits for nothing. Source: docs/gateways.md, "How long it takes".
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.dialects.endpoint import Pace

# Two forecasts that differ by more do not speak of the same end.
_AGREEMENT = 1.5
# Nobody knows the end: looking at each third of what has passed, nobody waits a third longer.
_BLIND_SHARE = 1 / 3
# The last looks of a window are spread over it: a wrong forecast must not end in a long silence.
_RESERVE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """How many seconds a task takes in all; `is_sure` when that is more than a guess."""

    seconds: float
    is_sure: bool


def forecast(learned: float | None, guess: float, told: tuple[float, ...]) -> Forecast:
    """Choose whom to believe.

    Args:
        learned: what such tasks have taken; None before there were some.
        guess: what the catalog says.
        told: what the gateway's percentages came to, each when it was new. They often stand still
            or jump, so history outvotes them; without any they have to bear each other out.
    """
    witnesses = [guess, *told[-2:-1]] if learned is None else [learned]
    if told and any(_agree(told[-1], witness) for witness in witnesses):
        return Forecast(seconds=told[-1], is_sure=True)
    return Forecast(seconds=guess if learned is None else learned, is_sure=learned is not None)


def _agree(one: float, other: float) -> bool:
    return max(one, other) <= _AGREEMENT * min(one, other)


def wait(elapsed: float, expected: Forecast, pace: Pace) -> float:
    """Half of what is left, or of what it is late by already."""
    seconds = abs(expected.seconds - elapsed) / 2
    if not expected.is_sure:
        seconds = min(seconds, elapsed * _BLIND_SHARE)
    return max(pace.least, min(seconds, pace.longest))


def held(now: float, looks: Sequence[float], pace: Pace) -> float:
    """How long no look may be taken, whatever calls, so that no window has too many."""
    recent = [at for at in looks if at > now - pace.window]
    left = pace.looks - len(recent)
    return (recent[0] + pace.window - now) / max(left, 1) if left <= _RESERVE else 0.0


@dataclass(slots=True, kw_only=True)
class Rhythm:
    """The looks at one task. Every `now` is in seconds since it was ordered.

    Attributes:
        learned, guess: see `forecast`.
    """

    pace: Pace
    learned: float | None
    guess: float
    _looks: deque[float] = field(init=False)
    _told: tuple[float, ...] = field(default=(), init=False)
    _fraction: float = field(default=0.0, init=False)
    _errors: int = field(default=0, init=False)
    _refusals: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._looks = deque(maxlen=self.pace.looks)

    def held(self, now: float) -> float:
        """How long to wait even when the gateway calls."""
        return held(now, self._looks, self.pace)

    def pause(self, now: float) -> float:
        """How long to wait when it does not."""
        if not self._looks and now > self.pace.least:
            return self.pace.least  # taken up again: it may have ended long ago
        seconds = wait(now, forecast(self.learned, self.guess, self._told), self.pace)
        backed_off = self.pace.least * 2 ** min(max(self._errors, self._refusals), 10)
        return max(seconds, min(backed_off, self.pace.longest))

    def saw(self, now: float, fraction: float | None) -> None:
        """Note a look, and what the gateway said."""
        self._looks.append(now)
        self._errors = 0
        # One that stands still says nothing new: the end that it named comes nearer, and passes.
        if fraction and fraction != self._fraction:
            self._fraction = fraction
            self._told = (*self._told[-1:], now / fraction)

    def failed(self, now: float, *, is_refusal: bool) -> None:
        """Note a look without an answer; `is_refusal` when the gateway was asked too often."""
        self._looks.append(now)
        self._errors += 1
        self._refusals += is_refusal  # stays: asked as often as before, it would refuse again
