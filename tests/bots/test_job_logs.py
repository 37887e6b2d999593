"""Logs become files, whatever happens meanwhile, and of nobody who wants to be forgotten."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.contextvars import bound_contextvars

from bots.job_logs import KeptJobLogs
from bots.server import serve_web
from core.errors import StorageError
from core.past_jobs import JobEnding, PastJobStore


@dataclass(slots=True)
class SomeRows:
    """The jobs that have a row.

    Attributes:
        gone: those that have none.
        read: is called with each look at them, before it is answered.
        asked: how often they were looked at.
        waits: what each look waits for; looks: is set with the first.
    """

    gone: set[str] = field(default_factory=set[str])
    read: Callable[[int], None] = lambda _: None
    asked: int = 0
    waits: asyncio.Event | None = None
    looks: asyncio.Event = field(default_factory=asyncio.Event)

    async def endings(self, ids: Collection[str]) -> Mapping[str, JobEnding]:
        self.asked += 1
        self.read(self.asked)
        self.looks.set()
        if self.waits:
            await self.waits.wait()
        return {each: JobEnding(platform="chat", at=1.0) for each in ids if each not in self.gone}


def kept(
    folder: Path, rows: SomeRows, *ids: str, later_seconds: float = 3.0, last_seconds: float = 2.0
) -> KeptJobLogs:
    """The logs of these jobs, each with a line."""
    logs = KeptJobLogs(
        lambda job_id: folder / job_id,
        cast("PastJobStore", rows),
        later_seconds=later_seconds,
        last_seconds=last_seconds,
    )
    for job_id in ids:
        logs.begins(job_id, is_private=False)
        logs.emit(logging.makeLogRecord({"msg": f"about {job_id}", "job": job_id}))
    return logs


def written(folder: Path) -> set[str]:
    return {file.parent.name for file in folder.glob("*/log.jsonl") if file.is_file()}


def folders(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


async def test_a_folder_that_resists_costs_only_its_own_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ids = [str(number) for number in range(50)]
    (tmp_path / "7" / "log.jsonl").mkdir(parents=True)
    await kept(tmp_path, SomeRows(), *ids).finish()

    assert written(tmp_path) == {*ids} - {"7"}
    assert "the log of a job is lost" in caplog.text


async def test_whatever_breaks_does_not_keep_the_bot_from_stopping(tmp_path: Path) -> None:
    def breaks(asked: int) -> None:
        if asked == 1:
            raise RuntimeError("nobody has expected it")
        if asked == 2:
            raise StorageError("full")

    ids = [str(number) for number in range(50)]
    await kept(tmp_path, SomeRows(read=breaks), *ids).finish()

    assert len(written(tmp_path)) == 10


async def test_who_is_forgotten_while_logs_are_written_leaves_nothing(tmp_path: Path) -> None:
    rows = SomeRows(read=lambda asked: rows.gone.add("b") if asked == 2 else None)
    await kept(tmp_path, rows, "a", "b").finish()

    assert written(tmp_path) == {"a"}
    assert folders(tmp_path) == ["a"]


async def test_who_was_forgotten_before_gets_no_folder(tmp_path: Path) -> None:
    await kept(tmp_path, SomeRows(gone={"b"}), "a", "b").finish()

    assert folders(tmp_path) == ["a"]


async def test_what_begins_again_while_others_are_written_is_kept_on(tmp_path: Path) -> None:
    ids = [str(number) for number in range(50)]

    def begin_again(asked: int) -> None:
        for job_id in ids if asked == 1 else ():
            logs.begins(job_id, is_private=False)

    logs = kept(tmp_path, SomeRows(read=begin_again), *ids, later_seconds=0.01)
    for job_id in ids:
        logs.leaves(job_id)
    (tidying,) = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.wait_for(tidying, 90)

    assert len(written(tmp_path)) == 20
    for job_id in ids:
        logs.emit(logging.makeLogRecord({"msg": "again", "job": job_id}))
    await logs.finish()
    assert all("again" in (tmp_path / each / "log.jsonl").read_text() for each in ids)


async def test_a_stop_waits_for_what_is_being_written(tmp_path: Path) -> None:
    rows = SomeRows(waits=asyncio.Event())
    logs = kept(tmp_path, rows, "a", "b", later_seconds=0.01)
    logs.leaves("a")
    await rows.looks.wait()  # it is no longer held, and not written yet
    stop = asyncio.create_task(logs.finish())
    await asyncio.sleep(0)
    assert rows.waits
    rows.waits.set()
    await stop

    assert written(tmp_path) == {"a", "b"}


async def test_a_stop_does_not_wait_for_a_database_that_hangs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = SomeRows(waits=asyncio.Event())
    logs = kept(tmp_path, rows, *map(str, range(50)), last_seconds=0.05)
    async with asyncio.timeout(90):
        await logs.finish()

    assert "no time to write the logs of at least 30 jobs" in caplog.text


async def test_who_looks_is_told_of_each_line_and_of_each_step_of_an_exchange(
    tmp_path: Path,
) -> None:
    told = list[str]()
    step = "line"
    rows = cast("PastJobStore", SomeRows())
    logs = KeptJobLogs(lambda job_id: tmp_path / job_id, rows, lambda: told.append(step))
    logs.begins("job", is_private=False)
    for job_id in ("job", "another"):
        logs.emit(logging.makeLogRecord({"msg": "something", "job": job_id}))

    async def answer(_: Request) -> Response:
        nonlocal step
        step = "answered"
        return Response("yes")

    async with (
        serve_web([Route("/", answer)], 0) as port,
        httpx.AsyncClient(event_hooks=logs.hooks, trust_env=False) as client,
    ):
        step = "asked"
        with bound_contextvars(job="job"):
            async with client.stream("GET", f"http://127.0.0.1:{port}/") as answered:
                step = "ended"
                await answered.aread()

    assert told == ["line", "asked", "answered", "ended"]
