"""Keeps one fault from filling the log, and with it the disk."""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable

_SECONDS = 60.0
_REMEMBERED = 1000
# A job that is retried soon fails in the same words, and that is another end.
_RECORDS = "core.records"


class Repeats(logging.Filter):
    """Lets the same line through once a minute; the next one says how many were left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lines: OrderedDict[tuple[object, ...], tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether to write it, and add to it how often it came meanwhile."""
        if record.name == _RECORDS:
            return True
        try:
            text = record.getMessage()
        except (TypeError, ValueError):  # the handler says what is wrong with it
            return True
        error = record.exc_info[1] if record.exc_info else None
        line, now = (record.name, record.levelno, text, repr(error)), self._clock()
        written, left_out = self._lines.get(line, (-_SECONDS, 0))
        if now < written + _SECONDS:
            self._lines[line] = (written, left_out + 1)
            return False
        self._lines[line] = (now, 0)
        self._lines.move_to_end(line)
        if len(self._lines) > _REMEMBERED:
            self._lines.popitem(last=False)
        if left_out:
            record.msg, record.args = f"{text} ({left_out} more like this)", ()
        return True
