"""Questions and answers on SQL."""

import logging
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    delete,
    func,
    null,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from core.events import Event, TakenError
from core.exchanges import Exchange, ExchangeState
from core.people.currency import thousandths
from core.platform import ConversationRef, MessageRef, Party, User
from core.validation import objection
from storage.database import Database
from storage.events import take_within
from storage.ledger import CreditLedger, Spender
from storage.tables import exchange_messages as standing
from storage.tables import exchanges

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
_STANDS = insert(standing).on_conflict_do_nothing()


# Built with the first question, as in `storage.jobs`.
@cache
def _exchange() -> TypeAdapter[Exchange]:
    return TypeAdapter(Exchange)


class SqlExchangeStore:
    """See `core.exchanges.ExchangeStore` for the contract."""

    def __init__(self, database: Database, ledger: CreditLedger | None = None) -> None:
        self._database = database
        self._ledger = ledger or CreditLedger()

    async def add(
        self, exchange: Exchange, event: Event | None = None, *, reserved: float = 0.0
    ) -> None:
        place, user = exchange.conversation, exchange.user
        row = {
            **_exchange().dump_python(exchange, mode="json"),
            "platform": user.platform,
            "user_id": user.id,
            "chat": place.chat,
            "thread": place.thread,
        }

        def add(connection: Connection) -> None:
            connection.execute(exchanges.insert(), row)
            if event and not take_within(connection, event):
                raise TakenError(event.id)
            spender = Spender(user=user.party, chat=place.party)
            self._ledger.reserve(connection, _ref(exchange.id), spender, thousandths(reserved))

        await self._database.run(_ROW, add)

    async def save(self, exchange: Exchange) -> None:
        values = _exchange().dump_python(exchange, mode="json", exclude=_FIXED)
        written = update(exchanges).where(exchanges.c.id == exchange.id).values(values)
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
            # Forgotten meanwhile: then nobody finds it by its messages either.
            if connection.execute(written).rowcount and places:
                connection.execute(_STANDS, places)
            if exchange.is_ended:
                self._ledger.settle(connection, _ref(exchange.id), thousandths(exchange.credits))

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
                found.insert(0, _load(row))
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
        place = func.json_set(exchanges.c.conversation, "$.chat", new.id)
        moved = (
            update(exchanges)
            .where(exchanges.c.platform == old.platform, exchanges.c.chat == old.id)
            .values(chat=new.id, conversation=place)
        )
        await self._database.run(_ROW, lambda c: c.execute(moved))

    async def unfinished(self) -> Sequence[Exchange]:
        query = select(exchanges).where(exchanges.c.told.is_(False))
        ordered = query.order_by(exchanges.c.created_at)

        def read(connection: Connection) -> Sequence[Exchange]:
            rows = connection.execute(ordered).mappings()
            return [found for row in rows if (found := _load_or_pass(row))]

        return await self._database.run(_ROW, read)

    async def forget(self, user: Party, *, limit: int) -> Sequence[str]:
        theirs = select(exchanges.c.id).where(*_of(user)).limit(limit)
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

    async def _one(self, query: Select[*tuple[Any, ...]]) -> Exchange | None:
        def read(connection: Connection) -> Exchange | None:
            row = connection.execute(query).mappings().first()
            return _load(row) if row else None

        return await self._database.run(_ROW, read)

    async def _delete(self, which: Select[str]) -> Sequence[str]:
        def forget(connection: Connection) -> Sequence[str]:
            gone = connection.scalars(which).all()
            these = exchanges.c.id.in_(gone)
            asking = exchanges.c.state == str(ExchangeState.ASKING)
            unsettled = select(exchanges.c.id, exchanges.c.credits).where(these, asking)
            # Its end finds no row any more, if it comes at all.
            for row in connection.execute(unsettled).all():
                self._ledger.settle(connection, _ref(row.id), thousandths(row.credits))
            connection.execute(delete(standing).where(standing.c.exchange.in_(gone)))
            connection.execute(delete(exchanges).where(these))
            return gone

        return await self._database.run(_ROW, forget)


def _of(user: Party) -> tuple[ColumnElement[bool], ...]:
    return exchanges.c.platform == user.platform, exchanges.c.user_id == user.id


def _ref(exchange_id: str) -> str:
    """What its entries in the ledger have in common: a draft that comes of it has the same id."""
    return f"answer/{exchange_id}"


def _load(row: RowMapping) -> Exchange:
    return _exchange().validate_python(dict(row))


def _load_or_pass(row: RowMapping) -> Exchange | None:
    """A damaged row must not keep the others from being told."""
    try:
        return _load(row)
    except ValidationError as error:
        why = objection(error)
        log.error("answer %s is set aside, because its row cannot be read: %s", row["id"], why)  # noqa: TRY400 - a traceback repeats what was said
        return None
