"""The preferences on SQL."""

from collections.abc import Mapping
from dataclasses import asdict

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, select

from core.people.preferences import Preferences
from core.platform import Party
from storage.database import Database
from storage.tables import is_party, renamed
from storage.tables import preferences as table

_PREFERENCES = TypeAdapter(Preferences)
_ROW = "a preference"


class SqlPreferenceStore:
    """See `core.people.preferences.PreferenceStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, *parties: Party) -> Mapping[Party, Preferences]:
        return await self._database.finish(_ROW, self._load(parties))

    async def save(self, party: Party, preferences: Preferences) -> None:
        await self._database.finish(_ROW, self._save(party, preferences))

    async def rename(self, old: Party, new: Party) -> None:
        await self._database.finish(_ROW, self._rename(old, new))

    async def _load(self, parties: tuple[Party, ...]) -> Mapping[Party, Preferences]:
        query = select(table).where(is_party(table, *parties))
        async with self._database.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return {
            Party(platform=row["platform"], kind=row["kind"], id=row["id"]): (
                _PREFERENCES.validate_python(dict(row))
            )
            for row in rows
        }

    async def _save(self, party: Party, chosen: Preferences) -> None:
        async with self._database.begin() as connection:
            await connection.execute(delete(table).where(is_party(table, party)))
            if chosen != Preferences():
                values = asdict(party) | asdict(chosen)
                await connection.execute(insert(table).values(values))

    async def _rename(self, old: Party, new: Party) -> None:
        async with self._database.begin() as connection:
            await connection.execute(renamed(table, old, new))
