"""The characters on SQL."""

from collections.abc import Sequence

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, delete, select

from core.people.characters import Character
from core.platform import User
from storage.database import Database
from storage.tables import characters as table
from storage.upserts import put

_CHARACTER = TypeAdapter(Character)
_ROW = "a character"


class SqlCharacterStore:
    """See `core.people.characters.CharacterStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, user: User, character: Character) -> None:
        owner = {"platform": user.platform, "user_id": user.id}
        values = owner | _CHARACTER.dump_python(character)
        await self._database.run(_ROW, lambda c: put(c, table, values))

    async def of_user(self, user: User) -> Sequence[Character]:
        query = select(table).where(*_is(user)).order_by(table.c.created_at)

        def read(connection: Connection) -> list[Character]:
            rows = connection.execute(query).mappings()
            return [_CHARACTER.validate_python(dict(row)) for row in rows]

        return await self._database.run(_ROW, read)

    async def forget(self, user: User, alias: str) -> bool:
        wanted = delete(table).where(*_is(user, alias))
        return await self._database.run(_ROW, lambda c: c.execute(wanted).rowcount > 0)

    async def forget_all(self, user: User) -> None:
        theirs = delete(table).where(*_is(user))
        await self._database.run(_ROW, lambda c: c.execute(theirs))


def _is(user: User, alias: str | None = None) -> tuple[ColumnElement[bool], ...]:
    owned = (table.c.platform == user.platform, table.c.user_id == user.id)
    return owned if alias is None else (*owned, table.c.alias == alias)
