"""The characters on SQL."""

from collections.abc import Sequence

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, delete, insert, select

from core.people.characters import Character
from core.platform import User
from storage.database import Database
from storage.tables import characters as table

_CHARACTER = TypeAdapter(Character)
_ROW = "a character"


class SqlCharacterStore:
    """See `core.people.characters.CharacterStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, user: User, character: Character) -> None:
        await self._database.finish(_ROW, self._keep(user, character))

    async def of_user(self, user: User) -> Sequence[Character]:
        return await self._database.finish(_ROW, self._of_user(user))

    async def forget(self, user: User, alias: str) -> bool:
        return await self._database.finish(_ROW, self._forget(user, alias))

    async def _keep(self, user: User, character: Character) -> None:
        values = _CHARACTER.dump_python(character)
        async with self._database.begin() as connection:
            await connection.execute(delete(table).where(*_is(user, character.alias)))
            owner = {"platform": user.platform, "user_id": user.id}
            await connection.execute(insert(table).values(**owner, **values))

    async def _of_user(self, user: User) -> Sequence[Character]:
        query = select(table).where(*_is(user)).order_by(table.c.created_at)
        async with self._database.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [_CHARACTER.validate_python(dict(row)) for row in rows]

    async def _forget(self, user: User, alias: str) -> bool:
        async with self._database.begin() as connection:
            result = await connection.execute(delete(table).where(*_is(user, alias)))
        return result.rowcount > 0


def _is(user: User, alias: str | None = None) -> tuple[ColumnElement[bool], ...]:
    owned = (table.c.platform == user.platform, table.c.user_id == user.id)
    return owned if alias is None else (*owned, table.c.alias == alias)
