"""What a platform has handed over and counts as delivered, kept until it is dealt with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Something that has arrived.

    Attributes:
        id: the platform's name for it, the same whenever it is handed over.
        body: all of it, as it came.
    """

    id: str
    body: str


class ArrivalStore(Protocol):
    """Keeps arrivals. What was dealt with is remembered for two days, without its body."""

    async def keep(self, platform: str, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
        """Store all of them or none; gives those that were not handed over before.

        Raises:
            StorageError: none is stored.
        """
        ...

    async def settle(self, platform: str, arrivals: Sequence[Arrival]) -> None:
        """Note that these were dealt with: all of them, or none."""
        ...

    async def left(self, platform: str, besides: Collection[str] = ()) -> Sequence[Arrival]:
        """What nobody has dealt with, oldest first; where that is much, only the beginning of it.

        Left out is what several processes have begun with and none has survived, and what the
        caller has begun with already: the ids in `besides`.
        """
        ...

    async def put_back(self, platform: str, ids: Collection[str]) -> None:
        """Give back what was begun with, for others to take: it is not why this process ends.

        Raises:
            StorageError: it counts as what this process did not survive.
        """
        ...
