"""The ledger: an append-only table of what was reserved, given back, granted and bought.

What a job or an answer costs is written in the transaction that writes its own row, so both are
there after a crash, or none.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    String,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    text,
)

from core.errors import UserError
from core.people.balance import Balance, CreditLimits, HouseRules, Share
from core.people.credits import Gift, OverdrawnError, Settlement, Spender
from core.people.currency import THOUSANDTHS, Currency
from core.platform import Party
from storage.tables import allowances, ledger, members, spending_sums
from storage.upserts import add_up

GROUP = "group"
HERE = "here"
SPENT = ("reserve", "settle", "return")
"""The kinds of what is spent: what was reserved, less what came back."""
ORDERS = {"reserve": 1, "return": -1}
"""How many more are paid for: what comes back as a whole was none."""


def _is(
    kind: str, platform: ColumnElement[str] | str, id_: ColumnElement[str]
) -> ColumnElement[bool]:
    return and_(
        allowances.c.kind == kind, allowances.c.platform == platform, allowances.c.id == id_
    )


_PLATFORM, _USER, _CHAT = (bindparam(name, type_=String) for name in ("platform", "user", "chat"))
_ADD = insert(ledger)
_OF = select(ledger).where(ledger.c.ref == bindparam("ref")).order_by(ledger.c.number)
_PAYMENT = select(ledger).where(
    ledger.c.ref == bindparam("ref"), ledger.c.kind == bindparam("kind")
)
_THEIR_GROUP = select(members.c.group).where(
    members.c.platform == _PLATFORM, members.c.id == _USER
)
_DECIDED = select(allowances).where(
    or_(
        _is("user", _PLATFORM, _USER),
        _is("chat", _PLATFORM, _CHAT),
        _is(HERE, _PLATFORM, _CHAT),
        _is(GROUP, "", _THEIR_GROUP.scalar_subquery()),
    )
)
_MONTH = len("2026-01")
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:whose, 0))")
# What is granted or bought is not for a chat.
_NOTHING = Share()
_NOWHERE = Party(platform="", kind="chat", id="")


def _spender(row: Row[Any]) -> Spender:
    return Spender(
        user=Party(platform=row.platform, kind="user", id=row.user_id),
        chat=Party(platform=row.platform, kind="chat", id=row.chat),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row: what is taken, or below 0 given; `day` is today where it is not said.

    `model` is what it was ordered from; "" where that is nobody's, or not known.
    """

    kind: str
    ref: str
    spender: Spender
    taken: Share = _NOTHING
    day: str = ""
    by: str = ""
    model: str = ""


