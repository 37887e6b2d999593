"""What several processes write to one chat, as a row has it, and who of them may write now."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from core.messages.share import Refusal, WriteWish
from core.messages.written import Lane

# How soon to ask again where that is not a matter of time.
_LOOK_SECONDS = 0.5
# Whoever does not ask again when it could has died, or wants it no more.
_LATE_SECONDS = 5.0


class _Write(NamedTuple):
    """Until when it counts; a name is that of one which was not answered yet."""

    until: float
    weight: int
    name: str


class _Waiting(NamedTuple):
    """Who waits: since when, and when it may hope for room."""

    rank: int
    since: float
    name: str
    weight: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Writes of all processes, in seconds of one clock, which is the database's.

    Attributes:
        size: how many go into it.
        seconds: how long each counts from when it was answered.
    """

    size: int
    seconds: float
    writes: tuple[_Write, ...] = ()
    waiting: tuple[_Waiting, ...] = ()
    pauses: tuple[tuple[Lane, float], ...] = ()

    def at(self, now: float) -> Self:
        """Without what is over."""
        return replace(
            self,
            writes=tuple(each for each in self.writes if each.until > now),
            waiting=tuple(each for each in self.waiting if each.at + _LATE_SECONDS > now),
            pauses=tuple(each for each in self.pauses if each[1] > now),
        )

    def asked(self, name: str, wish: WriteWish, now: float) -> tuple[Self, Refusal | None]:
        """Give leave, or note who waits. A window from `at`."""
        if (until := dict(self.pauses).get(wish.lane, now)) > now:
            # Its turn comes after the pause; the other lane goes by.
            return self._without(name), Refusal(seconds=until - now, is_pause=True)
        before = next((each for each in self.waiting if each.name == name), None)
        since = before.since if before else now
        ahead = [each for each in self.waiting if each[:3] < (wish.rank, since, name)]
        free_at = self._free_at(wish, ahead, now)
        if free_at <= now:
            # A write that nobody hears of again may have arrived at any time.
            write = _Write(now + 2 * self.seconds, wish.weight, name)
            return replace(self._without(name), writes=(*self.writes, write)), None
        mark = _Waiting(wish.rank, since, name, wish.weight, free_at)
        waiting = tuple(sorted((*self._without(name).waiting, mark)))
        return replace(self, waiting=waiting), Refusal(seconds=free_at - now)

    def left(self, name: str, weight: int, now: float, *, written: bool) -> Self:
        """Let it count from now on, or not at all."""
        others = self._without(name)
        rest = tuple(each for each in self.writes if each.name != name)
        answered = (_Write(now + self.seconds, weight, ""),) if written else ()
        return replace(others, writes=(*rest, *answered))

    def paused(self, lane: Lane, until: float) -> Self:
        """Let nobody write so until then; no shorter pause ends it before."""
        pauses = dict(self.pauses)
        pauses[lane] = max(pauses.get(lane, 0.0), until)
        return replace(self, pauses=tuple(pauses.items()))

    def _without(self, name: str) -> Self:
        return replace(self, waiting=tuple(w for w in self.waiting if w.name != name))

    def _free_at(self, wish: WriteWish, ahead: list[_Waiting], now: float) -> float:
        """When there is room for it, as far as is known."""
        sooner = [each for each in ahead if each.rank < wish.rank]
        if sooner:
            # Nothing goes before what ranks higher, not even where there is room for both.
            return max(now, *(each.at for each in sooner)) + _LOOK_SECONDS
        counting = sum(each.weight for each in self.writes)
        over = counting + wish.weight + wish.kept - self.size
        over += sum(each.weight for each in ahead)
        if over <= 0:
            return now
        for each in sorted(self.writes):
            over -= each.weight
            if over <= 0:
                # What is not answered yet counts for longer, or for less long.
                soon = min(each.until, now + _LOOK_SECONDS)
                return soon if any(write.name for write in self.writes) else each.until
        return now + _LOOK_SECONDS

    def row(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "writes": [list(each) for each in self.writes],
            "waiting": [list(each) for each in self.waiting],
            "pauses": dict(self.pauses),
        }

    @classmethod
    def of(cls, row: Any, size: int, seconds: float) -> Self:
        """From what is stored."""
        return cls(
            size=size,
            seconds=seconds,
            writes=tuple(_Write(*each) for each in row.writes),
            waiting=tuple(_Waiting(*each) for each in row.waiting),
            pauses=tuple(row.pauses.items()),
        )
