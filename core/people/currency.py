"""What a credit is called, and how amounts of them are written."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from core.i18n import Locale, translate
from core.validation import MOST_CREDITS

# The ledger counts thousandths: an answer costs less than a credit.
THOUSANDTHS = 1000


def thousandths(credits_: float) -> int:
    """What the ledger writes for so many credits; a part of a thousandth counts as one.

    Whatever a gateway says that it has used, an order costs no more than it may.
    """
    credits_ = min(credits_, MOST_CREDITS)
    # What floats make of 0.29 must not become one more.
    return math.ceil(round(credits_ * THOUSANDTHS, 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """What a credit is called and how many make one unit of it, as the operator wants it told."""

    name: str = ""
    credits_per_unit: int = 1

    def price(self, amount: int, locale: Locale) -> str:
        """What something costs, from thousandths of a credit; rather a little too much."""
        return self._told(_rounded(amount, self.credits_per_unit, math.ceil), locale)

    def left(self, amount: int, locale: Locale) -> str:
        """What is left; rather a little too little."""
        return self._told(_rounded(amount, self.credits_per_unit, math.floor), locale)

    def number(self, amount: int) -> float:
        """The number of what is left, without its name; texts write it as they do all numbers."""
        return _rounded(amount, self.credits_per_unit, math.floor)

    def _told(self, amount: float, locale: Locale) -> str:
        return (
            f"{amount} {self.name}" if self.name else translate(locale, "credits", amount=amount)
        )


def _rounded(amount: int, per_unit: int, towards: Callable[[float], int]) -> float:
    """Thousandths of a credit in units, to two decimals; a whole number where it is one."""
    hundredths = towards(amount * 100 / (THOUSANDTHS * per_unit))
    return hundredths // 100 if hundredths % 100 == 0 else hundredths / 100
