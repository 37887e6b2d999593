"""Messages that move although nothing happens: bars that are estimated, places in the queue."""

import asyncio
from collections.abc import Callable, Collection, Mapping

from core.engine.active_job import ActiveJob
from core.jobs import Job
from core.messages.progress import Phase, Progress

# Each job's bar moves once a second, but not those of thousands in the same moment: nothing else
# would be done meanwhile.
_TICK_SECONDS = 1.0
_TURNS = 20


class Ticker:
    """Lets the messages of jobs move.

    Args:
        active: the jobs of this process.
        running: the ids of those that run; what waits looks the same until it moves.
    """

    def __init__(self, active: Mapping[str, ActiveJob], running: Collection[str]) -> None:
        self._active = active
        self._running = running
        self._task: asyncio.Task[None] | None = None

    def start(self, tell_moved: Callable[[], None]) -> None:
        """Begin; once a second the queue is asked which places have changed."""
        self._task = asyncio.create_task(self._tick(tell_moved), name="ticker")

    def stop(self) -> None:
        """Let nothing move any more."""
        if self._task:
            self._task.cancel()

    def moved(self, job: Job, position: int) -> None:
        """Show that a job has another place in the queue."""
        if active := self._active.get(job.id):
            active.show(Progress(phase=Phase.WAITING, position=position, fraction=job.fraction))

    async def _tick(self, tell_moved: Callable[[], None]) -> None:
        while True:
            tell_moved()
            for turn in range(_TURNS):
                await asyncio.sleep(_TICK_SECONDS / _TURNS)
                for job_id in list(self._running)[turn::_TURNS]:
                    if active := self._active.get(job_id):
                        active.touch()
