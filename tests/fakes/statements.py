"""What is said to the database: written down as it is executed, or said by a test."""

import asyncio
import sqlite3
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from storage.database import Database

Statement = tuple[str, Any]


@contextmanager
def listening() -> Generator[list[Statement]]:
    """Write down each statement with its parameters, whichever engine of this process runs it."""
    said: list[Statement] = []

    def note(_c: object, _cursor: object, sql: str, parameters: object, *_: object) -> None:
        said.append((sql, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)


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

    event.listen(Engine, "commit", note)
    try:
        yield commits
    finally:
        event.remove(Engine, "commit", note)


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

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "commit", tell)
    try:
        yield changed
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        event.remove(Engine, "commit", tell)


@contextmanager
def asking(words: str) -> Generator[asyncio.Event]:
    """Set the event as soon as a statement with these words is executed, whoever says it."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()

    def note(_c: object, _cursor: object, sql: str, *_: object) -> None:
        if words in sql:
            loop.call_soon_threadsafe(asked.set)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def say(database: Database, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Say it, and give the rows that come back."""

    def execute(connection: Connection) -> list[tuple[Any, ...]]:
        answer = connection.exec_driver_sql(sql, values)
        return [tuple(row) for row in answer] if answer.returns_rows else []

    return await database.run("a row", execute)
