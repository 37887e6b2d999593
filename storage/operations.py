"""Database operations that are finished even when nobody waits for them any more."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError

from core.errors import StorageError

T = TypeVar("T")


class Operations:
    """Those of one store, so that no connection is left in the middle of a statement.

    `row` is what an error calls one of its rows.
    """

    def __init__(self, row: str) -> None:
        self._row = row
        self._running: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Wait for what is still being written."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def finish(self, operation: Coroutine[object, object, T]) -> T:
        """Do it, to its end also when the caller is cancelled.

        Raises:
            StorageError: the database cannot be used.
        """
        return await asyncio.shield(self.start(operation))

    def start(self, operation: Coroutine[object, object, T]) -> asyncio.Task[T]:
        """Begin with it."""
        task = asyncio.create_task(self._explained(operation))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _explained(self, operation: Coroutine[object, object, T]) -> T:
        try:
            return await operation
        except DBAPIError as error:
            raise StorageError(f"The database cannot be used: {error.orig}") from error
        except ValueError as error:
            said = f"The database holds {self._row} that cannot be read: {error}"
            raise StorageError(said) from error
