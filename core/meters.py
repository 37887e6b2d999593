"""What has happened in this process, counted: plain numbers, each of which costs a look-up."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

# Seconds of a stage, in steps that people think in; what takes longer is in the last one.
STEPS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 3600.0)


@dataclass(slots=True)
class Durations:
    """How often something took how long.

    Attributes:
        counts: how many took up to each of `STEPS`, and in the end how many took longer.
        total: of all, in seconds.
    """

    counts: list[int] = field(default_factory=lambda: [0] * (len(STEPS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(STEPS, seconds)] += 1
        self.total += seconds

    @property
    def middle(self) -> float | None:
        """Half of them took no longer than this, one of `STEPS`; None where that is not known."""
        seen = 0
        for step, count in zip(STEPS, self.counts, strict=False):
            seen += count
            if seen * 2 >= sum(self.counts) > 0:
                return step
        return None


@dataclass(slots=True)
class WriteMeter:
    """What was written to the chats of one platform.

    Attributes:
        written: messages by what was done: "post" or "edit".
        refused: how often the platform wanted a pause, by what it refused meanwhile.
        paused: for how many seconds in all.
    """

    written: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    paused: float = 0.0


@dataclass(slots=True)
class Streak:
    """How often in a row a gateway has failed, and how the last time."""

    failures: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Meters:
    """Everything that is counted. Models are named in full ("gateway/name").

    Attributes:
        jobs, answers: those that have ended, by model and outcome.
        faults: attempts that a gateway has failed, by gateway and kind.
        credits: what people were charged, by model.
        stages: how long jobs were in each of their stages, by gateway and stage.
        streaks: by gateway and what it failed: "job" or "answer".
        working: those of them whose last attempt was a success.
    """

    jobs: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    answers: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    faults: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    credits: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    stages: defaultdict[tuple[str, str], Durations] = field(
        default_factory=lambda: defaultdict(Durations)
    )
    writes: defaultdict[str, WriteMeter] = field(default_factory=lambda: defaultdict(WriteMeter))
    streaks: defaultdict[tuple[str, str], Streak] = field(
        default_factory=lambda: defaultdict(Streak)
    )
    working: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def took(self, gateway: str, seconds: Mapping[str, float]) -> None:
        """Count how long the stages of one attempt were."""
        for stage, each in seconds.items():
            self.stages[gateway, stage].add(each)

    def failed(self, gateway: str, work: str, kind: str, *, in_a_row: bool) -> None:
        """Count a failure; whether it says something of the gateway, the caller knows."""
        self.faults[gateway, kind] += 1
        if in_a_row:
            streak = self.streaks[gateway, work]
            streak.failures, streak.kind = streak.failures + 1, kind
            self.working.discard((gateway, work))

    def succeeded(self, gateway: str, work: str) -> None:
        """End a row of failures."""
        self.streaks.pop((gateway, work), None)
        self.working.add((gateway, work))
