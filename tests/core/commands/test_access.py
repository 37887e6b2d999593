"""What admins do about people and chats, and what of it can be read later."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from core.invocation import IdFormat
from core.people.access import Policy
from core.people.balance import CreditLimits, HouseRules
from core.people.rate import OrderRate
from core.platform import Party, User
from tests.fakes.community import ANN, BOB, DESK, HERE, ROOT, Community, opened
from tests.fakes.engine_harness import EngineHarness, stored_when
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK, ManualGateway
from tests.fakes.memory_platform import NAME

VIDEO = "video --model sandbox-videos 1s a cat"


@pytest.fixture
async def community(tmp_path: Path) -> AsyncGenerator[Community]:
    async with opened(tmp_path) as community:
        yield community


async def audited(community: Community) -> list[str]:
    """What stands in /audit behind the time."""
    said = await community.say("audit", ROOT, place=DESK)
    return [line.partition(" UTC · ")[2] for line in said.splitlines()]


async def test_what_an_admin_changes_is_told_with_whom_and_where(community: Community) -> None:
    assert await community.say("audit", ROOT, place=DESK) == "No admin has changed anything yet."
    for line in ("deny", "allow ann", "limits ann daily 50 monthly none group vip", "limits ann"):
        await community.say(line, ROOT)
    await community.say("grant 50", ROOT, to=ANN)
    await community.say("limits group vip daily 5", ROOT, place=DESK)

    here, desk = (f"{NAME}:root in {NAME}:{chat}: " for chat in ("1", "root"))
    assert await audited(community) == [
        f"{desk}/limits group vip daily 5",
        f"{here}/grant user {NAME}:ann 50",
        f"{here}/limits user {NAME}:ann daily 50 monthly none",
        f"{here}/limits user {NAME}:ann group vip",
        f"{here}/allow user {NAME}:ann",
        f"{here}/deny chat {NAME}:1",
    ]


async def test_what_is_refused_is_no_act(community: Community) -> None:
    for line in ("deny root", "grant -5 ann", "limits chat monthly 5", "limits chat group vip"):
        await community.say(line, ROOT)
    await community.say("allow", ANN)

    assert await community.say("audit", ROOT, place=DESK) == "No admin has changed anything yet."


async def test_the_last_twenty_are_shown_to_admins_alone(community: Community) -> None:
    for _ in range(21):
        await community.say("allow ann", ROOT)

    assert len(await audited(community)) == 20
    assert "only for admins to see" in await community.say("audit", ROOT)
    assert await community.say("audit", ANN, place=DESK) == "Only this bot's admins can do that."


async def test_who_is_banned_gets_no_answer_also_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as community:
        await community.say("ban ann", ROOT)
        said = [await community.say(line) for line in ("models", "status", VIDEO, "what", "")]
        assert "can use" in await community.say("allow bob", ROOT)
    async with community.harness.engine() as engine:
        restarted = replace(community, engine=engine)
        said.append(await restarted.say("models"))
        assert await restarted.say("models", BOB)
        await restarted.say("allow ann", ROOT)
        assert await restarted.say("models")

    assert said == [""] * 6
    assert community.harness.paid == 0


async def test_in_a_banned_chat_only_admins_are_answered(community: Community) -> None:
    await community.say("ban", ROOT)

    assert await community.say("models") == ""
    assert await community.say("models", place=DESK)
    assert "can use the bot now" in await community.say("allow", ROOT)
    assert await community.say("models")


async def test_no_admin_is_banned_and_a_denial_lifts_the_silence(community: Community) -> None:
    assert "who always has access" in await community.say("ban root", ROOT)
    await community.say("ban ann", ROOT)
    await community.say("deny ann", ROOT)

    assert "You don't have access" in await community.say("models")


async def test_what_waits_of_the_banned_is_cancelled_and_what_has_begun_comes(
    slow_harness: EngineHarness, gateway: ManualGateway
) -> None:
    slow_harness.jobs_per_user = 1
    slow_harness.policy = Policy(admins=frozenset({f"{NAME}:root"}))
    async with slow_harness.engine() as engine:
        community = Community(slow_harness, engine)
        jobs = [await engine.submit(slow_harness.order()) for _ in range(3)]
        other = await engine.submit(slow_harness.order(user="bob"))
        await gateway.reached(CREATE)
        ban = asyncio.create_task(community.say("ban ann", ROOT))
        for waiting in jobs[1:]:
            await stored_when(engine, waiting.id, lambda row: row.is_ended)
        await gateway.allow(*[CREATE, LOOK, FETCH] * 2)
        assert "What they had waiting is cancelled" in await ban
        rows = [await engine.services.store.get(job.id) for job in (*jobs, other)]

    assert [job and job.state for job in rows] == ["done", "cancelled", "cancelled", "done"]
    assert gateway.asked[CREATE] == 2


async def test_chat_admins_keep_people_out_of_their_chat_alone(community: Community) -> None:
    other = replace(HERE, chat="2")
    said = await community.say("deny ann", BOB, runs_chat=True)
    refused = [await community.say("models"), await community.say("models", place=other)]
    lifted = await community.say("allow ann", BOB, runs_chat=True)

    assert said == f"User {NAME}:ann can no longer use the bot in this chat."
    assert ["You don't have access" in each for each in refused] == [True, False]
    assert "Nothing that you decided" in lifted
    assert "You don't have access" not in await community.say("models")
    assert (await audited(community))[-1].endswith(f"{NAME}:1: /deny user {NAME}:ann here")


async def test_chat_admins_let_nobody_in_whom_an_admin_of_the_bot_keeps_out(
    community: Community,
) -> None:
    await community.say("deny ann", ROOT)
    await community.say("allow ann", BOB, runs_chat=True)

    assert "You don't have access" in await community.say("models")


@pytest.mark.parametrize("line", ["deny", "allow", "deny chat 2", "allow chat 1"])
async def test_chat_admins_decide_about_people_only(community: Community, line: str) -> None:
    assert "You decide here about people" in await community.say(line, BOB, runs_chat=True)
    assert await audited(community) == [""]


async def test_chat_admins_decide_nothing_alone_nor_about_the_bots_admins(
    community: Community,
) -> None:
    for line in ("deny ann", "allow ann", "limits daily 5"):
        for place, runs_chat in ((DESK, True), (HERE, False)):
            said = await community.say(line, BOB, place=place, runs_chat=runs_chat)
            assert said.startswith("Only this bot's admins can do that")
    assert "who always has access" in await community.say("deny root", BOB, runs_chat=True)
    assert "Only this bot's admins" in await community.say("ban ann", BOB, runs_chat=True)


async def test_chat_admins_lower_what_their_chat_spends_and_never_raise_it(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, HouseRules(chat=CreditLimits(daily=100))) as community:
        said = [
            await community.say(f"limits daily {daily}", BOB, runs_chat=True)
            for daily in (70, 500, "none", 70)
        ]
        await community.say("limits chat daily 60", ROOT)
        said.append(await community.say("limits", BOB, runs_chat=True))
        await community.say("limits chat daily none", ROOT)
        said.append(await community.say("limits", BOB, runs_chat=True))
        for line in ("limits group vip", "limits ann daily 5", "limits monthly 5"):
            refused = await community.say(line, BOB, runs_chat=True)
            assert "You can lower what this chat can spend a day" in refused
        left = await community.say("balance")

    assert [each.rpartition(": ")[2] for each in said] == [
        f"{credits_} credits." for credits_ in (70, 100, 100, 70, 60, 70)
    ]
    assert left == "Left today for everybody in this chat: 70 credits of 70."


DECISIONS = (
    "deny ann",
    "allow ann",
    "limits daily 5",
    "settings chat ratio portrait",
    "settings chat reset",
    "model --chat off",
    "system Answer briefly.",
)


@pytest.mark.parametrize("line", DECISIONS)
async def test_what_chat_admins_decide_is_written_down_and_counts_as_an_order(
    tmp_path: Path, line: str
) -> None:
    async with opened(tmp_path, rate=OrderRate(2)) as community:
        said = [await community.say(line, BOB, runs_chat=True) for _ in range(3)]
        written = await audited(community)
        for _ in range(4):
            await community.say(line, ROOT)

        assert len(await audited(community)) == 6
    assert ["in a minute" in each for each in said] == [False, False, True]
    assert len(written) == 2
    assert f"{NAME}:bob in {NAME}:1: /{line.split(maxsplit=1)[0]} " in written[0]


async def test_nobody_writes_a_line_of_the_audit_with_their_own_words(
    community: Community,
) -> None:
    forged = f"2026-01-01 00:00 UTC · {NAME}:root in {NAME}:1: /grant user {NAME}:bob 1000"
    await community.say(f"system Be nice.\n{forged}\u202e\u061c", BOB, runs_chat=True)
    said = await community.say("audit", ROOT, place=DESK)

    (line,) = said.splitlines()
    assert f"{NAME}:bob in {NAME}:1: /system chat {NAME}:1 Be nice. 2026-01-01" in line
    assert line.endswith("1000\\u202e\\u061c")


async def test_what_concerns_oneself_alone_is_no_decision(tmp_path: Path) -> None:
    async with opened(tmp_path, rate=OrderRate(2)) as community:
        for line in ("settings ratio portrait", "model off", "limits", "settings chat", "system"):
            for _ in range(3):
                assert "in a minute" not in await community.say(line, BOB, runs_chat=True)
        assert await audited(community) == [""]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("", 20),
        ("grant", 1),
        ("/grant", 1),
        (f"{NAME}:bob", 30),
        ("bob", 30),
        ("bob deny", 30),
        ("2", 1),
        (f"{NAME}:2", 1),
        ("vip", 1),
        ("ann", 31),
        ("root vip", 1),
        ("root deny", 0),
        ("vi", 0),
        ("%", 0),
    ],
)
async def test_no_chats_noise_hides_what_somebody_looks_for(
    community: Community, words: str, shown: int
) -> None:
    await community.say("grant 50 ann", ROOT, place=replace(HERE, chat="2"))
    await community.say("limits group vip daily 5", ROOT)
    for _ in range(30):
        await community.say("deny ann", BOB, runs_chat=True)

    said = await community.say(f"audit {words}", ROOT, place=DESK)
    lines = [line for line in said.splitlines() if " UTC · " in line]
    assert len(lines) == min(shown, 20)
    assert lines or said == "Nothing that admins have done has all of these words."


async def test_an_admin_decides_about_people_on_another_platform(tmp_path: Path) -> None:
    other = Party(platform="other", kind="user", id="9")
    async with opened(tmp_path, ids={"other": IdFormat(user="[0-9]+", chat="-[0-9]+")}) as here:
        access = here.engine.services.access
        said = [
            await here.say(line, ROOT)
            for line in ("ban other:9", "allow other:-5", "grant 5 other:9", "ban other:ann")
        ]
        rules = await access.store.rules(other, replace(other, kind="chat", id="-5"))
        own = await here.engine.services.credits.store.own(other)
        acts = await audited(here)

    assert said[0].startswith("User other:9 gets no answer any more.")
    assert "“ann”" in said[3]
    assert access.bans(User(platform="other", id="9"))
    assert sorted(rules.values()) == [False, True]
    assert own == 5000
    assert [act.partition(": ")[2] for act in acts] == [
        "/grant user other:9 5",
        "/allow chat other:-5",
        "/ban user other:9",
    ]


@pytest.mark.parametrize(
    "line", ["allow 9", "ban 9", "deny user 9", "grant 5 1234567", "limits 9"]
)
async def test_who_sits_alone_says_of_which_platform_somebody_is(
    tmp_path: Path, line: str
) -> None:
    ids = {
        "else": IdFormat(user="@[a-z]+", chat="#[a-z]+"),
        "other": IdFormat(user="[0-9]+", chat="-[0-9]+"),
    }
    async with opened(tmp_path, ids=ids) as community:
        community.harness.policy = Policy(terminals=frozenset({NAME}))
    async with community.harness.engine() as engine:
        desk = replace(community, engine=engine)
        said = await desk.say(line, ROOT, place=DESK)
        command, _, typed = line.rpartition(" ")
        again = await desk.say(f"{command} {said.rpartition(' ')[2]}", ROOT, place=DESK)

    assert said == f"Write of which platform “{typed}” is, such as other:{typed}"
    assert f"other:{typed}" in again
    assert again != said
