"""What is said to the database, written down as it is executed."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

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
