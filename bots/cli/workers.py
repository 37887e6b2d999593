"""`cliprelay workers`: which processes work on the database, read beside them."""

import asyncio
from collections.abc import Sequence

from bots.cli.logs import configure_logs
from bots.cli.printed import local, print_json, print_table, utc
from core.errors import SettingsError
from core.settings import survey_settings
from storage.database import is_shared
from storage.fleet.members import Patience, Worker, everybody
from storage.look import open_to_read

_ALONE = (
    "DATABASE_URL: on SQLite one process works alone, so there is nobody to list; several share "
    "a Postgres, like postgresql+psycopg://user@host/database"
)


def show_workers(*, as_json: bool) -> None:
    """Print who is there, and who has gone without a word; raises OperatorError."""
    configure_logs("ERROR")
    # Only the place of the database matters: what is wrong with others is told elsewhere.
    database_url = survey_settings()[0].database_url
    if not is_shared(database_url):
        raise SettingsError(_ALONE)
    found = asyncio.run(_found(database_url))
    if as_json:
        print_json([_as_json(each) for each in found])
    else:
        heads = ("worker", "listens to", "jobs", "since", "last heard")
        print_table(heads, [_cells(each) for each in found])


async def _found(database_url: str) -> Sequence[Worker]:
    async with open_to_read(database_url) as database:
        return await everybody(database)


def _is_silent(worker: Worker) -> bool:
    return worker.silent_for > Patience().stalled


def _as_json(worker: Worker) -> dict[str, object]:
    return {
        "worker": worker.name,
        "listens": list(worker.listens),
        "jobs": worker.jobs,
        "since": utc(worker.since),
        "silent_seconds": round(worker.silent_for, 1),
        "gone": _is_silent(worker),
    }


def _cells(worker: Worker) -> tuple[str, ...]:
    heard = f"{worker.silent_for:.0f} s ago"
    return (
        worker.name,
        ", ".join(worker.listens),
        str(worker.jobs),
        local(worker.since),
        f"{heard}; gone" if _is_silent(worker) else heard,
    )
