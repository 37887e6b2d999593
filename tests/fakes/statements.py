"""What is said to the database: written down as it is executed, or said by a test."""

import asyncio
import sqlite3
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from storage.database import Database

Statement = tuple[str, Any]
Note = Callable[..., None]

# SQLAlchemy is told of these once: threads of databases go through its own list while they work,
# and a list that changes meanwhile fails them.
_NAMES = ("before_cursor_execute", "commit", "rollback")
_notes: dict[str, tuple[Note, ...]] = dict.fromkeys(_NAMES, ())


def _listen(name: str, note: Note) -> None:
    _notes[name] += (note,)


def _remove(name: str, note: Note) -> None:
    _notes[name] = tuple(each for each in _notes[name] if each is not note)


def _tell(name: str) -> Note:
    def tell(*about: object) -> None:
        for note in _notes[name]:
            note(*about)

    return tell


for _name in _NAMES:
    event.listen(Engine, _name, _tell(_name))


@contextmanager
def listening() -> Generator[list[Statement]]:
    """Write down each statement with its parameters, whichever engine of this process runs it."""
    said: list[Statement] = []

    def note(_c: object, _cursor: object, sql: str, parameters: object, *_: object) -> None:
        # What a transaction is called is nobody's question but storage.postgres's.
        if "pg_current_xact_id" not in sql:
            said.append((sql, parameters))

    _listen("before_cursor_execute", note)
    try:
        yield said
    finally:
        _remove("before_cursor_execute", note)


def plans_of(said: Iterable[Statement], path: Path) -> list[str]:
    """How SQLite goes about these statements on the database there, step by step."""
    with closing(sqlite3.connect(path)) as beside:
        return [
            step[3]
            for sql, values in said
            for step in beside.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
        ]


@contextmanager
def committing() -> Generator[list[None]]:
    """Count commits, whichever engine of this process does them."""
    commits: list[None] = []

    def note(_: object) -> None:
        commits.append(None)

    _listen("commit", note)
    try:
        yield commits
    finally:
        _remove("commit", note)


@dataclass(slots=True)
class Steps:
    """How much SQLite has computed: instructions of its machine, which no clock changes."""

    made: int = 0


@contextmanager
def counting_steps() -> Generator[Steps]:
    """Count the steps of all statements, whichever engine of this process runs them."""
    steps, watched = Steps(), "counts steps"

    def count() -> None:
        steps.made += 1

    def watch(connection: Connection, *_: object) -> None:
        if watched not in connection.info:
            connection.info[watched] = True
            _driver(connection).set_progress_handler(count, 1)

    def leave(connection: Connection) -> None:
        # Only its own thread may touch it, so this cannot wait for the end of the block.
        if connection.info.pop(watched, None):
            _driver(connection).set_progress_handler(None, 1)

    watches = {"before_cursor_execute": watch, "commit": leave, "rollback": leave}
    for name, each in watches.items():
        _listen(name, each)
    try:
        yield steps
    finally:
        for name, each in watches.items():
            _remove(name, each)


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


@contextmanager
def changing() -> Generator[asyncio.Event]:
    """Set the event after each commit that may have changed a row, whichever engine does it."""
    loop, changed, begun = asyncio.get_running_loop(), asyncio.Event(), list[str]()

    def note(_c: object, _cursor: object, sql: str, *_: object) -> None:
        if not sql.startswith("SELECT"):
            begun.append(sql)

    def tell(_: object) -> None:
        if begun:
            begun.clear()
            loop.call_soon_threadsafe(changed.set)

    _listen("before_cursor_execute", note)
    _listen("commit", tell)
    try:
        yield changed
    finally:
        _remove("before_cursor_execute", note)
        _remove("commit", tell)


@contextmanager
def asking(words: str) -> Generator[asyncio.Event]:
    """Set the event as soon as a statement with these words is executed, whoever says it."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()

    def note(_c: object, _cursor: object, sql: str, *_: object) -> None:
        if words in sql:
            loop.call_soon_threadsafe(asked.set)

    _listen("before_cursor_execute", note)
    try:
        yield asked
    finally:
        _remove("before_cursor_execute", note)


async def say(database: Database, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Say it, and give the rows that come back."""

    def execute(connection: Connection) -> list[tuple[Any, ...]]:
        mark = {"qmark": "?", "pyformat": "%s"}[connection.dialect.paramstyle]
        answer = connection.exec_driver_sql(sql.replace("?", mark), values)
        return [tuple(row) for row in answer] if answer.returns_rows else []

    return await database.run("a row", execute)