class CreditLedger:
    """What is spent, within transactions of the stores whose rows it is spent for.

    Args:
        rules: what everybody may spend.
        currency: what a refusal calls it.
        now: the time, in seconds since 1970.
        part: which rows of sums this process adds to: see `storage.sums`.
    """

    def __init__(
        self,
        rules: HouseRules | None = None,
        currency: Currency | None = None,
        now: Callable[[], float] = time.time,
        part: int = 0,
    ) -> None:
        self._currency = currency or Currency()
        self._rules = rules or HouseRules()
        self._now = now
        self._part = part

    def reserve(
        self, connection: Connection, ref: str, spender: Spender, amount: int, model: str = ""
    ) -> None:
        """Take what a job or an answer of that model may cost, in thousandths of a credit.

        Raises:
            OverdrawnError: there is too little left.
        """
        if not amount:
            return
        balance = self.balance(connection, spender, in_turn=True)
        share = balance.share(amount)
        if share is None:
            raise OverdrawnError(amount, balance, self._currency)
        entry = Entry(kind="reserve", ref=ref, spender=spender, taken=share, model=model)
        self._write(connection, entry)

    def settle(self, connection: Connection, ref: str, amount: int) -> int:
        """Let a job or an answer that has ended cost so much, and give back the rest.

        What it costs beyond what was reserved is taken as far as it is there; gives what was.
        """
        rows = connection.execute(_OF, {"ref": ref}).all()
        held = Share(
            allowance=-sum(row.allowance for row in rows), own=-sum(row.own for row in rows)
        )
        # Ordered before there was a ledger, or for nothing; or settled, also with too little.
        if not rows or rows[-1].kind != "reserve":
            return held.total
        reserved = [row for row in rows if row.kind == "reserve"][-1]
        spender, model = _spender(reserved), reserved.model
        entry = Entry(kind="settle", ref=ref, spender=spender, model=model)
        if amount > held.total:
            balance = self.balance(connection, entry.spender, in_turn=True)
            more = balance.share_of_what_is_left(amount - held.total)
            self._write(connection, replace(entry, taken=more))
            return held.total + more.total
        if amount < held.total:
            # To the day that it was taken from: a job over midnight makes no day longer.
            back = held.reduced(amount).without(held)
            kind = "settle" if amount else "return"
            self._write(connection, replace(entry, kind=kind, taken=back, day=reserved.day))
        return amount

    def foresee(
        self, connection: Connection, spender: Spender, ref: str, amount: int
    ) -> Settlement:
        """What `settle` would come to; nothing of it stays written."""
        trial = connection.begin_nested()
        try:
            cost = self.settle(connection, ref, amount)
            return Settlement(cost=cost, balance=self.balance(connection, spender))
        finally:
            trial.rollback()

    def give(self, connection: Connection, kind: str, ref: str, gift: Gift) -> None:
        """Let credits be somebody's own, or take them away.

        Raises:
            UserError: more would be taken than is there.
        """
        amount = gift.amount * THOUSANDTHS
        # Who owes something is given, and pays, all the same: it is only less then.
        if amount < 0:
            _take_turn(connection, gift.to)
            if self.own(connection, gift.to) + amount < 0:
                raise UserError("grant-too-low")
        spender = Spender(user=gift.to, chat=_NOWHERE)
        taken = Share(own=-amount)
        entry = Entry(kind=kind, ref=ref, spender=spender, taken=taken, by=str(gift.by))
        self._write(connection, entry)

    def own_of(self, connection: Connection, kind: str, ref: str) -> Row[Any] | None:
        """The entry of that kind about a payment."""
        return connection.execute(_PAYMENT, {"kind": kind, "ref": ref}).first()

    def take_back(self, connection: Connection, bought: Row[Any], by: Party) -> bool:
        """Take back what was bought, also what is spent of it; False where that was done."""
        charge = bought.ref
        if self.own_of(connection, "refund", charge):
            return False
        taken = Share(own=bought.own)
        entry = Entry(kind="refund", ref=charge, spender=_spender(bought), taken=taken, by=str(by))
        self._write(connection, entry)
        return True

    def balance(
        self, connection: Connection, spender: Spender, *, in_turn: bool = False
    ) -> Balance:
        """What a person has spent and may spend; sums are read only where there is a limit.

        `in_turn` keeps others from spending of it until this transaction has ended.
        """
        person, chat = self._allowances(connection, spender)
        limits = Balance(person=person, chat=chat)
        if limits.available is None:
            return limits
        if in_turn:
            chats = [spender.chat] if limits.left_here is not None else []
            _take_turn(connection, spender.user, *chats)
        day, month = ledger.c.day == self.today, ledger.c.day >= f"{self.today[:_MONTH]}-01"
        theirs = _by(spender.user)
        here = and_(ledger.c.platform == spender.chat.platform, ledger.c.chat == spender.chat.id)
        return replace(
            limits,
            today=-_sum(connection, ledger.c.allowance, theirs, day),
            month=-_sum(connection, ledger.c.allowance, theirs, month),
            here=-_sum(connection, ledger.c.allowance, here, day),
            own=self.own(connection, spender.user),
        )

    def own(self, connection: Connection, user: Party) -> int:
        """What was granted to somebody or bought by them, and is still there; in thousandths."""
        return _sum(connection, ledger.c.own, _by(user), ledger.c.own != 0)

    @property
    def today(self) -> str:
        """The day that it is, as an ISO date."""
        return datetime.fromtimestamp(self._now(), UTC).date().isoformat()

    def _allowances(
        self, connection: Connection, spender: Spender
    ) -> tuple[CreditLimits, CreditLimits]:
        """What counts for the person, and what for the chat."""
        if self._rules.is_exempt(spender.user):
            return CreditLimits(), CreditLimits()
        parameters = {
            "platform": spender.user.platform,
            "user": spender.user.id,
            "chat": spender.chat.id,
        }
        rows = connection.execute(_DECIDED, parameters)
        decided = {row.kind: CreditLimits(daily=row.daily, monthly=row.monthly) for row in rows}
        own, group, chat, here = (
            decided.get(kind, CreditLimits()) for kind in ("user", GROUP, "chat", HERE)
        )
        return (
            own.over(group).over(self._rules.person),
            chat.over(self._rules.chat).lowered(here),
        )

    def _write(self, connection: Connection, entry: Entry) -> None:
        day = entry.day or self.today
        row = {
            "at": self._now(),
            "day": day,
            "platform": entry.spender.user.platform,
            "user_id": entry.spender.user.id,
            "chat": entry.spender.chat.id,
            "kind": entry.kind,
            "ref": entry.ref,
            "allowance": -entry.taken.allowance,
            "own": -entry.taken.own,
            "by": entry.by,
            "model": entry.model,
        }
        connection.execute(_ADD, row)
        if entry.kind in SPENT:
            numbers = {"amount": entry.taken.total, "orders": ORDERS.get(entry.kind, 0)}
            keys = {"day": day, "part": self._part, "model": entry.model}
            add_up(connection, spending_sums, {**keys, **numbers})


def _take_turn(connection: Connection, *whose: Party) -> None:
    """Let nobody else decide about these before this transaction has ended.

    SQLite has one writer anyway. On Postgres two processes would both find what only one may take.
    """
    if connection.dialect.name == "postgresql":
        for name in sorted(f"{each.platform}:{each.kind}:{each.id}" for each in whose):
            connection.execute(_TURN, {"whose": name})


def _by(user: Party) -> ColumnElement[bool]:
    return and_(ledger.c.platform == user.platform, ledger.c.user_id == user.id)


def _sum(connection: Connection, column: Column[int], *which: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.coalesce(func.sum(column), 0)).where(*which)) or 0
