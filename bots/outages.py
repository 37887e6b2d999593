"""Which chat platforms cannot be used for now, and since when."""

import time
from collections.abc import Callable, Iterable, Mapping


class Outages:
    """Platforms say themselves whether they work; one that has said nothing yet does not.

    Args:
        platforms: those that are to be served.
        clock: gives seconds.
    """

    def __init__(
        self, platforms: Iterable[str] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.platforms = tuple(platforms)
        self._clock = clock
        self._since = dict.fromkeys(self.platforms, clock())

    def works(self, platform: str) -> None:
        """Take note that it can be used."""
        self._since.pop(platform, None)

    def fails(self, platform: str) -> None:
        """Take note that it cannot."""
        self._since.setdefault(platform, self._clock())

    @property
    def down(self) -> Mapping[str, float]:
        """Those that cannot be used, and for how many seconds already."""
        now = self._clock()
        return {name: now - since for name, since in self._since.items()}
