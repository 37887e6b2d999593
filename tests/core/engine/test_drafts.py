"""Plans that nobody orders go, with their files; whoever presses too late is told so."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.commands.dispatch import dispatch
from core.engine.drafts import MOST_DRAFTS
from core.engine.engine import Engine
from core.i18n import Locale
from core.invocation import Attachment, Invocation
from core.jobs import Job, JobState
from core.keeper import Keeper
from core.platform import (
    ConversationRef,
    MessageLostError,
    RefusedError,
    UnreachableError,
    User,
)
from tests.fakes.engine_harness import EngineHarness, stored, stored_when
from tests.fakes.local_picture import picture
from tests.fakes.memory_platform import NAME

ANN, BOB = (User(platform=NAME, id=name) for name in ("ann", "bob"))
HERE = ConversationRef(platform=NAME, chat="1")
PLAN = "storyboard --model sandbox-video 1.5s up\n1.5s down"
DAY = 24 * 3600.0


async def say(engine: Engine, line: str, user: User = ANN, *along: Attachment) -> str:
    name, _, rest = line.partition(" ")
    invocation = Invocation(
        command=name, text=rest, user=user, conversation=HERE, attachments=along
    )
    answer = await dispatch(engine, invocation, Locale.EN)
    await engine.idle()
    return answer.view.text if answer.view else ""


async def drafts(engine: Engine, user: User = ANN) -> list[Job]:
    jobs = await engine.jobs_of(user, limit=100)
    return [job for job in jobs if job.state is JobState.DRAFT]


def shown(harness: EngineHarness, job: Job) -> str:
    assert job.status
    return harness.chat.shown[job.status.id]


def keeper_of(engine: Engine, days: float, **kept: float) -> Keeper:
    """One for whom so many days have passed."""
    services = replace(engine.services, retention=replace(engine.services.retention, **kept))
    now = time.time() + days * DAY
    return Keeper(services, engine.drafts.end_old, now=lambda: now)


async def with_picture(engine: Engine, folder: Path) -> Job:
    """A plan that keeps a picture."""
    await say(engine, PLAN, ANN, picture(folder, "cat.png"))
    (draft,) = await drafts(engine)
    assert draft.request.images[0].path.exists()
    return draft


async def test_what_is_not_ordered_in_time_goes_and_a_late_press_is_refused(
    harness: EngineHarness, engine: Engine, tmp_path: Path
) -> None:
    old = await with_picture(engine, tmp_path)
    kept = await keeper_of(engine, 6.9).sweep()
    counts = await keeper_of(engine, 7.1).sweep()
    await engine.idle()
    row = await stored(engine, old.id)

    assert (kept["drafts"], counts["drafts"]) == (0, 1)
    assert (row.state, row.told, row.credits) == (JobState.CANCELLED, True, 0)
    assert row.ended_at == pytest.approx(time.time(), abs=60)
    assert not engine.services.folder(old.id).exists()
    assert shown(harness, old).startswith("Not ordered in time, so this plan was dropped.")
    assert "was not ordered in time" in await say(engine, f"confirm {old.id}")
    assert (harness.paid, harness.chat.writes[-1].buttons) == (0, ())


async def test_it_is_kept_where_files_are_kept_for_ever(engine: Engine, tmp_path: Path) -> None:
    draft = await with_picture(engine, tmp_path)
    await keeper_of(engine, 900, media_days=0).sweep()

    assert (await stored(engine, draft.id)).state is JobState.DRAFT


async def test_its_row_goes_with_the_history(engine: Engine, tmp_path: Path) -> None:
    draft = await with_picture(engine, tmp_path)
    await keeper_of(engine, 8).sweep()
    await keeper_of(engine, 31, history_days=30).sweep()

    assert await engine.services.store.get(draft.id) is None


async def test_a_press_at_the_same_moment_orders_or_is_refused_and_never_both(
    harness: EngineHarness, engine: Engine, tmp_path: Path
) -> None:
    draft = await with_picture(engine, tmp_path)
    said, _ = await asyncio.gather(
        say(engine, f"confirm {draft.id}"), keeper_of(engine, 8).sweep()
    )
    await engine.idle()
    row = await stored(engine, draft.id)

    ordered = said == ""
    assert (row.state is JobState.DONE, harness.paid) == (ordered, int(ordered))
    assert row.state in {JobState.DONE, JobState.CANCELLED}


@pytest.mark.parametrize("error", [MessageLostError("gone"), RefusedError("too old to edit")])
async def test_an_old_plan_whose_message_is_gone_is_no_news(
    harness: EngineHarness, engine: Engine, tmp_path: Path, error: Exception
) -> None:
    old = await with_picture(engine, tmp_path)
    sent = len(harness.chat.of("send"))
    harness.chat.refuse("edit", error)
    await keeper_of(engine, 8).sweep()
    await engine.idle()
    row = await stored(engine, old.id)

    assert (row.state, row.told) == (JobState.CANCELLED, True)
    assert len(harness.chat.of("send")) == sent


async def test_nor_is_one_that_a_later_process_tells(harness: EngineHarness) -> None:
    async with harness.engine() as engine:
        await say(engine, PLAN)
        (draft,) = await drafts(engine)
        await engine.services.store.save(replace(draft, state=JobState.CANCELLED, ended_at=1.0))
    sent = len(harness.chat.of("send"))
    harness.chat.refuse("edit", MessageLostError("gone"))
    async with harness.engine() as engine:
        await stored_when(engine, draft.id, lambda row: row.told)
    assert len(harness.chat.of("send")) == sent


async def test_a_chat_that_cannot_be_reached_keeps_no_other_draft(
    harness: EngineHarness, engine: Engine, tmp_path: Path
) -> None:
    lost = await with_picture(engine, tmp_path)
    await say(engine, PLAN, BOB)
    (other,) = await drafts(engine, BOB)
    harness.chat.refuse("edit", *[UnreachableError("away")] * 3)
    counts = await keeper_of(engine, 8).sweep()

    assert counts["drafts"] == 2
    assert [(await stored(engine, job.id)).state for job in (lost, other)] == [
        JobState.CANCELLED
    ] * 2


@pytest.mark.parametrize("line", [PLAN, "enhance a cat"])
async def test_of_too_many_the_oldest_makes_room_and_nobody_elses(
    harness: EngineHarness, engine: Engine, tmp_path: Path, line: str
) -> None:
    await say(engine, PLAN, BOB)
    first = await with_picture(engine, tmp_path)
    for _ in range(MOST_DRAFTS - 1):
        await say(engine, line)
    assert first.id in {job.id for job in await drafts(engine)}

    await say(engine, line)

    left = await drafts(engine)
    assert (len(left), len(await drafts(engine, BOB))) == (MOST_DRAFTS, 1)
    assert first.id not in {job.id for job in left}
    assert not engine.services.folder(first.id).exists()
    assert shown(harness, first).startswith("You have 10 newer plans, so this one was dropped.")
