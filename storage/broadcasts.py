"""Broadcasts on SQL."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    Connection,
    Row,
    Select,
    delete,
    func,
    insert,
    select,
    update,
)

from core.people.audit import Act
from core.people.broadcasts import (
    Broadcast,
    BroadcastState,
    Receipt,
    Recipient,
    UsedChat,
)
from core.platform import ConversationRef, MessageRef, User
from storage.audit import write_within
from storage.database import Database
from storage.tables import broadcasts, exchanges, former_ids, jobs, recipients

_ROW = "a broadcast"
_FIELDS = [column for column in broadcasts.c if column.name != "told"]
_Found = tuple[list[Row[Any]], dict[tuple[str, str], str], dict[tuple[str, str], float]]
_IS_SENDING = broadcasts.c.state == BroadcastState.SENDING


@cache
def _broadcast() -> TypeAdapter[Broadcast]:
    return TypeAdapter(Broadcast)


@cache
def _message() -> TypeAdapter[MessageRef]:
    return TypeAdapter(MessageRef)


class SqlBroadcastStore:
    """See `core.people.broadcasts.BroadcastStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def audience(self, since: float, besides: Collection[str]) -> Sequence[UsedChat]:
        used = [_used(table, since, besides) for table in (jobs, exchanges)]
        unreached = (
            select(recipients.c.platform, recipients.c.chat, func.max(recipients.c.at).label("at"))
            .where(recipients.c.receipt == Receipt.FAILED)
            .group_by(recipients.c.platform, recipients.c.chat)
        )
        moved = select(former_ids).where(former_ids.c.kind == "chat")

        def read(connection: Connection) -> _Found:
            now = {(row.platform, row.former): row.id for row in connection.execute(moved)}
            lost = {(row.platform, row.chat): row.at for row in connection.execute(unreached)}
            rows = [row for query in used for row in connection.execute(query)]
            return rows, now, lost

        # In a thread of its own: nobody waits for the database until a crowd is sorted.
        return await asyncio.to_thread(_chats, *await self._database.run(_ROW, read))

    async def draft(self, broadcast: Broadcast, chats: Sequence[ConversationRef]) -> None:
        row = _broadcast().dump_python(broadcast, mode="json")
        rows = [
            {
                "broadcast": broadcast.id,
                "position": position,
                "platform": chat.platform,
                "chat": chat.chat,
                "thread": chat.thread,
                "receipt": Receipt.WAITING,
                "at": broadcast.at,
            }
            for position, chat in enumerate(chats)
        ]
        by = broadcasts.c.by
        own = (by["platform"].as_string() == broadcast.by.platform) & (
            by["id"].as_string() == broadcast.by.id
        )
        older = select(broadcasts.c.id).where(own, broadcasts.c.state == BroadcastState.DRAFT)

        def keep(connection: Connection) -> None:
            _delete(connection, older)
            connection.execute(insert(broadcasts), row)
            connection.execute(insert(recipients), rows)

        await self._database.run(_ROW, keep)

    async def prune(self, before: float) -> None:
        old = select(broadcasts.c.id).where(broadcasts.c.at < before, ~_IS_SENDING)
        await self._database.run(_ROW, lambda c: _delete(c, old))

    async def get(self, id: str) -> Broadcast | None:  # noqa: A002 - as in the contract
        found = await self._read(select(*_FIELDS).where(broadcasts.c.id == id))
        return found[0] if found else None

    async def open(self) -> Sequence[Broadcast]:
        is_over = broadcasts.c.state.in_([BroadcastState.STOPPED, BroadcastState.DONE])
        is_open = _IS_SENDING | (is_over & ~broadcasts.c.told)
        return await self._read(select(*_FIELDS).where(is_open).order_by(broadcasts.c.at))

    async def confirm(self, broadcast: Broadcast, act: Act) -> bool:
        message = broadcast.message and _message().dump_python(broadcast.message, mode="json")
        others = select(broadcasts.c.id).where(_IS_SENDING).exists()
        begun = (
            update(broadcasts)
            .where(broadcasts.c.id == broadcast.id)
            .where(broadcasts.c.state == BroadcastState.DRAFT, ~others)
            .values(state=BroadcastState.SENDING, message=message)
        )
        return await self._change(begun, act)

    async def stop(self, id: str, act: Act | None = None) -> bool:  # noqa: A002 - as in the contract
        stopped = (
            update(broadcasts)
            .where(broadcasts.c.id == id, _IS_SENDING)
            .values(state=BroadcastState.STOPPED)
        )
        return await self._change(stopped, act)

    async def waiting(self, id: str, platforms: Collection[str]) -> Sequence[Recipient]:  # noqa: A002
        query = (
            select(recipients)
            .where(recipients.c.broadcast == id, recipients.c.receipt == Receipt.WAITING)
            .where(recipients.c.platform.in_(platforms))
            .order_by(recipients.c.position)
        )

        def read(connection: Connection) -> Sequence[Recipient]:
            return [
                Recipient(
                    position=row.position,
                    conversation=ConversationRef(
                        platform=row.platform, chat=row.chat, thread=row.thread
                    ),
                )
                for row in connection.execute(query)
            ]

        return await self._database.run(_ROW, read)

    async def begin(self, id: str, position: int) -> bool:  # noqa: A002
        goes_on = select(broadcasts.c.id).where(broadcasts.c.id == id, _IS_SENDING).exists()
        begun = (
            update(recipients)
            .where(recipients.c.broadcast == id, recipients.c.position == position)
            .where(recipients.c.receipt == Receipt.WAITING, goes_on)
            .values(receipt=Receipt.BEGUN, at=time.time())
        )
        return await self._change(begun)

    async def settle(self, id: str, position: int, receipt: Receipt) -> None:  # noqa: A002
        settled = (
            update(recipients)
            .where(recipients.c.broadcast == id, recipients.c.position == position)
            .values(receipt=receipt, at=time.time())
        )
        await self._change(settled)

    async def counts(self, id: str) -> Counter[Receipt]:  # noqa: A002
        query = (
            select(recipients.c.receipt, func.count())
            .where(recipients.c.broadcast == id)
            .group_by(recipients.c.receipt)
        )

        def read(connection: Connection) -> Counter[Receipt]:
            return Counter({Receipt(kind): count for kind, count in connection.execute(query)})

        return await self._database.run(_ROW, read)

    async def shown_in(self, id: str, message: MessageRef) -> None:  # noqa: A002
        row = _message().dump_python(message, mode="json")
        await self._change(update(broadcasts).where(broadcasts.c.id == id).values(message=row))

    async def finish(self, id: str) -> bool:  # noqa: A002
        waits = (
            select(recipients.c.position)
            .where(recipients.c.broadcast == id, recipients.c.receipt == Receipt.WAITING)
            .exists()
        )
        done = (
            update(broadcasts)
            .where(broadcasts.c.id == id, _IS_SENDING, ~waits)
            .values(state=BroadcastState.DONE)
        )
        return await self._change(done)

    async def told(self, id: str) -> None:  # noqa: A002
        await self._change(update(broadcasts).where(broadcasts.c.id == id).values(told=True))

    async def _change(self, change: Any, act: Act | None = None) -> bool:
        """Do it, with the act; tell whether it has changed anything."""

        def work(connection: Connection) -> bool:
            changed = connection.execute(change).rowcount > 0
            if changed and act:
                write_within(connection, act)
            return changed

        return await self._database.run(_ROW, work)

    async def _read(self, query: Select[Any]) -> Sequence[Broadcast]:
        def read(connection: Connection) -> Sequence[Broadcast]:
            rows = connection.execute(query).mappings()
            return [_broadcast().validate_python(dict(row)) for row in rows]

        return await self._database.run(_ROW, read)


def _delete(connection: Connection, which: Select[Any]) -> None:
    connection.execute(delete(recipients).where(recipients.c.broadcast.in_(which)))
    connection.execute(delete(broadcasts).where(broadcasts.c.id.in_(which)))


def _used(table: Any, since: float, besides: Collection[str]) -> Any:
    """Each person in each place, and when they were there the last time."""
    place = table.c.conversation
    where = [place[name].as_string().label(f"in_{name}") for name in ("chat", "thread")]
    return (
        select(table.c.platform, *where, table.c.user_id, func.max(table.c.created_at).label("at"))
        .where(table.c.created_at >= since, table.c.platform.not_in(besides))
        # What only one person may see is no place to be written to unasked.
        .where(func.coalesce(place["person"].as_string(), "") == "")
        .group_by(table.c.platform, "in_chat", "in_thread", table.c.user_id)
    )


def _chats(
    rows: Iterable[Row[Any]],
    now: dict[tuple[str, str], str],
    lost: dict[tuple[str, str], float],
) -> Sequence[UsedChat]:
    """Each chat once, by the id that it has now."""
    places: dict[tuple[str, str], ConversationRef] = {}
    users: dict[tuple[str, str], dict[User, None]] = {}
    for row in sorted(rows, key=lambda row: -row.at):
        chat: str = now.get((row.platform, row.in_chat)) or row.in_chat
        key, user = (row.platform, chat), User(platform=row.platform, id=row.user_id)
        if key in places:
            users[key][user] = None
        elif row.at > lost.get(key, 0.0):
            thread = row.in_thread if chat == row.in_chat else ""
            place = ConversationRef(platform=row.platform, chat=chat, thread=thread)
            places[key], users[key] = place, {user: None}
    return [UsedChat(conversation=places[key], users=tuple(users[key])) for key in places]
