"""/pause and /resume: nothing new is taken, and all that was ordered goes on."""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from core.people.access import Policy
from core.people.pause import Pause
from tests.fakes.acts import ACT
from tests.fakes.community import ANN, DESK, ROOT, Community, opened
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.memory_platform import NAME

VIDEO = "video --model sandbox-videos 1s a cat"
PAUSED = "The bot is paused and takes nothing new."


@pytest.fixture
async def community(tmp_path: Path) -> AsyncGenerator[Community]:
    async with opened(tmp_path) as community:
        yield community


@pytest.mark.parametrize(
    "line",
    [VIDEO, "image --model sandbox-image a cat", "ask why", "enhance a cat", "again"],
)
async def test_nothing_is_ordered_or_asked_until_somebody_resumes(
    community: Community, line: str
) -> None:
    await community.say(VIDEO)
    await community.say("pause Back at noon.", ROOT)
    paid = community.harness.paid

    said = await community.say(line)
    assert said.startswith(PAUSED)
    assert said.endswith("\nBack at noon.")
    assert community.harness.paid == paid
    assert "again" in await community.say("resume", ROOT)
    assert not (await community.say(line)).startswith(PAUSED)


async def test_a_pause_outlives_a_restart_and_ends_by_itself(tmp_path: Path) -> None:
    async with opened(tmp_path) as community:
        said = await community.say("pause 30", ROOT)
    async with community.harness.engine() as engine:
        restarted, pauses = replace(community, engine=engine), engine.services.pauses
        refused = await restarted.say(VIDEO)
        await pauses.set(Pause(until=time.time() - 1), ACT)
        await restarted.say(VIDEO)
        over = await restarted.say("resume", ROOT)
        ordered = await engine.jobs_of(ANN)

    assert said == (
        "The bot takes nothing new for 30 min, or until /resume. What was ordered goes on."
    )
    assert "paused for another 30 min" in refused
    assert over == "The bot is not paused."
    assert len(ordered) == 1


async def test_a_plan_is_kept_and_ordered_after_the_pause(community: Community) -> None:
    await community.say("storyboard --model sandbox-video 1.5s up\n1.5s down")
    (draft,) = await community.engine.jobs_of(ANN)
    await community.say("pause", ROOT)
    assert (await community.say(f"confirm {draft.id}")).startswith(PAUSED)
    await community.say("resume", ROOT)
    await community.say(f"confirm {draft.id}")

    assert community.harness.paid == 1


async def test_what_was_ordered_before_runs_and_what_waits_has_its_turn(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    slow_harness.jobs_per_user = 1
    slow_harness.policy = Policy(admins=frozenset({f"{NAME}:root"}))
    async with slow_harness.engine() as engine:
        jobs = [await engine.submit(slow_harness.order()) for _ in range(2)]
        await gateway.reached(CREATE)
        pause = asyncio.create_task(Community(slow_harness, engine).say("pause", ROOT))
        await gateway.allow(*[CREATE, LOOK, FETCH] * 2)
        await pause
        rows = [await engine.services.store.get(job.id) for job in jobs]

    assert [row and row.state for row in rows] == ["done", "done"]


async def test_both_are_written_down(community: Community) -> None:
    await community.say("pause 30 Back at noon.", ROOT)
    await community.say("resume", ROOT)

    said = await community.say("audit", ROOT, place=DESK)
    assert [line.partition(": /")[2] for line in said.splitlines()] == [
        "resume",
        "pause 30m Back at noon.",
    ]


@pytest.mark.parametrize(
    ("line", "length", "written"),
    [
        ("30", "30 min", "30m"),
        ("３０", "30 min", "30m"),
        ("90m", "1 h 30 min", "90m"),
        ("2h", "2 h", "2h"),
        ("2小时", "2 h", "2h"),
        ("7D", "7 days", "7d"),
        ("1d", "1 day", "1d"),
        ("1505", "1 day 1 h 5 min", "1505m"),
    ],
)
async def test_a_time_may_have_a_unit_and_is_told_in_words_and_written_as_it_can_be_typed(
    community: Community, line: str, length: str, written: str
) -> None:
    said = await community.say(f"pause {line} Back soon.", ROOT)
    refused = await community.say(VIDEO)
    audit = await community.say("audit", ROOT, place=DESK)

    assert said.startswith(f"The bot takes nothing new for {length}, or until /resume.")
    assert refused.startswith(f"The bot is paused for another {length} and takes nothing new.")
    assert audit.endswith(f"/pause {written} Back soon.")


@pytest.mark.parametrize(
    "line",
    [
        *("-5", "−5", "0", "0h", "8d", "30w", "99999", "9999999", "3.5", ".5", "1e9", "5-10"),
        *("٣٠", "NaN", "-inf", "--minutes -5", "--minutes NaN", "-5 Back at noon."),
    ],
)
async def test_what_is_no_time_never_becomes_a_pause_without_end(
    community: Community, line: str
) -> None:
    said = await community.say(f"pause {line}", ROOT)

    assert said.startswith("How long must be 1 to 10,080 minutes, such as 30, 90m, 2h or 7d")
    assert await community.say("resume", ROOT) == "The bot is not paused."


async def test_a_unit_that_stands_alone_is_no_text_for_people(community: Community) -> None:
    assert "as one word" in await community.say("pause 2 hours", ROOT)
    assert await community.say("resume", ROOT) == "The bot is not paused."


@pytest.mark.parametrize("text", ["-- 24 people move", "Back at 5", "Minutes ago it broke"])
async def test_words_with_a_number_in_them_are_told(community: Community, text: str) -> None:
    assert "until /resume" in await community.say(f"pause {text}", ROOT)
    assert (await community.say(VIDEO)).endswith(text.removeprefix("-- "))
