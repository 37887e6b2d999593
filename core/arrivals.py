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
    """Where they are kept. What was dealt with is remembered for two days, without its body."""

    async def keep(self, platform: str, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
        """Store all of them or none; gives those that were not handed over before.

        Raises:
            StorageError: none is stored.
        """
        ...

    async def settle(self, platform: str, arrivals: Sequence[Arrival]) -> None:
        """Let go of what was dealt with, of all of it or of nothing."""
        ...

    async def left(self, platform: str, besides: Collection[str] = ()) -> Sequence[Arrival]:
        """What nobody has dealt with, in the order in which it came; of much only the oldest.

        What several processes have begun with and none has survived is left out from then on, and
        so is what stands in `besides`: the ids of what the caller has begun with already.
        """
        ...

    async def put_back(self, platform: str, ids: Collection[str]) -> None:
        """Leave to others what was begun with, in order: it was not what ended this process.

        Raises:
            StorageError: it counts as if this process had not survived it.
        """
        ...
