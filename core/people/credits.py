"""Credits: the ledger as the rest of the bot sees it, and what people are told of it."""

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from core.errors import StorageError, UserError
from core.events import Event
from core.i18n import Locale, translate
from core.people.audit import Act
from core.people.balance import Balance, CreditLimits
from core.people.currency import Currency, thousandths
from core.platform import ConversationRef, Party, User

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spender:
    """Whose allowance something is taken from, and that of which chat."""

    user: Party
    chat: Party


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
    """A purchase that is taken back, in thousandths; `is_new` where it was not before."""

    to: Party
    amount: int
    is_new: bool


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
        """Let these limits count from now on; empty ones take back what was decided.

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
            ref: that of all entries about it in the ledger.
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
