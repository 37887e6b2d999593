"""The logs of the jobs of this process: kept while they run, then a small file beside the media.

So a log outlives a restart, and goes when the media do.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

import httpx
from structlog.contextvars import get_contextvars

from bots.job_log import JobLog, LoggedExchange, LoggedLine
from bots.watched_body import WatchedBody
from core.job_logs import NUMBER, LogLine, LogNews
from core.past_jobs import PastJobStore
from core.redact import beginning
from core.services import Services

log = logging.getLogger(__name__)

_NAME = "log.jsonl"
_MOST_JOBS = 500
# What is said of a job just after its end belongs to it, too.
_LATER_SECONDS = 3.0
# So many are written at once, then others have their turn: it takes the interpreter's time.
_AT_ONCE = 20
_PAUSE_SECONDS = 0.05
# How long a stop waits for what is not written yet.
_LAST_SECONDS = 2.0
_FILE_BYTES = 64_000
_ASKED_BYTES = 2_000
_KIND_CHARS = 1_000
_EXCHANGE = "cliprelay.exchange"


class KeptJobLogs(logging.Handler):
    """Listens to the log, to the client that asks gateways, and to the feed of jobs.

    See `core.job_logs.JobLogs` and `core.feed.JobFollower`.

    Args:
        folder: where the files of a job are.
        past_jobs: knows whether there still is a row of it.
        changed: is called within the loop when a log has changed.
        later_seconds: how long after its end something may still be said of a job.
        last_seconds: how long a stop waits for what is not written yet.
    """

    def __init__(
        self,
        folder: Callable[[str], Path],
        past_jobs: PastJobStore,
        changed: Callable[[], None] = lambda: None,
        *,
        later_seconds: float = _LATER_SECONDS,
        last_seconds: float = _LAST_SECONDS,
    ) -> None:
        super().__init__()
        self._later_seconds = later_seconds
        self._last_seconds = last_seconds
        self._folder = folder
        self._past_jobs = past_jobs
        self._changed = changed
        self._logs: dict[str, JobLog] = {}
        # Those that have left since they were looked at last, and those before: written next.
        self._left: set[str] = set()
        self._over: set[str] = set()
        self._tidying: asyncio.Task[None] | None = None
        self._stops = asyncio.Event()

    @property
    def hooks(self) -> dict[str, list[Callable[..., object]]]:
        """What httpx calls."""
        return {"request": [self._asked], "response": [self._answered]}

    def begins(self, job_id: str, *, is_private: bool) -> None:
        """Keep the log of a job from now on, as long as there are not too many."""
        self._left.discard(job_id)
        self._over.discard(job_id)
        if job_id not in self._logs and len(self._logs) < _MOST_JOBS:
            self._logs[job_id] = JobLog(is_private=is_private)

    def leaves(self, job_id: str) -> None:
        """Let it become a file soon."""
        if job_id not in self._logs:
            return
        self._left.add(job_id)
        if self._tidying is None or self._tidying.done():
            self._tidying = asyncio.create_task(self._tidy())

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line that is about a job; see `logging.Handler`."""
        if record.name == "httpx":  # the exchange itself is kept
            return
        job_id = getattr(record, "job", None) or get_contextvars().get("job")
        kept = self._logs.get(job_id) if job_id else None
        if kept is None:
            return
        with suppress(Exception):  # a library's arguments do not fit its own text
            kept.add(LoggedLine.of(record))
        with suppress(RuntimeError):  # what a thread has said is told with what comes next
            asyncio.get_running_loop()
            self._changed()

    async def read(self, job_id: str) -> Sequence[LogLine]:
        """See `core.job_logs.JobLogs`."""
        return await asyncio.to_thread(self._read, job_id)

    async def news(self, job_id: str, mark: int) -> LogNews:
        """See `core.job_logs.JobLogs`."""
        kept = self._logs.get(job_id)
        if kept is None:
            return LogNews(mark=mark)
        begins, changed, new = kept.begins, kept.changed, kept.since(mark)
        lines = await asyncio.to_thread(lambda: [each.told() for each in new]) if new else ()
        return LogNews(begins=begins, mark=changed, lines=lines)

    async def finish(self) -> None:
        """Let as many of them become files as can in `last_seconds`."""
        self._stops.set()
        try:
            async with asyncio.timeout(self._last_seconds):
                if self._tidying:
                    await self._tidying
                await self._write(set(self._logs))
        except TimeoutError:
            log.warning("no time to write the logs of at least %d jobs", len(self._logs))

    def _read(self, job_id: str) -> Sequence[LogLine]:
        kept = self._logs.get(job_id)
        return [*read_log(self._folder(job_id) / _NAME), *(kept.told() if kept else ())]

    async def _tidy(self) -> None:
        while self._left or self._over:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._later_seconds):
                    await self._stops.wait()
                    return  # then all are written
            await self._write(self._over)
            self._over, self._left = self._left, set()

    async def _write(self, ended: set[str]) -> None:
        """Take them out of the set as they are written: what begins again leaves it, too."""
        while ended:
            some = [ended.pop() for _ in range(min(_AT_ONCE, len(ended)))]
            logs = {job_id: kept for job_id in some if (kept := self._logs.pop(job_id, None))}
            try:
                await self._write_some(logs)
            except Exception as error:  # noqa: BLE001 - no log is worth more than what it is about
                log.warning("the logs of up to %d jobs are lost: %r", len(logs), error)
            if ended and not self._stops.is_set():
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _write_some(self, logs: Mapping[str, JobLog]) -> None:
        there = await self._past_jobs.endings(logs)
        wanted = {self._folder(job_id): logs[job_id] for job_id in there}
        await asyncio.to_thread(_write_logs, wanted)
        # Whoever was forgotten meanwhile has no folder again: rows go first, then files.
        gone = there.keys() - await self._past_jobs.endings(there)
        await asyncio.to_thread(_delete_logs, [self._folder(job_id) for job_id in gone])

    def _current(self) -> JobLog | None:
        job_id = get_contextvars().get("job")
        return self._logs.get(job_id) if job_id else None

    async def _asked(self, request: httpx.Request) -> None:
        kept = self._current()
        if kept is None:
            return
        try:
            body = request.content
        except httpx.RequestNotRead:  # a file, which nobody has to have twice
            body = b""
        exchange = LoggedExchange(
            method=request.method,
            url=str(request.url),
            asked=b"" if kept.is_private else body[:_ASKED_BYTES],
            asked_size=len(body),
            shows_bodies=not kept.is_private,
        )
        request.extensions[_EXCHANGE] = exchange
        kept.begin(exchange)
        self._changed()

    async def _answered(self, response: httpx.Response) -> None:
        exchange, kept = response.request.extensions.get(_EXCHANGE), self._current()
        if kept is None or not isinstance(exchange, LoggedExchange):
            return
        exchange.status = response.status_code
        exchange.kind = beginning(response.headers.get("content-type", ""), _KIND_CHARS)
        kept.answers(exchange)
        self._changed()
        response.stream = WatchedBody(
            response, exchange.heard, partial(self._ended, kept, exchange)
        )

    def _ended(self, kept: JobLog, exchange: LoggedExchange) -> None:
        kept.end(exchange)
        self._changed()


