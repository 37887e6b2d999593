"""The border to whatever keeps several processes from telling admins the same."""

from typing import Protocol


class Notices(Protocol):
    """What any of them has told."""

    async def is_news(self, what: str) -> bool:
        """Whether nobody has told it within a day; if so it counts as told.

        Raises:
            StorageError: nobody knows.
        """
        ...

    async def is_over(self, what: str) -> bool:
        """Whether somebody has told it, and nobody has said before that it is over.

        It is news again from then on.

        Raises:
            StorageError: nobody knows.
        """
        ...


class TellsAlone:
    """There is no other process: what this one has to tell is news."""

    def __init__(self) -> None:
        self._told = set[str]()

    async def is_news(self, what: str) -> bool:
        self._told.add(what)
        return True

    async def is_over(self, what: str) -> bool:
        was_told = what in self._told
        self._told.discard(what)
        return was_told
