"""Brings a database up to date, in the transaction that this is done in."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text, update

from core.errors import StorageError
from storage.tables import jobs

_SCRIPTS = Path(__file__).parent / "migrations"
# What processes that start at the same moment agree on, so that one of them does it.
_LOCK = text("SELECT pg_advisory_xact_lock(7366230001)")
# A large database takes its time: another process must not give up meanwhile, and neither may we.
_NO_HURRY = text("SET LOCAL statement_timeout = 0")
# What others write together, in one transaction.
_WRITTEN_TOGETHER = ("jobs", "exchanges", "ledger")


def migrate(connection: Connection) -> None:
    """Run the scripts that are missing, and find out whether anything can be written.

    Raises:
        StorageError: the database is of a later version.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_NO_HURRY)
        connection.execute(_LOCK)
    found, newest = revision(connection), newest_revision()
    if found is not None and found > newest:
        name = connection.engine.url.database
        raise StorageError(
            f"The database {name} cannot be used: it is of a later version of cliprelay"
            f" (its tables are number {found}, and here {newest} is the last)"
        )
    if found != newest:
        _keep_out(connection)
        _upgrade(connection)
    # Finds out now, and not at the first paid job, that nothing can be written.
    connection.execute(update(jobs).where(jobs.c.id == "").values(run=0))


def revision(connection: Connection) -> str | None:
    """The number of the script that the database was last brought up to; None of a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(text("SELECT version_num FROM alembic_version"))


def newest_revision() -> str:
    """The number of the last script; were it named otherwise, Alembic would find that out."""
    return max(path.stem for path in (_SCRIPTS / "versions").glob("*.py")).partition("_")[0]


def _keep_out(connection: Connection) -> None:
    """Let processes of an earlier version wait until all is done.

    One that has a row of the first table and wants one of the second would be in the way of
    scripts that have the second and come to the first; each time the scripts would be undone.
    """
    there = set(inspect(connection).get_table_names())
    names = [name for name in _WRITTEN_TOGETHER if name in there]
    if names and connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE"))


def _upgrade(connection: Connection) -> None:
    # Alembic costs a bot 11 MB and the start 0.1 s, and seldom there is something to do for it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        path = connection.engine.url.database
        raise StorageError(f"The database {path} cannot be used: {error}") from error
