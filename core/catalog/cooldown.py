"""Models that are not chosen by themselves for a while: their gateway or an admin wants it so."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """For how long a model is set aside.

    Attributes:
        seconds: from now on.
        by: the admin who wants it; "" where its gateway no longer serves it.
    """

    seconds: float
    by: str = ""


@dataclass(frozen=True, slots=True)
class Cooldown:
    """Remembers until when each model, by its full key, is not chosen by itself.

    Attributes:
        seconds: for how long a model is set aside that its gateway does not serve.
        tell: lets other processes know of one that was set aside just now.
    """

    seconds: float = 3600.0
    tell: Callable[[str], None] | None = None
    _until: dict[str, tuple[float, str]] = field(default_factory=dict[str, tuple[float, str]])
    _untold: set[str] = field(default_factory=set[str])

    def put(self, key: str) -> None:
        """Set a model aside that its gateway does not serve; what lasts longer stays."""
        now = Aside(seconds=self.seconds)
        before = self.get(key)
        if before is None or before.seconds < now.seconds:
            self._set(key, now)
        if self.tell:
            self._untold.add(key)
            self.tell(key)

    def told(self, key: str) -> None:
        """Take note that others know of it: from now on they may take it back."""
        self._untold.discard(key)

    def is_untold(self, key: str) -> bool:
        """Whether others are still to know of it: it counts, and no admin has decided since."""
        return key in self._untold and key in self

    def learn(self, set_aside: Mapping[str, Aside]) -> None:
        """Take over what is set aside, by full keys; besides that only what nobody knows yet."""
        untold = {key: self._until[key] for key in self._untold if key in self._until}
        self._until.clear()
        self._until.update(untold)
        for key, aside in set_aside.items():
            self._set(key, aside)

    def decide(self, key: str, aside: Aside | None) -> None:
        """Set a model aside as an admin wants it, or take it back."""
        self._untold.discard(key)
        if aside:
            self._set(key, aside)
        else:
            self._until.pop(key, None)

    def get(self, key: str) -> Aside | None:
        """For how long it stays set aside; None if it is not."""
        until, by = self._until.get(key, (0.0, ""))
        left = until - time.monotonic()
        return Aside(seconds=left, by=by) if left > 0 else None

    def minutes_left(self, key: str) -> int:
        """How many minutes it stays set aside, rounded up; 0 if it is not."""
        aside = self.get(key)
        return -int(-aside.seconds // 60) if aside else 0

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    def _set(self, key: str, aside: Aside) -> None:
        self._until[key] = time.monotonic() + aside.seconds, aside.by
