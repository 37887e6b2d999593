"""Models that a gateway no longer serves: set aside for a while, as long as this process lives."""

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cooldown:
    """Remembers until when each model, by its full key, is not chosen by itself.

    Attributes:
        seconds: how long.
    """

    seconds: float = 3600.0
    _until: dict[str, float] = field(default_factory=dict[str, float])

    def put(self, key: str) -> None:
        self._until[key] = time.monotonic() + self.seconds

    def minutes_left(self, key: str) -> int:
        """How many minutes it stays set aside, rounded up; 0 if it is not."""
        left = self._until.get(key, 0.0) - time.monotonic()
        return max(-int(-left // 60), 0)

    def __contains__(self, key: str) -> bool:
        return self.minutes_left(key) > 0
