"""The admins' rules on SQL."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, or_, select, tuple_

from core.people.access import Decided, Rule, Verdict
from core.people.audit import Act
from core.platform import Party
from storage.audit import write_within
from storage.database import Database
from storage.parties import is_party, renamed
from storage.tables import access, former_ids, kept_out
from storage.upserts import add_if_new, put, replace_key

_ROW = "a rule"


class SqlAccessStore:
    """See `core.people.access.AccessStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rules(self, *parties: Party) -> Mapping[Party, bool]:
        query = select(access).where(is_party(access, *parties))

        def read(connection: Connection) -> Mapping[Party, bool]:
            rows = connection.execute(query)
            return {Party(platform=r.platform, kind=r.kind, id=r.id): r.allowed for r in rows}

        return await self._database.run(_ROW, read)

    async def banned(self) -> Collection[Party]:
        query = select(access.c.platform, access.c.kind, access.c.id).where(access.c.banned)

        def read(connection: Connection) -> Collection[Party]:
            rows = connection.execute(query)
            return [Party(platform=row.platform, kind=row.kind, id=row.id) for row in rows]

        return await self._database.run(_ROW, read)

    async def save(self, rule: Rule) -> None:
        party = rule.party
        values = asdict(party) | {
            "allowed": rule.allowed,
            "banned": rule.banned,
            "by": str(rule.act.by),
            "at": rule.act.at,
        }

        def save(connection: Connection) -> None:
            put(connection, access, values)
            write_within(connection, rule.act)

        await self._database.run(_ROW, save)

    async def keep_out(self, user: Party, chat: Party, act: Act, *, out: bool) -> None:
        key = {"platform": user.platform, "chat": chat.id, "user_id": user.id}

        def keep(connection: Connection) -> None:
            if out:
                add_if_new(connection, kept_out, key | {"by": str(act.by), "at": act.at})
            else:
                connection.execute(delete(kept_out).filter_by(**key))
            write_within(connection, act)

        await self._database.run(_ROW, keep)

    async def is_kept_out(self, user: Party, chat: Party) -> bool:
        query = select(kept_out.c.chat).filter_by(
            platform=user.platform, chat=chat.id, user_id=user.id
        )
        return await self._database.run(_ROW, lambda c: c.execute(query).first() is not None)

    async def decided(
        self,
        verdict: Verdict | None,
        *,
        limit: int,
        beginning: str = "",
        after: tuple[str, str, str] | None = None,
    ) -> Sequence[Decided]:
        is_kept_out = verdict is Verdict.KEPT_OUT
        table = kept_out if is_kept_out else access
        key = (table.c.platform, kept_out.c.chat, kept_out.c.user_id)
        key = key if is_kept_out else (access.c.platform, access.c.kind, access.c.id)
        wanted = [*_OF.get(verdict, ()), *_beginning(key[0], key[2], beginning)]
        if after:
            wanted.append(tuple_(*key) > tuple_(*after))
        query = select(table).where(*wanted).order_by(*key).limit(limit)
        read = _kept_out if is_kept_out else _decided
        return await self._database.run(_ROW, lambda c: [read(row) for row in c.execute(query)])

    async def rename(self, old: Party, new: Party) -> None:
        values = asdict(new) | {"former": old.id}

        def rename(connection: Connection) -> None:
            connection.execute(renamed(access, old, new))
            replace_key(connection, kept_out.c.chat, old.id, new.id, platform=old.platform)
            put(connection, former_ids, values)

        await self._database.run(_ROW, rename)

    async def former(self, party: Party) -> Party | None:
        query = select(former_ids.c.former).where(is_party(former_ids, party))
        found = await self._database.run(_ROW, lambda c: c.scalar(query))
        return replace(party, id=found) if found else None

    async def latter(self, party: Party) -> Party | None:
        query = select(former_ids.c.id).filter_by(
            platform=party.platform, kind=party.kind, former=party.id
        )
        found = await self._database.run(_ROW, lambda c: c.scalar(query))
        return replace(party, id=found) if found else None


_OF: Mapping[Verdict | None, Sequence[ColumnElement[bool]]] = {
    Verdict.ALLOWED: (access.c.allowed,),
    Verdict.DENIED: (~access.c.allowed, ~access.c.banned),
    Verdict.BANNED: (access.c.banned,),
}


def _beginning(
    platform: ColumnElement[str], id_: ColumnElement[str], said: str
) -> Iterator[ColumnElement[bool]]:
    if said:
        named, _, rest = said.partition(":")
        bare = id_.startswith(said, autoescape=True)
        yield or_(bare, and_(platform == named, id_.startswith(rest, autoescape=True)))


def _decided(row: Row[Any]) -> Decided:
    verdict = Verdict.ALLOWED if row.allowed else Verdict.DENIED
    return Decided(
        party=Party(platform=row.platform, kind=row.kind, id=row.id),
        verdict=Verdict.BANNED if row.banned else verdict,
        by=row.by,
        at=row.at,
    )


def _kept_out(row: Row[Any]) -> Decided:
    return Decided(
        party=Party(platform=row.platform, kind="user", id=row.user_id),
        verdict=Verdict.KEPT_OUT,
        by=row.by,
        at=row.at,
        where=Party(platform=row.platform, kind="chat", id=row.chat),
    )
