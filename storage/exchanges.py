"""Questions and answers on SQL."""

import logging
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Executable,
    RowMapping,
    Select,
    bindparam,
    delete,
    func,
    null,
    or_,
    select,
    update,
)

from core.errors import UserError
from core.events import Event, TakenError
from core.exchanges import Exchange, ExchangeState, ledger_ref
from core.jobs import LostRunError
from core.people.credits import Spender
from core.people.currency import thousandths
from core.platform import ConversationRef, MessageRef, Party, User
from core.validation import objection
from storage.database import Database
from storage.events import take_within
from storage.holders import Holder
from storage.ledger import CreditLedger
from storage.tables import exchange_messages as standing
from storage.tables import exchanges
from storage.upserts import add_if_new

log = logging.getLogger(__name__)

_ROW = "a question"
# What is decided when a question is asked is never written again.
_ASKED = {"note", "prompt", "media", "follows", "command", "thinks", "searches", "shows_thoughts"}
_FIXED = {
    *_ASKED,
    "quoted",
    "heard_credits",
    "request",
    "id",
    "user",
    "locale",
    "conversation",
    "route",
    "created_at",
}
# What is no suggestion.
_IN_WORDS = exchanges.c.request.is_(null())
_IS_ASKED = exchanges.c.state == str(ExchangeState.ASKING)


# Built with the first question, as in `storage.job_rows`.
@cache
def _exchange() -> TypeAdapter[Exchange]:
    return TypeAdapter(Exchange)


