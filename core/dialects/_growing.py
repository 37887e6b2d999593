"""A text that grows by pieces: its end is looked at each time, the whole only now and then.

A stream may come in hundreds of thousands of pieces and without a line break: whoever searched all
of it for each of them would freeze everybody.
"""

# More than a line of progress or a link that is told in pieces needs.
_WINDOW_CHARS = 300


class GrowingText:
    """Collects pieces; gives the line that the last of them has completed or lengthened."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._line = ""
        self.chars = 0

    def add(self, piece: str) -> str:
        """Take the next piece; gives it, with the end of the line that it goes on."""
        self._pieces.append(piece)
        self.chars += len(piece)
        told = self._line + piece
        self._line = _end_of(told)
        return told

    def begin_at(self, start: int) -> str:
        """Look only at what comes behind that place from now on; gives what is there already."""
        told = self.whole()[start:]
        self._line = _end_of(told)
        return told

    def whole(self) -> str:
        """All that came."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""


def _end_of(told: str) -> str:
    """The unfinished line, or as much of it as is looked at again."""
    return told[max(told.rfind("\n") + 1, len(told) - _WINDOW_CHARS) :]


class Allowance:
    """Says whether a text that grows may be read as a whole once more.

    All readings together are at most `free_chars` more than twice what came.
    """

    def __init__(self, free_chars: int) -> None:
        self._free_chars = free_chars
        self._spent_chars = 0

    def covers(self, chars: int) -> bool:
        """Whether so many may be read now; they then count as read."""
        if self._spent_chars > self._free_chars + chars:
            return False
        self._spent_chars += chars
        return True
