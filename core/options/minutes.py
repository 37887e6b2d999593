"""A length of time in minutes, as people type it: 30, 90m, 2h, 7d."""

import re
from typing import Annotated

from pydantic import BeforeValidator

_HOUR, _DAY = 60, 24 * 60
_UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "分", "分钟"), 1),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "时", "小时"), _HOUR),
    **dict.fromkeys(("d", "day", "days", "天", "日"), _DAY),
}
_TYPED = re.compile(r"([0-9]{1,6})([^\W\d_]*)")


def _in_minutes(said: object) -> object:
    found = _TYPED.fullmatch(said) if isinstance(said, str) else None
    unit = _UNITS.get(found[2] or "m") if found else None
    # Anything else is left to be refused.
    return int(found[1]) * unit if found and unit else said


Minutes = Annotated[int, BeforeValidator(_in_minutes)]
"""The type of an option that is a number of minutes, typed with or without a unit."""


def is_unit(word: str) -> bool:
    """Whether a word is a unit of time, as it stands behind a number."""
    return word.casefold() in _UNITS


def as_typed(minutes: int) -> str:
    """What could be typed for it, in the largest unit that holds it exactly: 7d, 2h, 90m."""
    for unit, size in (("d", _DAY), ("h", _HOUR)):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"
