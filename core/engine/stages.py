"""How long a job has been in each of its stages, as far as this process has seen."""

import time
from collections.abc import Callable, Mapping

from core.jobs import OPEN, JobState


class Stages:
    """Counts the seconds of one attempt. Fetching a result belongs to its delivery."""

    def __init__(self, state: JobState, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._state, self._since = state, clock()
        self._spent: dict[JobState, float] = {}

    def enter(self, state: JobState) -> None:
        """Take note that the job is in this state now."""
        now = self._clock()
        self._spent[self._state] = self._spent.get(self._state, 0.0) + now - self._since
        self._state, self._since = state, now

    def seconds(self) -> Mapping[str, float]:
        """What was spent in each stage that the job has been in, up to now."""
        self.enter(self._state)
        return {str(stage): self._spent[stage] for stage in OPEN if stage in self._spent}
