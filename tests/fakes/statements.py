"""What is said to the database: written down as it is executed, or said by a test."""

from collections.abc import Generator
from contextlib import contextmanager
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


async def say(database: Database, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """Say it, and give the rows that come back."""

    def execute(connection: Connection) -> list[tuple[Any, ...]]:
        answer = connection.exec_driver_sql(sql, values)
        return [tuple(row) for row in answer] if answer.returns_rows else []

    return await database.run("a row", execute)
