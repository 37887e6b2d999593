"""The admins' rules on SQL."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace

from sqlalchemy import Connection, delete, insert, select, update

from core.people.access import Rule
from core.people.audit import Act
from core.platform import Party
from storage.audit import write_within
from storage.database import Database
from storage.tables import access, former_ids, is_party, kept_out, renamed

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
            connection.execute(delete(access).where(is_party(access, party)))
            connection.execute(insert(access).values(values))
            write_within(connection, rule.act)

        await self._database.run(_ROW, save)

    async def keep_out(self, user: Party, chat: Party, act: Act, *, out: bool) -> None:
        key = {"platform": user.platform, "chat": chat.id, "user_id": user.id}

        def keep(connection: Connection) -> None:
            connection.execute(delete(kept_out).filter_by(**key))
            if out:
                connection.execute(insert(kept_out), key)
            write_within(connection, act)

        await self._database.run(_ROW, keep)

    async def is_kept_out(self, user: Party, chat: Party) -> bool:
        query = select(kept_out.c.chat).filter_by(
            platform=user.platform, chat=chat.id, user_id=user.id
        )
        return await self._database.run(_ROW, lambda c: c.execute(query).first() is not None)

    async def rename(self, old: Party, new: Party) -> None:
        values = asdict(new) | {"former": old.id}
        moved = (
            update(kept_out)
            .where(kept_out.c.platform == old.platform, kept_out.c.chat == old.id)
            .values(chat=new.id)
            .prefix_with("OR REPLACE")
        )

        def rename(connection: Connection) -> None:
            connection.execute(renamed(access, old, new))
            connection.execute(moved)
            connection.execute(delete(former_ids).where(is_party(former_ids, new)))
            connection.execute(insert(former_ids).values(values))

        await self._database.run(_ROW, rename)

    async def former(self, party: Party) -> Party | None:
        query = select(former_ids.c.former).where(is_party(former_ids, party))
        found = await self._database.run(_ROW, lambda c: c.scalar(query))
        return replace(party, id=found) if found else None
