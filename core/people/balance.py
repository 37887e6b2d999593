"""What people may spend: limits, what is left of them, what an amount is taken from. All pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Literal

from core.people.currency import THOUSANDTHS
from core.platform import Party

NO_LIMIT = -1
"""As an allowance: as much as one likes, whatever others say."""

Narrowest = Literal["today", "month", "here"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLimits:
    """How many credits may be spent; None where it is not decided here, or `NO_LIMIT`.

    Attributes:
        daily: from midnight to midnight, UTC.
        monthly: in a calendar month, UTC; not counted for chats.
    """

    daily: int | None = None
    monthly: int | None = None

    def lowered(self, other: "CreditLimits") -> "CreditLimits":
        """These limits, with the lower daily one of both."""
        if other.daily is None:
            return self
        if self.daily is None or self.daily == NO_LIMIT:
            return replace(self, daily=other.daily)
        return replace(self, daily=min(self.daily, other.daily))

    def over(self, other: "CreditLimits") -> "CreditLimits":
        """These limits, and those of the other where nothing is decided here."""
        return CreditLimits(
            daily=other.daily if self.daily is None else self.daily,
            monthly=other.monthly if self.monthly is None else self.monthly,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseRules:
    """What the operator has set for everybody; what an admin has decided for somebody beats it.

    Attributes:
        person: what each person may spend; chat: what is spent in each chat by all together.
        is_exempt: who may spend without limit.
    """

    person: CreditLimits = CreditLimits()
    chat: CreditLimits = CreditLimits()
    is_exempt: Callable[[Party], bool] = lambda _: False


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """An amount in thousandths of a credit, by where it is taken from."""

    allowance: int = 0
    own: int = 0

    @property
    def total(self) -> int:
        return self.allowance + self.own

    def reduced(self, amount: int) -> "Share":
        """The part of it that makes up `amount`: credits of one's own are spent last."""
        allowance = min(self.allowance, amount)
        return Share(allowance=allowance, own=amount - allowance)

    def without(self, other: "Share") -> "Share":
        """The difference, which may be below 0."""
        return Share(allowance=self.allowance - other.allowance, own=self.own - other.own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What somebody has spent, and may still spend in one chat; in thousandths of a credit.

    Attributes:
        today, month: what they have spent of their allowance; here: what everybody has spent of
            theirs in this chat today. Not counted where nothing is limited.
        own: what was granted to them or bought, and is still there. It is not for a day or a chat.
            Below 0 it is owed, which takes nothing of an allowance.
        person, chat: the limits that count, in credits; None or `NO_LIMIT` where there is none.
    """

    today: int = 0
    month: int = 0
    here: int = 0
    own: int = 0
    person: CreditLimits = CreditLimits()
    chat: CreditLimits = CreditLimits()

    @property
    def left_today(self) -> int | None:
        """What is left of the day's allowance; None without a limit."""
        return _left(self.person.daily, self.today)

    @property
    def left_this_month(self) -> int | None:
        """What is left of the month's; None without a limit."""
        return _left(self.person.monthly, self.month)

    @property
    def left_here(self) -> int | None:
        """What is left of the chat's day; None without a limit."""
        return _left(self.chat.daily, self.here)

    @property
    def narrowest(self) -> tuple[Narrowest, int | None]:
        """Which limit leaves the least of the allowance, and how much; None without any."""
        lefts: tuple[tuple[Narrowest, int | None], ...] = (
            ("today", self.left_today),
            ("month", self.left_this_month),
            ("here", self.left_here),
        )
        limited: list[tuple[Narrowest, int]] = [
            (name, left) for name, left in lefts if left is not None
        ]
        return min(limited, key=itemgetter(1)) if limited else ("today", None)

    @property
    def available(self) -> int | None:
        """What may be spent now at all; None without a limit."""
        _, allowed = self.narrowest
        return None if allowed is None else allowed + max(self.own, 0)

    def share(self, amount: int) -> Share | None:
        """How an amount is paid: from the allowance first; None where there is too little."""
        _, allowed = self.narrowest
        if allowed is None:
            return Share(allowance=amount)
        if amount > allowed + max(self.own, 0):
            return None
        return Share(allowance=min(amount, allowed), own=max(amount - allowed, 0))

    def share_of_what_is_left(self, amount: int) -> Share:
        """How as much as possible of an amount is paid."""
        most = amount if self.available is None else min(amount, self.available)
        return self.share(most) or Share()


def _left(limit: int | None, spent: int) -> int | None:
    if limit is None or limit == NO_LIMIT:
        return None
    return max(limit * THOUSANDTHS - spent, 0)
