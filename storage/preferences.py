"""The preferences on SQL."""

from collections.abc import Mapping
from dataclasses import asdict

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, select

from core.people.audit import Act
from core.people.preferences import Preferences
from core.platform import Party
from storage.audit import write_within
from storage.database import Database
from storage.parties import is_party, renamed
from storage.tables import preferences as table
from storage.upserts import put

_PREFERENCES = TypeAdapter(Preferences)
_ROW = "a preference"


class SqlPreferenceStore:
    """See `core.people.preferences.PreferenceStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, *parties: Party) -> Mapping[Party, Preferences]:
        query = select(table).where(is_party(table, *parties))

        def read(connection: Connection) -> Mapping[Party, Preferences]:
            rows = connection.execute(query).mappings()
            return {
                Party(platform=row["platform"], kind=row["kind"], id=row["id"]): (
                    _PREFERENCES.validate_python(dict(row))
                )
                for row in rows
            }

        return await self._database.run(_ROW, read)

    async def save(self, party: Party, preferences: Preferences, act: Act | None = None) -> None:
        values = asdict(party) | asdict(preferences)

        def save(connection: Connection) -> None:
            if preferences != Preferences():
                put(connection, table, values)
            else:
                connection.execute(delete(table).where(is_party(table, party)))
            if act:
                write_within(connection, act)

        await self._database.run(_ROW, save)

    async def rename(self, old: Party, new: Party) -> None:
        moved = renamed(table, old, new)
        await self._database.run(_ROW, lambda c: c.execute(moved))
