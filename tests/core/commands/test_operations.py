"""/jobs, /stats and /gateways: what goes on in all chats, for admins."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import Fault, FaultKind, UserError
from core.i18n import Locale, translate
from core.jobs import JobState
from core.people.access import Policy, Rule
from core.people.audit import Act
from core.platform import ConversationRef, MessageLostError, User
from tests.fakes.community import ANN, BOB, DESK, ROOT, Community, opened
from tests.fakes.engine_harness import EngineHarness, stored
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
    assert said.splitlines()[3].startswith("Last 7 days: 3 jobs")


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


async def test_gateways_with_nothing_to_tell_are_one_line(community: Community) -> None:
    said = await community.say("gateways", ROOT, place=DESK)

    *_, idle = said.splitlines()
    names = ", ".join(sorted(community.engine.services.endpoints))
    assert idle == f"Nothing running, waiting or set aside, and no fault: {names}"


@pytest.mark.parametrize("line", ["jobs", "stats", "gateways"])
async def test_nobody_else_reads_it(community: Community, line: str) -> None:
    assert await community.say(line, ANN, place=DESK) == "Only this bot's admins can do that."
    assert "only for admins to see" in await community.say(line, ROOT)


async def test_an_admin_retries_what_somebody_else_pays_for(community: Community) -> None:
    store = community.engine.services.store
    await community.say(f"{VIDEO} #fail-moderation")
    (job,) = await store.of_user(ANN, limit=2)
    refused = [
        await community.say(f"retry {job.id}", BOB),
        await community.say(f"retry {job.id}", BOB, runs_chat=True),
    ]
    untouched = community.harness.paid
    said = await community.say(f"retry {job.id}", ROOT, place=DESK)
    again = await store.get(job.id)
    audit = await community.say("audit", ROOT, place=DESK)

    assert refused == ["This belongs to somebody else."] * 2
    assert community.harness.paid == untouched + 1
    assert said == ""
    assert again
    assert (again.user, again.conversation) == (job.user, job.conversation)
    assert audit.endswith(f"{NAME}:root in {NAME}:root: /retry user {NAME}:ann {job.id}")


@pytest.mark.parametrize("banned", [False, True])
async def test_nobody_pays_for_a_retry_who_may_not_order_themselves(
    community: Community, *, banned: bool
) -> None:
    await community.say(f"{VIDEO} #fail-moderation")
    (job,) = await community.engine.services.store.of_user(ANN, limit=2)
    paid = community.harness.paid
    act = Act(by=ROOT.party, at=1.0, command="ban", place=DESK.party)
    rule = Rule(party=ANN.party, allowed=False, banned=banned, act=act)
    await community.engine.services.access.save(rule)
    said = await community.say(f"retry {job.id}", ROOT, place=DESK)

    assert said.startswith(f"{NAME}:ann may not use the bot any more")
    assert community.harness.paid == paid
    assert (await stored(community.engine, job.id)).state is JobState.FAILED
    assert "/retry" not in await community.say("audit", ROOT, place=DESK)


async def test_an_admin_hears_that_a_chat_takes_no_retry(community: Community) -> None:
    await community.say(f"{VIDEO} #fail-moderation")
    (job,) = await community.engine.services.store.of_user(ANN, limit=2)
    paid = community.harness.paid
    community.harness.chat.refuse("send", MessageLostError("no such chat"))
    community.harness.chat.refuse("edit", MessageLostError("no such message"))
    said = await community.say(f"retry {job.id}", ROOT, place=DESK)

    assert said == translate(Locale.EN, "chat-unheard")
    assert community.harness.paid == paid


async def test_what_belongs_to_a_platform_that_is_not_here_is_left_as_it_is(
    community: Community,
) -> None:
    far = ConversationRef(platform="other", chat="7")
    failed = replace(
        community.harness.job(),
        user=User(platform="other", id="9"),
        conversation=far,
        state=JobState.FAILED,
        fault=Fault(kind=FaultKind.UPSTREAM),
        told=True,
        ended_at=1.0,
        credits=0,
    )
    draft = replace(failed, id="draft", state=JobState.DRAFT, fault=None, ended_at=None)
    for job in (failed, draft):
        await community.engine.services.store.add(job)
    said = await community.say(f"retry {failed.id}", ROOT, place=DESK)
    order = replace(community.harness.order(), conversation=far)
    for ordered in (community.engine.confirm("draft"), community.engine.submit(order)):
        with pytest.raises(UserError, match="chat-unreached"):
            await ordered

    assert said == translate(Locale.EN, "chat-unreached")
    assert (await stored(community.engine, failed.id)).state is JobState.FAILED
    assert (await stored(community.engine, "draft")).state is JobState.DRAFT
    assert await community.engine.services.store.get(order.id) is None
    assert community.engine.open_jobs == 0