def read_log(file: Path) -> list[LogLine]:
    """The lines of a file; none where there is none that can be read."""
    lines = list[LogLine]()
    with suppress(OSError), file.open("rb") as opened:
        for line in opened.read(2 * _FILE_BYTES).splitlines():
            with suppress(ValueError, RecursionError):
                if isinstance(told := json.loads(line), dict):
                    lines.append(cast("LogLine", told))
    return lines


def _write_logs(logs: Mapping[Path, JobLog]) -> None:
    for folder, kept in logs.items():
        try:
            kept.settle()
            lines = "".join(_stored(line) for line in kept.told())
            if lines:
                _append(folder / _NAME, lines.encode("utf-8", "replace"))
        except Exception as error:  # noqa: BLE001 - one that resists costs only itself
            log.warning("the log of a job is lost: %r", error)


def _stored(line: LogLine) -> str:
    lasting = {name: value for name, value in line.items() if name != NUMBER}
    return json.dumps(lasting, ensure_ascii=False) + "\n"


def _delete_logs(folders: Iterable[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # what else is in it goes with whoever has taken the row away
            (folder / _NAME).unlink(missing_ok=True)
            folder.rmdir()


def _append(file: Path, lines: bytes) -> None:
    """Add to what is there of an earlier attempt, unless that would be too much."""
    file.parent.mkdir(parents=True, exist_ok=True)
    size = file.stat().st_size if file.exists() else 0
    with file.open("wb" if size + len(lines) > _FILE_BYTES else "ab") as opened:
        opened.write(lines)


@asynccontextmanager
async def keeping_logs(services: Services) -> AsyncGenerator[Services]:
    """Keep the logs of jobs while the block runs; gives the services that know of them."""
    logs = KeptJobLogs(services.folder, services.past_jobs, services.feed.changed)
    root = logging.getLogger()
    before = services.http.event_hooks
    services.http.event_hooks = logs.hooks
    services.feed.followers.append(logs)
    root.addHandler(logs)
    try:
        yield replace(services, job_logs=logs)
    finally:
        root.removeHandler(logs)
        services.feed.followers.remove(logs)
        services.http.event_hooks = before
        await logs.finish()