class SqlExchangeStore:
    """See `core.exchanges.ExchangeStore` for the contract.

    Args:
        holder: this process, where others work on the same database; None where it is alone.
        media_dir: where files are; rows name them from there on.
    """

    def __init__(
        self,
        database: Database,
        ledger: CreditLedger | None = None,
        *,
        holder: Holder | None = None,
        media_dir: Path | None = None,
    ) -> None:
        self._database = database
        self._ledger = ledger or CreditLedger()
        self._holder = holder
        self._media_dir = media_dir

    async def add(
        self,
        exchange: Exchange,
        event: Event | None = None,
        *,
        reserved: float = 0.0,
        at_once: int | None = None,
    ) -> None:
        place, user = exchange.conversation, exchange.user
        row = {
            **self._dump(exchange),
            "platform": user.platform,
            "user_id": user.id,
            "chat": place.chat,
            "thread": place.thread,
            **self._held(exchange),
        }

        def add(connection: Connection) -> None:
            connection.execute(_listened_to(exchange.id))
            self._check_turn(connection, user, at_once)
            connection.execute(exchanges.insert(), row)
            if event and not take_within(connection, event):
                raise TakenError(event.id)
            spender = Spender(user=user.party, chat=place.party)
            ref, amount = ledger_ref(exchange.id), thousandths(reserved)
            self._ledger.reserve(connection, ref, spender, amount, exchange.model)

        await self._database.run(_ROW, add)

    async def withdraw(self, exchange_id: str) -> None:
        def withdraw(connection: Connection) -> None:
            if connection.execute(_listened_to(exchange_id)).rowcount:
                self._ledger.settle(connection, ledger_ref(exchange_id), 0)

        await self._database.run(_ROW, withdraw)

    async def save(self, exchange: Exchange) -> None:
        values = self._dump(exchange, _FIXED)
        is_it = exchanges.c.id == exchange.id
        kept = select(exchanges.c.id).where(is_it)
        written = update(exchanges).where(is_it, *self._is_ours(exchange))
        written = written.values({**values, **self._held(exchange)})
        places = [
            {
                "platform": message.conversation.platform,
                "chat": message.conversation.chat,
                "id": message.id,
                "exchange": exchange.id,
            }
            for message in exchange.messages
        ]

        def save(connection: Connection) -> None:
            is_there = connection.execute(written).rowcount
            if not is_there and self._holder and connection.scalar(kept):
                raise LostRunError(exchange.id)
            # Forgotten meanwhile: then nobody finds it by its messages either.
            if is_there and places:
                add_if_new(connection, standing, places)
            if exchange.is_ended:
                self._ledger.settle(
                    connection, ledger_ref(exchange.id), thousandths(exchange.credits)
                )

        await self._database.run(_ROW, save)

    async def get(self, exchange_id: str) -> Exchange | None:
        return await self._one(select(exchanges).where(exchanges.c.id == exchange_id))

    async def chain(self, exchange_id: str, *, limit: int) -> Sequence[Exchange]:
        def read(connection: Connection) -> Sequence[Exchange]:
            found: list[Exchange] = []
            at = exchange_id
            while at and len(found) < limit:
                query = select(exchanges).where(exchanges.c.id == at)
                row = connection.execute(query).mappings().first()
                if row is None:
                    break
                found.insert(0, self._load(row))
                at = found[0].follows
            return found

        return await self._database.run(_ROW, read)

    async def said_in(self, message: MessageRef) -> Exchange | None:
        stands = (
            standing.c.platform == message.conversation.platform,
            standing.c.chat == message.conversation.chat,
            standing.c.id == message.id,
        )
        known = select(standing.c.exchange).where(*stands).scalar_subquery()
        return await self._one(select(exchanges).where(exchanges.c.id == known, _IN_WORDS))

    async def latest(self, user: User, place: ConversationRef) -> Exchange | None:
        query = select(exchanges).where(
            *_of(user.party),
            exchanges.c.chat == place.chat,
            exchanges.c.thread == place.thread,
            _IN_WORDS,
        )
        return await self._one(query.order_by(exchanges.c.created_at.desc()).limit(1))

    async def rename(self, old: Party, new: Party) -> None:
        asked = select(exchanges.c.id, exchanges.c.conversation).where(
            exchanges.c.platform == old.platform, exchanges.c.chat == old.id
        )
        moved = update(exchanges).where(exchanges.c.id == bindparam("key"))

        def rename(connection: Connection) -> None:
            rows = [
                {
                    "key": row.id,
                    "chat": new.id,
                    "conversation": {**row.conversation, "chat": new.id},
                }
                for row in connection.execute(asked)
            ]
            if rows:
                connection.execute(moved, rows)

        await self._database.run(_ROW, rename)

    async def take_up(
        self, platforms: Collection[str], besides: Collection[str] = ()
    ) -> Sequence[Exchange]:
        left = exchanges.c.told.is_(False), exchanges.c.platform.in_(platforms)
        # Those that were released, and what nobody knows of that says it is ours.
        query: Executable = select(exchanges).where(*left)
        if self._holder:
            held, name = exchanges.c.holder, self._holder.name
            is_left = or_(self._holder.is_free(held), held == name)
            taken = update(exchanges).where(*left, is_left, exchanges.c.id.not_in(besides))
            query = taken.values(holder=name).returning(exchanges)

        def take(connection: Connection) -> Sequence[Exchange]:
            rows = connection.execute(query).mappings()
            found = [exchange for row in rows if (exchange := self._load_or_pass(row))]
            return sorted(found, key=lambda each: each.created_at)

        return await self._database.run(_ROW, take)

    async def waited_for(self, user: Party) -> Sequence[str]:
        query = select(exchanges.c.id).where(*_of(user), _IS_ASKED)
        return await self._database.run(_ROW, lambda c: c.scalars(query).all())

    async def forget(self, user: Party, *, limit: int, only: str = "") -> Sequence[str]:
        theirs = select(exchanges.c.id).where(*_of(user)).limit(limit)
        if only:
            theirs = theirs.where(exchanges.c.id == only)
        return await self._delete(theirs)

    async def prune(self, before: float, *, limit: int) -> Sequence[str]:
        asking = str(ExchangeState.ASKING)
        old = (
            select(exchanges.c.id)
            .where(exchanges.c.created_at < before, exchanges.c.state != asking)
            .order_by(exchanges.c.created_at)
            .limit(limit)
        )
        return await self._delete(old)

    async def count(self, user: Party) -> int:
        query = select(func.count()).select_from(exchanges).where(*_of(user))
        return await self._database.run(_ROW, lambda c: c.scalar(query) or 0)

    async def known(self, ids: Collection[str]) -> Collection[str]:
        query = select(exchanges.c.id).where(exchanges.c.id.in_(ids))
        return await self._database.run(_ROW, lambda c: set(c.scalars(query)))

    def _dump(self, exchange: Exchange, without: set[str] | None = None) -> dict[str, Any]:
        context = self._media_dir
        return _exchange().dump_python(exchange, mode="json", exclude=without, context=context)

    def _load(self, row: RowMapping) -> Exchange:
        return _exchange().validate_python(dict(row), context=self._media_dir)

    def _load_or_pass(self, row: RowMapping) -> Exchange | None:
        """A damaged row must not keep the others from being told."""
        try:
            return self._load(row)
        except ValidationError as error:
            why = objection(error)
            log.error("answer %s is set aside, because its row cannot be read: %s", row["id"], why)  # noqa: TRY400 - a traceback repeats what was said
            return None

    def _held(self, exchange: Exchange) -> dict[str, object]:
        """Who has it: nobody who was told needs anybody more."""
        if self._holder is None:
            return {}
        return {"holder": None if exchange.told else self._holder.name}

    def _is_ours(self, exchange: Exchange) -> Iterator[ColumnElement[bool]]:
        """Whether we may write it: we have it, or everything about it was told before."""
        if self._holder:
            is_ours = exchanges.c.holder == self._holder.name
            yield or_(is_ours, exchanges.c.told) if exchange.told else is_ours

    def _check_turn(self, connection: Connection, user: User, at_once: int | None) -> None:
        if self._holder is None or at_once is None:
            return
        is_held = ~self._holder.is_free(exchanges.c.holder)
        count = select(func.count()).where(*_of(user.party), _IS_ASKED, is_held)
        if (waiting := connection.scalar(count) or 0) >= at_once:
            raise UserError("answers-at-once", count=waiting)

    async def _one(self, query: Select[*tuple[Any, ...]]) -> Exchange | None:
        def read(connection: Connection) -> Exchange | None:
            row = connection.execute(query).mappings().first()
            return self._load(row) if row else None

        return await self._database.run(_ROW, read)

    async def _delete(self, which: Select[str]) -> Sequence[str]:
        def forget(connection: Connection) -> Sequence[str]:
            gone = connection.scalars(which).all()
            these = exchanges.c.id.in_(gone)
            unsettled = select(exchanges.c.id, exchanges.c.credits).where(these, _IS_ASKED)
            # Its end finds no row any more, if it comes at all.
            for row in connection.execute(unsettled).all():
                self._ledger.settle(connection, ledger_ref(row.id), thousandths(row.credits))
            connection.execute(delete(standing).where(standing.c.exchange.in_(gone)))
            connection.execute(delete(exchanges).where(these))
            return gone

        return await self._database.run(_ROW, forget)


def _listened_to(exchange_id: str) -> Delete:
    """Takes away what holds the place of a question that is not in words yet."""
    asking = exchanges.c.state == str(ExchangeState.ASKING)
    return delete(exchanges).where(exchanges.c.id == exchange_id, asking, exchanges.c.prompt == "")


def _of(user: Party) -> tuple[ColumnElement[bool], ...]:
    return exchanges.c.platform == user.platform, exchanges.c.user_id == user.id
