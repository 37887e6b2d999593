"""What this process has in common with the others, for whoever works with it."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL

from storage.database import Database, connect
from storage.fleet.calls import Calls
from storage.fleet.files import FleetFiles
from storage.fleet.members import Membership, Patience
from storage.fleet.notices import FleetNotices
from storage.postgres import connect_options


@dataclass(frozen=True, slots=True, kw_only=True)
class Commons:
    """The processes that work on one database, as one of them sees them.

    Attributes:
        conninfo: where the database is, as libpq has it.
        options: how to connect.
    """

    database: Database
    conninfo: str
    options: Mapping[str, Any]
    membership: Membership
    calls: Calls
    files: FleetFiles
    notices: FleetNotices


@asynccontextmanager
async def open_commons(
    database: Database, url: URL, media_dir: Path, patience: Patience | None = None
) -> AsyncGenerator[Commons]:
    """The fleet whose database that is, with what it needs besides; closes that at the end."""
    where, options = _conninfo(url), connect_options()
    # A machine whose beat is behind a large file would be taken for dead.
    bulk = Database(connect(url), url.database)
    try:
        yield Commons(
            database=database,
            conninfo=where,
            options=options,
            membership=Membership(database, patience or Patience()),
            calls=Calls(database, where, options),
            files=FleetFiles(bulk, media_dir),
            notices=FleetNotices(database),
        )
    finally:
        await bulk.close()


def _conninfo(url: URL) -> str:
    # Not the address itself: what may stand in it here, like a blank, libpq refuses there.
    _, parts = url.get_dialect()().create_connect_args(url)
    return make_conninfo("", **parts)
