"""What gateways list for our keys. That a model is listed does not prove that it can be had."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.catalog.served import Served


@dataclass(frozen=True, slots=True)
class Listed:
    """Remembers the lists as long as this process lives.

    Attributes:
        seconds: how long one counts as fresh.
    """

    seconds: float = 3600.0
    _names: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    _until: dict[str, float] = field(default_factory=dict[str, float])

    def put(self, gateway: str, names: Iterable[str]) -> None:
        """Keep a gateway's list; none at all says nothing."""
        self._names[gateway] = frozenset(names)
        self._until[gateway] = time.monotonic() + self.seconds

    def is_fresh(self, gateway: str) -> bool:
        return time.monotonic() < self._until.get(gateway, 0.0)

    def lacks(self, model: Served) -> bool:
        """Whether its gateway lists models, and this one under none of its names."""
        names = self._names.get(model.gateway, frozenset())
        return bool(names) and names.isdisjoint(model.wire_names)
