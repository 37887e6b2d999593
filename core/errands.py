"""Background work, which goes on after whoever started it has left."""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import datetime, time, timedelta
from typing import TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Errands:
    """Keeps tasks alive until they are done; what goes wrong in them is logged."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    def start(self, work: Coroutine[None, None, object]) -> asyncio.Task[object]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Cancel what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("unexpected error in the background", exc_info=error)


def seconds_until(hour: time, now: datetime) -> float:
    """How long it is until a time of the day, where that is not just now."""
    then = datetime.combine(now.date(), hour, now.tzinfo)
    return ((then if then > now else then + timedelta(days=1)) - now).total_seconds()
