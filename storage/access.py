"""The admins' rules on SQL."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import delete, insert, select

from core.people.access import Rule
from core.platform import Party
from storage.database import Database
from storage.tables import access, former_ids, is_party, renamed

_ROW = "a rule"


class SqlAccessStore:
    """See `core.people.access.AccessStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rules(self, *parties: Party) -> Mapping[Party, bool]:
        return await self._database.finish(_ROW, self._rules(parties))

    async def save(self, rule: Rule) -> None:
        await self._database.finish(_ROW, self._save(rule))

    async def rename(self, old: Party, new: Party) -> None:
        await self._database.finish(_ROW, self._rename(old, new))

    async def former(self, party: Party) -> Party | None:
        return await self._database.finish(_ROW, self._former(party))

    async def _rules(self, parties: tuple[Party, ...]) -> Mapping[Party, bool]:
        query = select(access).where(is_party(access, *parties))
        async with self._database.connect() as connection:
            rows = (await connection.execute(query)).all()
        return {Party(platform=r.platform, kind=r.kind, id=r.id): r.allowed for r in rows}

    async def _save(self, rule: Rule) -> None:
        party = rule.party
        async with self._database.begin() as connection:
            await connection.execute(delete(access).where(is_party(access, party)))
            await connection.execute(
                insert(access).values(
                    platform=party.platform,
                    kind=party.kind,
                    id=party.id,
                    allowed=rule.allowed,
                    by=str(rule.by),
                    at=rule.at,
                )
            )

    async def _rename(self, old: Party, new: Party) -> None:
        async with self._database.begin() as connection:
            await connection.execute(renamed(access, old, new))
            await connection.execute(delete(former_ids).where(is_party(former_ids, new)))
            await connection.execute(
                insert(former_ids).values(
                    platform=new.platform, kind=new.kind, id=new.id, former=old.id
                )
            )

    async def _former(self, party: Party) -> Party | None:
        query = select(former_ids.c.former).where(is_party(former_ids, party))
        async with self._database.connect() as connection:
            found = await connection.scalar(query)
        return replace(party, id=found) if found else None
