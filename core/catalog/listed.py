"""What gateways list for our keys. That a model is listed does not prove that it can be had."""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.catalog.served import Served, Sort

Lists = Mapping[Sort, frozenset[str]]
"""The names on the wire that a gateway lists, by sort of model."""


def compare(models: Iterable[Served], lists: Lists) -> Mapping[str, bool]:
    """Whether each of a gateway's models is listed, under any of its names; by its full key.

    Without those about which nothing is said: their sort is not listed, or nothing of it is.
    """
    return {
        model.key: not names.isdisjoint(model.wire_names)
        for model in models
        if (names := lists.get(model.sort))
    }


class ListedStore(Protocol):
    """Keeps what gateways list beyond this process; models go by their full keys."""

    async def load(self) -> Mapping[str, bool]:
        """Whether each model was listed when its gateway was asked last."""
        ...

    async def save(self, states: Mapping[str, bool]) -> None:
        """Store how these are now; what is listed again is news when it is missing again."""
        ...

    async def untold(self) -> Sequence[str]:
        """The models that are missing, and of which nobody was told."""
        ...

    async def tell(self, models: Collection[str]) -> None:
        """Store that the admins are told of these."""
        ...


@dataclass(frozen=True, slots=True)
class Listed:
    """Remembers which models their gateways list, as long as this process lives.

    Attributes:
        seconds: how long a gateway counts as asked lately.
    """

    seconds: float = 3600.0
    _states: dict[str, bool] = field(default_factory=dict[str, bool])
    _until: dict[str, float] = field(default_factory=dict[str, float])

    def put(self, states: Mapping[str, bool]) -> None:
        """Remember how these models are now, by their full keys."""
        self._states.update(states)

    def asked(self, gateway: str) -> None:
        """Remember that a gateway was asked, whatever it has answered."""
        self._until[gateway] = time.monotonic() + self.seconds

    def is_fresh(self, gateway: str) -> bool:
        return time.monotonic() < self._until.get(gateway, 0.0)

    def lacks(self, model: Served) -> bool:
        """Whether its gateway lists models of its sort, and this one under none of its names."""
        return self._states.get(model.key) is False
