"""Storing that is not given up: what was paid for is worth any wait."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from core.errors import FaultKind, JobError, StorageError
from core.jobs import LostRunError
from core.messages.patience import pauses

log = logging.getLogger(__name__)

T = TypeVar("T")

# A database that somebody else holds for a moment is free again soon, a full disk is not.
_FIRST_SECONDS = 0.5
# A stop does not wait for a database that hangs: the next start knows what to do without it.
_LAST_SECONDS = 10.0


async def until_stored(job_id: str, write: Callable[[], Awaitable[T]]) -> T:
    """Repeat a write until the database and the disk have taken it.

    A stop in one of the pauses, which grow to a minute, makes one last attempt, which
    takes no longer than `_LAST_SECONDS`.

    Raises:
        LostRunError, JobError: what `write` raises for any other reason.
    """
    for pause in pauses(_FIRST_SECONDS):
        try:
            return await write()
        except (StorageError, JobError) as error:
            if not _is_about_storage(error):
                raise
            log.warning("job %s: cannot be stored, again in %g s: %s", job_id, pause, error)
        try:
            await asyncio.sleep(pause)
        except asyncio.CancelledError:
            with suppress(StorageError, JobError, LostRunError, TimeoutError):
                async with asyncio.timeout(_LAST_SECONDS):
                    await write()
            raise
    raise AssertionError("there is always another pause")


def _is_about_storage(error: StorageError | JobError) -> bool:
    return isinstance(error, StorageError) or error.fault.kind is FaultKind.DISK_FULL
