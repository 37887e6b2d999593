"""Which database the tests use: a file, or with `--postgres` one on a server."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.fakes.empty_database import lay_database
from tests.fakes.postgres import PostgresServer, emptied

# A test is about the file of the database, or about one process that is alone.
ONLY_SQLITE = pytest.mark.only_sqlite


@dataclass(slots=True)
class _Choice:
    """The server of this run, if there is one, and its databases: in use for a folder, or free."""

    server: PostgresServer | None = None
    of_folder: dict[Path, str] = field(default_factory=dict[Path, str])
    free: list[str] = field(default_factory=list[str])
    shape: str = ""


_CHOICE = _Choice()


def use_postgres(server: PostgresServer) -> None:
    """Let every test of this process have its database there."""
    _CHOICE.server = server


def is_on_postgres() -> bool:
    """Whether tests have their databases on a server."""
    return _CHOICE.server is not None


def url_in(folder: Path) -> str:
    """The database of a test that has this folder for itself; always the same for one folder."""
    if _CHOICE.server is None:
        # No test waits 5 s for a lock that somebody else has.
        return f"sqlite:///{folder}/jobs.db?timeout=0.2"
    if folder not in _CHOICE.of_folder:
        _CHOICE.of_folder[folder] = _CHOICE.free.pop() if _CHOICE.free else _made(_CHOICE.server)
    return _CHOICE.of_folder[folder]


def let_go() -> None:
    """A test has ended: the next one may have its databases.

    To empty one takes milliseconds, and to make one as long as many tests take.
    """
    while _CHOICE.of_folder:
        _, url = _CHOICE.of_folder.popitem()
        # Nobody wants one in which a test has left a table that is renamed.
        if emptied(url) == _CHOICE.shape:
            _CHOICE.free.append(url)


def _made(server: PostgresServer) -> str:
    url = server.new_database()
    _CHOICE.shape = emptied(url)
    return url


def lay_in(folder: Path) -> str:
    """The same, brought up to date before it is opened: that takes longer than most tests."""
    if _CHOICE.server is None:
        lay_database(folder / "jobs.db")
    return url_in(folder)


def say_beside(folder: Path, sql: str, **values: object) -> list[tuple[Any, ...]]:
    """Say it to the database of that folder as somebody else would; gives the rows that come."""
    with create_engine(url_in(folder), poolclass=NullPool).begin() as beside:
        answer = beside.execute(text(sql), values)
        return [tuple(row) for row in answer] if answer.returns_rows else []
