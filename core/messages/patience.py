"""Writes that have to get through: whatever pause a platform asks for is kept."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TypeVar

from core.errors import StorageError
from core.platform import BrokenUploadError, RefusedError, SlowDownError, UnreachableError

_FIRST_SECONDS = 2.0
_LONGEST_SECONDS = 60.0
# A connection that breaks at the same upload again and again is a refusal without words.
_UPLOAD_TRIES = 4

T = TypeVar("T")
log = logging.getLogger(__name__)


def pauses(first_seconds: float = _FIRST_SECONDS) -> Iterator[float]:
    """Seconds before each next attempt of what has to succeed: longer and longer, for ever."""
    seconds = first_seconds
    while True:
        yield seconds
        seconds = min(seconds * 2, _LONGEST_SECONDS)


async def until_taken(
    write: Callable[[], Awaitable[T]], obey: Callable[[SlowDownError], Awaitable[None]]
) -> T:
    """Repeat a write until the platform has taken it, or has said why not.

    Args:
        write: waits for its turn by itself. What it stores before, if it does, comes first however
            long that takes.
        obey: sees to it that what the platform does not want now is not written.

    Raises:
        RefusedError: the platform refuses it, or breaks off every time that it is sent.
        MessageLostError, UncertainError: as `write` does.
    """
    waits, broken = pauses(), 0
    while True:
        try:
            return await write()
        except SlowDownError as error:
            await obey(error)
        except BrokenUploadError as error:
            broken += 1
            if broken == _UPLOAD_TRIES:
                raise RefusedError(str(error)) from error
            await asyncio.sleep(next(waits))
        except UnreachableError:
            await asyncio.sleep(next(waits))
        except StorageError as error:
            seconds = next(waits)
            log.warning(
                "nothing is written that cannot be stored, again in %g s: %s", seconds, error
            )
            await asyncio.sleep(seconds)


class Caution:
    """While a platform has trouble, writes to it go one after the other, with a pause before each.

    So an outage costs as few chats as possible what may have been lost on the way to them.
    """

    def __init__(self) -> None:
        self._one = asyncio.Lock()
        self._pauses: Iterator[float] | None = None

    @property
    def has_trouble(self) -> bool:
        """Whether the last that was heard of the platform was trouble."""
        return self._pauses is not None

    def trouble(self) -> None:
        """Be careful from now on."""
        self._pauses = self._pauses or pauses()

    def works(self) -> None:
        """Be careful no longer."""
        self._pauses = None

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[bool]:
        """Wait until a write may be tried; gives whether it is the one tried in trouble."""
        if self._pauses is None:
            yield False
            return
        async with self._one:
            if self._pauses:
                await asyncio.sleep(next(self._pauses))
            yield True
