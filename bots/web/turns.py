"""How many requests of people who have signed in are in work: of all so many, of each a few.

A request goes on although nobody waits for its answer any more, and holds its connection. So
nobody keeps others out by asking for something slow again and again.
"""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager


class Turns:
    """See the module.

    Args:
        most: how many may be in work at once.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        self._taken = Counter[str]()

    @contextmanager
    def taken(self, whose: str, most: int) -> Generator[bool]:
        """Have a turn while the block runs; gives whether there is one.

        Args:
            whose: who asks, and for what kind of thing.
            most: how many of these they may have at once.
        """
        if self._free <= 0 or self._taken[whose] >= most:
            yield False
            return
        self._free -= 1
        self._taken[whose] += 1
        try:
            yield True
        finally:
            self._free += 1
            self._taken[whose] -= 1
            if not self._taken[whose]:
                del self._taken[whose]
