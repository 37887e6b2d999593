"""procrastinate: wakes one of the processes for each job that may run.

The table of jobs is the truth. A row of the queue says no more than "somebody look at this job";
it is gone as soon as somebody has, and one too many does no harm.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from typing import Any

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as Call
from procrastinate.manager import JobManager
from psycopg import OperationalError
from sqlalchemy import Connection, text

log = logging.getLogger(__name__)

_TASK = "take"
_QUEUED = text(
    "SELECT queueing_lock FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
    " AND task_name = :task"
)
# Whoever was to look has died in that moment.
_DROP_STALLED = text(
    "DELETE FROM procrastinate_jobs WHERE status NOT IN ('todo', 'doing') OR status = 'doing'"
    " AND NOT EXISTS (SELECT 1 FROM procrastinate_workers w WHERE w.id = worker_id"
    " AND w.last_heartbeat > now() - make_interval(secs => :seconds))"
)
_BEAT_SECONDS = 5.0
_STALLED_SECONDS = 15.0
_PAUSE_SECONDS = 1.0
# Nobody waits longer until a worker has said goodbye: others find out by themselves.
_LEAVING_SECONDS = 2.0
# How many jobs one process looks at in the same moment.
_AT_ONCE = 20
_SYNC = JobManager(SyncPsycopgConnector())


def in_queue(connection: Connection) -> Collection[str]:
    """The jobs at which somebody is going to look."""
    connection.execute(_DROP_STALLED, {"seconds": _STALLED_SECONDS})
    return set(connection.scalars(_QUEUED, {"task": _TASK}))


def defer(connection: Connection, wanted: Sequence[tuple[str, str]]) -> None:
    """Let somebody look at these jobs, each given with its platform; none may be in the queue."""
    if wanted:
        calls = [
            Call(
                id=None,
                queue=platform,
                lock=job_id,
                queueing_lock=job_id,
                task_name=_TASK,
                task_kwargs={"job_id": job_id},
            )
            for job_id, platform in wanted
        ]
        _SYNC.batch_defer_jobs(calls, connection=connection.connection.driver_connection)


class WakeUps:
    """Is woken for jobs of the platforms that it has joined.

    Args:
        conninfo: where the database is, as libpq has it.
        options: how to connect.
        take: looks at a job; never raises.
    """

    def __init__(
        self,
        conninfo: str,
        options: dict[str, Any],
        take: Callable[[str], Awaitable[None]],
    ) -> None:
        connector = PsycopgConnector(
            conninfo=conninfo, kwargs=options, min_size=1, max_size=4, timeout=10.0
        )
        self._app = App(connector=connector)
        self._take = take
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._is_closed = False

        @self._app.task(name=_TASK)
        async def look(job_id: str) -> None:  # pyright: ignore[reportUnusedFunction]
            await self._take(job_id)

    async def open(self) -> None:
        """Connect."""
        await self._app.open_async()

    def join(self, platform: str) -> None:
        """Be woken for jobs of that platform, too."""
        if platform not in self._tasks:
            self._tasks[platform] = asyncio.create_task(self._listen(platform))

    async def close(self) -> None:
        """Be woken no more; a database that hangs is not waited for."""
        if self._is_closed:
            return
        self._is_closed = True
        # Twice: first it lets whoever was woken come to an end, then it drops everything.
        for _ in range(2):
            if pending := [task for task in self._tasks.values() if not task.done()]:
                for task in pending:
                    task.cancel()
                await asyncio.wait(pending, timeout=_LEAVING_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LEAVING_SECONDS):
                await self._app.close_async()

    async def _listen(self, platform: str) -> None:
        # A worker that cannot say goodbye fails of that, and its cancellation is lost.
        while not self._is_closed:
            try:
                await self._app.run_worker_async(
                    queues=[platform],
                    name=platform,
                    concurrency=_AT_ONCE,
                    install_signal_handlers=False,
                    update_heartbeat_interval=_BEAT_SECONDS,
                    stalled_worker_timeout=_STALLED_SECONDS,
                    shutdown_graceful_timeout=_PAUSE_SECONDS,
                    delete_jobs="always",
                )
            except (ConnectorException, OperationalError) as error:
                if self._is_closed:
                    return
                log.warning("the queue cannot be read, again soon: %s", error)
            # It also ends by itself, when the database was away for longer.
            await asyncio.sleep(_PAUSE_SECONDS)
