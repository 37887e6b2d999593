"""What gateways list for our keys, on SQL: one row for each model."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, and_, bindparam, select, update

from storage.database import Database
from storage.tables import listings
from storage.upserts import add_if_new

_ROW = "whether a model is listed"
_LISTED = bindparam("listed", type_=listings.c.listed.type)
_SAVE = (
    update(listings)
    .where(listings.c.model == bindparam("key"))
    .values(listed=_LISTED, told=and_(listings.c.told, ~_LISTED))
)


class SqlListedStore:
    """See `core.catalog.listed.ListedStore` for the contract."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self) -> Mapping[str, bool]:
        query = select(listings.c.model, listings.c.listed)

        def read(connection: Connection) -> Mapping[str, bool]:
            return {row.model: row.listed for row in connection.execute(query)}

        return await self._database.run(_ROW, read)

    async def save(self, states: Mapping[str, bool]) -> None:
        rows = [{"model": model, "listed": listed} for model, listed in states.items()]

        def save(connection: Connection) -> None:
            if rows:
                add_if_new(connection, listings, rows)
                connection.execute(_SAVE, [{"key": row["model"], **row} for row in rows])

        await self._database.run(_ROW, save)

    async def untold(self) -> Sequence[str]:
        query = select(listings.c.model).where(~listings.c.listed, ~listings.c.told)
        ordered = query.order_by(listings.c.model)
        return await self._database.run(_ROW, lambda c: c.scalars(ordered).all())

    async def tell(self, models: Collection[str]) -> None:
        stored = update(listings).where(listings.c.model.in_(models)).values(told=True)

        def tell(connection: Connection) -> None:
            connection.execute(stored)

        await self._database.run(_ROW, tell)
