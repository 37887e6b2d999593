"""/jobs, /stats and /gateways: what goes on in all chats, for admins."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from core.people.access import Policy
from tests.fakes.community import ANN, BOB, DESK, ROOT, Community, opened
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.memory_platform import NAME

VIDEO = "video --model sandbox-videos 1s a cat"


@pytest.fixture
async def community(tmp_path: Path) -> AsyncGenerator[Community]:
    async with opened(tmp_path) as community:
        yield community


async def test_what_runs_and_waits_is_listed_and_can_be_cancelled_by_admins(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    slow_harness.jobs_per_user = 1
    slow_harness.policy = Policy(admins=frozenset({f"{NAME}:root"}))
    async with slow_harness.engine() as engine:
        community = Community(slow_harness, engine)
        jobs = [await engine.submit(slow_harness.order()) for _ in range(2)]
        await gateway.reached(CREATE)
        view = await community.answer("jobs", ROOT, place=DESK)
        refused = await community.answer(f"cancel {jobs[1].id}", BOB)
        cancel = view.buttons[1]
        await community.answer(f"{cancel.command} {cancel.given['job']}", ROOT, place=DESK)
        audit = await community.answer("audit", ROOT, place=DESK)
        doing = asyncio.create_task(engine.idle())
        await gateway.allow(CREATE, LOOK, FETCH)
        await doing
        none = await community.answer("jobs", ROOT, place=DESK)
        row = await engine.services.store.get(jobs[1].id)

    running, waiting = view.text.splitlines()
    assert running.startswith("1. running for 0:0")
    assert f"· {NAME}:ann in {NAME}:1 · " in running
    assert waiting.startswith("2. waiting for 0:0")
    assert [button.label for button in view.buttons] == ["Cancel 1", "Cancel 2"]
    assert "not yours" in refused.text or "belongs" in refused.text
    assert row
    assert row.state == "cancelled"
    assert audit.text.endswith(f"/cancel user {NAME}:ann {jobs[1].id}")
    assert none.text == "Nothing runs or waits."


async def test_jobs_are_counted_by_their_ends_models_and_faults(community: Community) -> None:
    await community.say(VIDEO)
    await community.say(VIDEO, BOB)
    await community.say(f"{VIDEO} #fail-moderation")

    said = await community.say("stats", ROOT, place=DESK)

    assert [line.partition("_")[0] for line in said.splitlines()[:3]] == [
        "Last 24 h: 3 jobs: 2 done, 1 failed, 0 cancelled; 100 credits",
        "Most used: sandbox/sandbox-videos 3",
        "Faults: sandbox moderation",
    ]
    assert said.splitlines()[3].startswith("Last 7 d: 3 jobs")


async def test_each_gateway_is_told_with_its_last_fault_and_what_is_set_aside(
    community: Community,
) -> None:
    await community.say(f"{VIDEO} #fail-moderation")
    community.engine.services.catalog.cooldown.put("sandbox/sandbox-video")

    said = await community.say("gateways", ROOT, place=DESK)

    lines = said.splitlines()
    at = lines.index("sandbox: 0 running, 0 waiting")
    assert "next try in 60 min" in lines[at + 1]
    assert lines[at + 1].startswith("  sandbox-video: ")
    assert lines[at + 2].startswith("Last fault: moderation_")


@pytest.mark.parametrize("line", ["jobs", "stats", "gateways"])
async def test_nobody_else_reads_it(community: Community, line: str) -> None:
    assert await community.say(line, ANN, place=DESK) == "Only this bot's admins can do that."
    assert "only for admins to see" in await community.say(line, ROOT)
