"""Credits: what people may spend, and what they have spent."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from operator import itemgetter
from typing import Literal, Protocol

from core.errors import StorageError, UserError
from core.events import Event
from core.i18n import Locale, translate
from core.people.audit import Act
from core.people.currency import THOUSANDTHS, Currency, thousandths
from core.platform import ConversationRef, Party, User

log = logging.getLogger(__name__)

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
        """The lower of both days."""
        if other.daily is None:
            return self
        if self.daily is None or self.daily == NO_LIMIT:
            return replace(self, daily=other.daily)
        return replace(self, daily=min(self.daily, other.daily))

    def over(self, other: "CreditLimits") -> "CreditLimits":
        """This, and where nothing is decided the other."""
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
class Spender:
    """Whose allowance something is taken from, and that of which chat."""

    user: Party
    chat: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """An amount in thousandths of a credit, by where it is taken from."""

    allowance: int = 0
    own: int = 0

    @property
    def total(self) -> int:
        return self.allowance + self.own

    def reduced(self, amount: int) -> "Share":
        """So much of it: credits of one's own are the last to be spent."""
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


class OverdrawnError(UserError):
    """Somebody may not spend so much; nothing was ordered."""

    def __init__(self, amount: int, balance: Balance, currency: Currency) -> None:
        narrowest, _ = balance.narrowest
        super().__init__(
            f"credits-short-{narrowest}",
            price=partial(currency.price, amount),
            left=partial(currency.left, balance.available or 0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What something costs its person in the end, in thousandths, and what they may spend then."""

    cost: int
    balance: Balance


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """Credits that become somebody's own; below 0 they are taken away."""

    to: Party
    amount: int
    by: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """Credits that somebody has paid for; `charge` is the payment's name at the platform."""

    by: Party
    amount: int
    charge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """A purchase that is taken back, in thousandths."""

    to: Party
    amount: int


class CreditStore(Protocol):
    """The ledger as commands see it. The stores of jobs and answers write what is spent."""

    async def balance(self, user: Party, chat: Party) -> Balance: ...

    async def reserve(
        self, spender: Spender, ref: str, amount: int, event: Event | None = None
    ) -> None:
        """Take what something may cost that has no row of its own, before it is paid for.

        The event is taken in the same transaction.

        Raises:
            OverdrawnError: there is too little left.
            TakenError: the event has had its effect.
        """
        ...

    async def settle(self, ref: str, amount: int) -> int:
        """Let it cost so much, and give back the rest; gives what it has cost.

        What it costs beyond what was reserved is taken as far as it is there.
        """
        ...

    async def foreseen(self, spender: Spender, ref: str, amount: int) -> Settlement:
        """How it will stand once all about `ref` is settled at that amount; nothing is written."""
        ...

    async def own(self, user: Party) -> int:
        """What was granted to somebody or bought, and is still there; in thousandths."""
        ...

    async def give(self, gift: Gift, act: Act, event: Event | None = None) -> None:
        """Write it and the act, and take the event in the same transaction.

        Raises:
            TakenError: the event has had its effect.
            UserError: more would be taken than is there.
        """
        ...

    async def buy(self, purchase: Purchase) -> bool:
        """Write what was paid for, once for each charge; False where it is written already."""
        ...

    async def refund(self, charge: str, act: Act) -> Refund | None:
        """Take back what was paid for with that charge, and only once.

        What is spent or reserved of it is owed: out of what becomes the person's own later.
        The act is written with it, about whoever has paid. None where nothing was paid.
        """
        ...

    async def decided(self, whose: Party | str) -> CreditLimits:
        """What an admin has decided for a person, a chat, or a group of people by its name."""
        ...

    async def decide(self, whose: Party | str, allowance: CreditLimits, act: Act) -> None:
        """Let this count from now on; nothing decided is as if nobody ever had.

        The act is written with it.
        """
        ...

    async def decide_here(self, chat: Party, daily: int | None, act: Act) -> None:
        """Let no more than that be spent in a chat a day, whatever else counts; None lifts it.

        The act is written with it.
        """
        ...

    async def group_of(self, user: Party) -> str:
        """The group that a person is in; "" without one."""
        ...

    async def put_into(self, group: str, user: Party, act: Act) -> None:
        """Let a person be in that group and in no other; "" takes them out of theirs.

        The act is written with it.
        """
        ...

    async def rename(self, old: Party, new: Party) -> None:
        """Let the limits of a chat count under the id that it has now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """The store together with what a credit is called."""

    store: CreditStore
    currency: Currency = field(default_factory=Currency)

    def price(self, credits_: float, locale: Locale) -> str:
        """What something costs, in words."""
        return self.currency.price(thousandths(credits_), locale)

    async def told_paid(
        self,
        user: User,
        conversation: ConversationRef,
        locale: Locale,
        *,
        ref: str,
        paid: float,
    ) -> str:
        """What stands below a result: what it costs, and what is left for its person there then.

        Args:
            user: whose it is.
            conversation: where it is.
            locale: theirs.
            ref: what all about it in the ledger has in common.
            paid: its price, in credits; it need not be settled yet.

        Returns:
            "" where nothing is limited, or it costs nothing.
        """
        spender = Spender(user=user.party, chat=conversation.party)
        try:
            end = await self.store.foreseen(spender, ref, thousandths(paid))
        except StorageError as error:
            log.warning("what %s has cost is not told: %s", ref, error)
            return ""
        if end.balance.available is None or not end.cost:
            return ""
        narrowest, _ = end.balance.narrowest
        price = self.currency.price(end.cost, locale)
        left = self.currency.number(end.balance.available)
        return translate(locale, f"credits-paid-{narrowest}", price=price, left=left)
