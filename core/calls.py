"""The border to whatever lets processes call to each other."""

from collections.abc import Callable
from typing import Protocol


class Intercom(Protocol):
    """What processes call to each other: at once, and to whoever is there."""

    @property
    def are_heard(self) -> bool:
        """Whether there can be others who hear it."""
        ...

    def answer(self, kind: str, answer: Callable[[str], None]) -> None:
        """Do this whenever somebody calls so, this process included."""
        ...

    async def call(self, kind: str, about: str) -> None:
        """Call; nobody knows who has heard it.

        Raises:
            StorageError: nothing can be called now.
        """
        ...


class NobodyCalls:
    """There is no other process."""

    are_heard = False

    def answer(self, kind: str, answer: Callable[[str], None]) -> None:
        """Nobody calls."""

    async def call(self, kind: str, about: str) -> None:
        """Nobody hears it."""
