"""A copy of the database, taken while a bot works on it.

Nothing in a copy sends anything by itself: what still waited when it was taken may have been
ordered and paid since, and a bot that is started from it must not order it once more.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from core.errors import StorageError
from core.jobs import JobState
from storage.database import parse
from storage.migrating import newest_revision
from storage.sqlite import file_of

_OURS_ALONE = 0o600
# What SQLite and we put beside a database. A journal that is not its own would be taken for it.
_BESIDE = ("-wal", "-shm", "-journal", ".lock")
# As a process leaves them that was killed while it sent them: people are told, and may retry.
_HOLD_JOBS = """
    UPDATE jobs SET state = ? WHERE state = ? AND coalesce(task, 'null') = 'null'
    AND results = '[]' AND assets = '[]'
"""
# Dealt with, as if: what they order may have been.
_SETTLE_ARRIVALS = "UPDATE arrivals SET body = NULL"
# Whom it was sent to since, nobody knows. What was only shown is no news to anybody.
_HOLD_BROADCASTS = (
    "DELETE FROM recipients WHERE broadcast IN (SELECT id FROM broadcasts WHERE state = 'draft')",
    "DELETE FROM broadcasts WHERE state = 'draft'",
    "UPDATE broadcasts SET state = 'stopped' WHERE state = 'sending'",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What was copied.

    Attributes:
        revision: the number of the script that it was last brought up to.
    """

    jobs: int
    size_bytes: int
    revision: str

    @property
    def is_older(self) -> bool:
        """Whether the next start brings it up to date."""
        return self.revision < newest_revision()


def back_up(database_url: str, target: Path, *, replaces: bool = False) -> Backup:
    """Copy the database to a file that only its owner can read, and check the copy.

    The target is all of it or what it was before.

    Args:
        database_url: of a database that may be in use.
        target: the file to write.
        replaces: whether a file that is there already may go.

    Raises:
        StorageError: there is no database, it is damaged, or the file cannot be written.
    """
    source = _source(database_url)
    try:
        _check_target(target, source, replaces=replaces)
        with TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
            copy = Path(folder) / "copy.db"
            copy.touch(mode=_OURS_ALONE)
            backup = _copy(source, copy)
            copy.replace(target)
    except sqlite3.Error as error:
        raise StorageError(f"{source} cannot be copied to {target}: {error}") from error
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror}") from error
    return backup


def _check_target(target: Path, source: Path, *, replaces: bool) -> None:
    """Refuse what is not to be replaced, and names that SQLite takes for files of its own."""
    if target.resolve() in {source, *(Path(f"{source}{end}") for end in _BESIDE)}:
        raise StorageError(f"{target} is the database itself, or a part of it")
    if not target.exists():
        return
    if not target.is_file():
        raise StorageError(f"{target} is no file")
    if target.samefile(source):
        raise StorageError(f"{target} is the database itself")
    if not replaces:
        raise StorageError(f"{target} is there already; --force replaces it")


def _source(database_url: str) -> Path:
    url = parse(database_url)
    if url.get_backend_name() != "sqlite":
        raise StorageError("DATABASE_URL: Postgres has a command of its own for this: pg_dump")
    source = file_of(url)
    if source is None:
        raise StorageError("DATABASE_URL: what is in memory can be copied by nobody")
    if not source.is_file():
        raise StorageError(f"There is no database at {source} yet; the first start makes it")
    return source


def _copy(source: Path, copy: Path) -> Backup:
    with closing(sqlite3.connect(copy)) as there:
        with closing(sqlite3.connect(f"file:{quote(str(source))}?mode=rw", uri=True)) as here:
            here.backup(there)
        # One file, without a journal beside it.
        there.execute("PRAGMA journal_mode=DELETE")
        tables = {name for (name,) in there.execute("SELECT name FROM sqlite_master")}
        if not {"alembic_version", "jobs"} <= tables:
            raise StorageError(f"{source} is no database of cliprelay")
        with there:
            there.execute(_HOLD_JOBS, (JobState.SUBMITTING, JobState.WAITING))
            if "arrivals" in tables:
                there.execute(_SETTLE_ARRIVALS)
            if "broadcasts" in tables:
                for statement in _HOLD_BROADCASTS:
                    there.execute(statement)
        ((verdict,), *_) = there.execute("PRAGMA integrity_check")
        if verdict != "ok":
            raise StorageError(f"{source} is damaged, so it was not copied: {verdict}")
        ((jobs, revision),) = there.execute(
            "SELECT count(*), (SELECT version_num FROM alembic_version) FROM jobs"
        )
        if revision is None:
            raise StorageError(f"{source} is no database of cliprelay")
    return Backup(jobs=jobs, size_bytes=copy.stat().st_size, revision=revision)
