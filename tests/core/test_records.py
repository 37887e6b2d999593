"""Each job and each answer has its lines in the log, and is counted."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from structlog.contextvars import bound_contextvars

from core.commands.dispatch import dispatch
from core.engine.engine import Engine
from core.errors import FaultKind
from core.i18n import Locale
from core.invocation import Invocation
from core.jobs import JobState
from core.messages.status import StatusMessage
from core.platform import ConversationRef, SlowDownError, User, View
from tests.fakes.engine_harness import TASKS, EngineHarness, stored_when
from tests.fakes.log_lines import LogLine, LogLines, log_lines
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.memory_platform import NAME
from tests.fakes.raw_server import raw_server, replies, reply

FIRST, SECOND = "apiyi/veo-3.1", "eronmind/veo_3_1"
STAGES = {"waiting", "submitting", "running", "delivering"}
WHO = {"person": "ann", "chat": "1", "platform": NAME}


@pytest.fixture
async def lines() -> AsyncGenerator[LogLines]:
    with log_lines() as kept:
        yield kept


def fields(line: LogLine, like: Mapping[str, Any]) -> dict[str, Any]:
    return {name: line.get(name) for name in like}


async def test_a_job_has_a_line_at_its_start_and_one_at_its_end(
    harness: EngineHarness, engine: Engine, lines: LogLines
) -> None:
    job = await engine.submit(harness.order())
    await engine.idle()

    began, ended = lines.with_field("person")
    here = {**WHO, "job": job.id, "model": TASKS, "gateway": "sandbox"}
    assert fields(began, here) == here
    assert fields(ended, here) == here
    assert "outcome" not in began
    assert (ended["outcome"], ended["credits"], ended["level"]) == ("done", job.credits, "info")
    assert set(ended) >= STAGES
    assert ended["seconds"] == pytest.approx(sum(ended[stage] for stage in STAGES), abs=0.3)


async def test_every_line_beneath_says_which_job_and_where(
    harness: EngineHarness, engine: Engine, lines: LogLines
) -> None:
    harness.chat.refuse("edit", *[ValueError("a defect of the adapter")] * 3)
    jobs = [await engine.submit(harness.order()) for _ in range(2)]
    await engine.idle()

    beneath = [line for line in lines.lines if "could not be written" in line["event"]]
    assert beneath
    for line in beneath:
        assert line["job"] in {job.id for job in jobs}
        assert line["conversation"] == f"{NAME}:1"


async def test_a_line_is_about_what_a_message_shows_whoever_has_touched_it(
    harness: EngineHarness, engine: Engine, lines: LogLines
) -> None:
    place = harness.chat.conversation(ConversationRef(platform=NAME, chat="1"))
    budget = engine.services.budgets.of(place.ref, place.limits)

    tried = asyncio.Event()

    async def broken() -> None:
        tried.set()
        raise ValueError("a defect")

    with bound_contextvars(job="this one"):
        message = await place.send(View(text="a"))
        status = StatusMessage(place, budget, message, lambda: View(text="b"), broken)
    with bound_contextvars(job="another"):
        status.touch()
    await tried.wait()
    await status.settle()

    assert lines.with_field("exception")[0]["job"] == "this one"


async def test_a_job_that_waits_for_another_is_not_taken_for_it(
    harness: EngineHarness, lines: LogLines
) -> None:
    harness.jobs_per_user = 1
    async with harness.engine() as engine:
        with bound_contextvars(answer="what it was ordered from"):
            first = await engine.submit(harness.order())
        second = await engine.submit(harness.order())
        await engine.idle()

    assert not [line for line in lines.lines if line.get("job") == second.id and "answer" in line]
    ours = [line["job"] for line in lines.lines if line["logger"] == "core.records"]
    assert ours == [first.id, second.id, first.id, second.id]
    creations = [line["job"] for line in lines.lines if "HTTP Request: POST" in line["event"]]
    assert creations == [first.id, second.id]


async def test_a_change_of_model_is_a_line_of_its_own(
    harness: EngineHarness, lines: LogLines
) -> None:
    gone = {"error": {"code": "model_not_found", "message": "no channel"}}
    async with raw_server(replies(reply(json.dumps(gone).encode(), status=503))) as server:
        harness.roots = {"apiyi": server.url}
        async with harness.engine() as engine:
            await engine.submit(harness.order(model="veo-3.1"))
            await engine.idle()
            meters = engine.services.meters

    began, changed, ended = lines.with_field("person")
    assert (changed["model"], changed["next_model"]) == (FIRST, SECOND)
    assert (changed["fault"], changed["http_status"]) == ("model_gone", 503)
    assert (began["model"], ended["model"], ended["outcome"]) == (FIRST, SECOND, "done")
    assert meters.faults == {("apiyi", FaultKind.MODEL_GONE): 1}
    assert meters.jobs == {(SECOND, JobState.DONE): 1}
    assert {gateway for gateway, _ in meters.stages} == {"apiyi", "eronmind"}


async def test_a_failure_says_why_and_counts_in_a_row_until_one_succeeds(
    harness: EngineHarness, lines: LogLines
) -> None:
    async with raw_server(replies(reply(b'{"error": {"message": "x"}}', status=502))) as server:
        harness.roots = {"sandbox": server.url}
        async with harness.engine() as engine:
            for _ in range(2):
                await engine.submit(harness.order())
                await engine.idle()
            meters = engine.services.meters

    ended = lines.with_field("outcome")
    assert [line["outcome"] for line in ended] == ["failed", "failed"]
    assert (ended[0]["fault"], ended[0]["http_status"], ended[0]["level"]) == (
        "upstream",
        502,
        "warning",
    )
    assert meters.streaks["sandbox", "job"].failures == 2

    harness.roots = {}
    async with harness.engine() as engine:
        engine.services.meters.failed("sandbox", "job", "upstream", in_a_row=True)
        await engine.submit(harness.order())
        await engine.idle()
        assert engine.services.meters.streaks == {}


async def test_a_cancelled_job_ends_once_and_says_nothing_of_its_gateway(
    slow_harness: EngineHarness, gateway: ManualGateway, lines: LogLines
) -> None:
    await gateway.allow(CREATE)
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await stored_when(engine, job.id, lambda row: row.task is not None)
        await engine.cancel(job.id)
        await engine.idle()
        meters = engine.services.meters

    (ended,) = lines.with_field("outcome")
    assert (ended["outcome"], ended["job"]) == ("cancelled", job.id)
    assert meters.jobs == {(TASKS, JobState.CANCELLED): 1}
    assert (meters.faults, meters.stages) == ({}, {})


async def test_to_fetch_a_result_belongs_to_its_delivery(
    slow_harness: EngineHarness, gateway: ManualGateway, lines: LogLines
) -> None:
    await gateway.allow(CREATE, LOOK)
    async with slow_harness.engine() as engine:
        job = await engine.submit(slow_harness.order())
        await gateway.reached(FETCH)
        await engine.cancel(job.id)
        await engine.idle()

    (ended,) = lines.with_field("outcome")
    assert set(ended) >= STAGES


async def test_what_a_restart_has_lost_is_told_and_counted(
    harness: EngineHarness, lines: LogLines
) -> None:
    await harness.leave(replace(harness.job(), state=JobState.SUBMITTING))
    async with harness.engine() as engine:
        await engine.idle()
        meters = engine.services.meters

    (ended,) = lines.with_field("outcome")
    assert (ended["outcome"], ended["fault"]) == ("failed", "interrupted")
    assert meters.streaks == {}


async def test_an_answer_has_a_line_at_its_end(engine: Engine, lines: LogLines) -> None:
    here = ConversationRef(platform=NAME, chat="1")
    asked = Invocation(
        command="ask",
        text="what is the sea?",
        user=User(platform=NAME, id="ann"),
        conversation=here,
    )
    await dispatch(engine, asked, Locale.EN)
    await engine.idle()

    (ended,) = lines.with_field("outcome")
    assert fields(ended, WHO) == WHO
    assert (ended["outcome"], ended["conversation"]) == ("done", f"{NAME}:1")
    assert ended["credits"] > 0
    assert ended["tokens_out"] > 0
    assert engine.services.meters.answers == {(ended["model"], "done"): 1}


async def test_writes_and_the_pauses_that_a_platform_wants_are_counted(
    harness: EngineHarness, engine: Engine
) -> None:
    harness.chat.refuse("send", SlowDownError(0.01, "bot"))
    await engine.submit(harness.order())
    await engine.idle()

    meter = engine.services.meters.writes[NAME]
    # The post that was refused was a write, too.
    assert (
        meter.written["post"] == len(harness.chat.of("send")) + len(harness.chat.of("deliver")) + 1
    )
    assert meter.written["edit"] == len(harness.chat.of("edit"))
    assert (meter.refused, meter.paused) == ({"bot": 1}, 0.01)
