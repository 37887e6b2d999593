"""/balance, /grant and /limits, and what orders and results say of credits."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from core.people.balance import CreditLimits, HouseRules
from core.people.currency import Currency
from tests.fakes.community import ANN, BOB, DESK, HERE, ROOT, Community, opened
from tests.fakes.memory_platform import NAME

# 50 credits in the sandbox.
VIDEO = "video --model sandbox-videos 1s a cat"


@pytest.fixture
def rules() -> HouseRules:
    return HouseRules(person=CreditLimits(daily=100), is_exempt=lambda party: party.id == "root")


@pytest.fixture
async def community(tmp_path: Path, rules: HouseRules) -> AsyncGenerator[Community]:
    async with opened(tmp_path, rules) as community:
        yield community


async def test_a_result_says_what_it_cost_and_what_is_left(community: Community) -> None:
    await community.say(VIDEO)

    assert "50 credits, 50 left today" in community.captions[0].splitlines()
    assert await community.say("balance") == (
        "Left today: 50 credits of 100. A new day begins at 00:00 UTC."
    )


async def test_large_numbers_are_written_in_one_way(community: Community) -> None:
    await community.say("limits user ann daily 5000", ROOT)
    await community.say(VIDEO)

    assert "50 credits, 4,950 left today" in community.captions[0].splitlines()
    assert "Left today: 4,950 credits of 5,000." in await community.say("balance")


async def test_who_may_spend_without_limit_is_told_no_prices(community: Community) -> None:
    await community.say(VIDEO, ROOT)

    assert "credits" not in community.captions[0]
    assert await community.say("balance", ROOT) == "There is no limit on what you can spend here."


async def test_what_is_too_dear_is_refused_at_once_and_never_asked_for(
    community: Community,
) -> None:
    await community.say(VIDEO)
    await community.say(VIDEO.replace("1s", "2s"))
    refused = await community.say(VIDEO)

    assert refused == (
        "This costs 50 credits, and you have 0 credits left today. A new day begins at "
        "00:00 UTC. /balance shows everything."
    )
    assert (community.harness.paid, len(community.captions)) == (2, 2)


async def test_a_failure_and_a_cancelled_plan_cost_nothing(community: Community) -> None:
    await community.say(f"{VIDEO} #fail-moderation")
    await community.say("storyboard --model sandbox-video 1.5s up\n1.5s down")
    await community.say("cancel")

    assert "Left today: 100 credits of 100" in await community.say("balance")


async def test_a_part_of_the_results_costs_a_part(community: Community) -> None:
    await community.say("image --model sandbox-image x2 a cat #partial")

    (job,) = await community.engine.jobs_of(ANN)
    whole = community.engine.services.catalog.choose(job.request).credits_for(job.request)
    assert 0 < job.credits == whole // 2
    assert f"Left today: {100 - job.credits} credits" in await community.say("balance")


async def test_a_plan_names_its_price_and_is_refused_when_it_is_too_dear_by_then(
    community: Community,
) -> None:
    await community.say("storyboard --model sandbox-video 1.5s up\n1.5s down")
    plan = community.harness.chat.writes[-1]
    (draft,) = await community.engine.jobs_of(ANN)
    assert f"It would cost about {draft.credits} credits" in plan.text
    await community.say("limits daily 1", ROOT, to=ANN)

    assert "and you have 1 credit left" in await community.say(f"confirm {draft.id}")
    await community.say("limits daily default", ROOT, to=ANN)
    await community.say(f"confirm {draft.id}")

    assert len(community.captions) == 1


async def test_what_is_granted_is_used_last_and_told(community: Community) -> None:
    said = await community.say("grant 60", ROOT, to=ANN)
    assert said == f"{NAME}:ann now has 60 credits of their own."
    for _ in range(3):
        await community.say(VIDEO)

    assert "50 credits, 10 left today" in community.captions[2]
    assert await community.say("balance") == (
        "Left today: 0 credits of 100. A new day begins at 00:00 UTC.\n"
        "Your own: 10 credits. They are used when the rest is spent, and stay until then."
    )
    assert "fewer credits" in await community.say("grant -11", ROOT, to=ANN)
    assert "now has 0 credits" in await community.say("grant -10 ann", ROOT)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("grant", "Say how many credits"),
        ("grant 0 bob", "Say how many credits"),
        ("grant 5", f"name an id with its platform: /grant 50 {NAME}:123456789."),
        ("grant ann bob", "Two ids were given: ann and bob."),
        ("grant 1234", f"with its platform: /grant 50 {NAME}:123456789."),
        (
            "grant 50 1234",
            f"both be how many. Write whose id it is, such as /grant 50 {NAME}:1234",
        ),
        ("grant 50 50", f"/grant 50 {NAME}:50"),
        ("grant 1e9 bob", "--credits must be -2,000,000 to 2,000,000."),
        ("grant 2.5 bob", "--credits must be -2,000,000 to 2,000,000."),
        ("grant -9999999 bob", "--credits must be -2,000,000 to 2,000,000."),
        ("grant ٥٠ bob", "--credits must be -2,000,000 to 2,000,000."),
        ("limits daily much", "--daily must be 0 to 2,000,000"),
        ("limits chat monthly 5", "A chat has a daily limit only."),
        ("limits chat group vip", "Only people can be in a group"),
        ("limits group none", "A group cannot be called"),
    ],
)
async def test_what_an_admin_mistypes_is_explained(
    community: Community, line: str, said: str
) -> None:
    answer = await community.say(line, ROOT)

    assert said in answer
    audit = await community.say("audit", ROOT, place=DESK)
    assert audit == "No admin has changed anything yet."


@pytest.mark.parametrize("line", [f"grant 50 {NAME}:1234", f"grant {NAME}:1234 50"])
async def test_a_short_id_is_given_credits_where_it_has_its_platform(
    community: Community, line: str
) -> None:
    said = await community.say(line, ROOT)

    assert said == f"{NAME}:1234 now has 50 credits of their own."


async def test_nobody_else_grants_or_limits(community: Community) -> None:
    for line in ("grant 1000 ann", "limits daily none"):
        assert (await community.say(line, BOB)).startswith("Only this bot's admins can do that")

    assert "of 100" in await community.say("balance")


async def test_admins_decide_for_people_chats_and_groups(community: Community) -> None:
    assert await community.say("limits chat daily 70", ROOT) == (
        "In chat chat:1 all together can spend a day: 70 credits.".replace("chat:1", f"{NAME}:1")
    )
    await community.say("limits group vip daily 500 monthly none", ROOT)
    said = await community.say("limits group vip", ROOT, to=BOB)
    assert said == (
        f"{NAME}:bob can spend a day: the usual limit; a month: the usual limit.\n"
        "They are in the group vip."
    )
    assert await community.say("balance", BOB) == (
        "Left today: 500 credits of 500. A new day begins at 00:00 UTC.\n"
        "Left today for everybody in this chat: 70 credits of 70."
    )
    await community.say(VIDEO)
    assert "left in this chat today" in await community.say(VIDEO, BOB)


async def test_the_operator_names_the_unit(tmp_path: Path, rules: HouseRules) -> None:
    async with opened(tmp_path, rules) as community:
        services = community.engine.services
        unit = Currency(name="EUR", credits_per_unit=100)
        named = replace(services, credits=replace(services.credits, currency=unit))
        community.engine.services = named
        left = await community.say("balance")

    assert left == "Left today: 1 EUR of 1. A new day begins at 00:00 UTC."


async def test_answers_are_paid_by_tokens_and_refused_when_nothing_is_left(
    community: Community,
) -> None:
    await community.say("ask why")
    before = await community.engine.services.credits.store.balance(ANN.party, HERE.party)
    assert before.left_today is not None
    assert 0 < 100_000 - before.left_today < 1000

    await community.say("limits daily 0", ROOT, to=ANN)

    assert "you have 0 credits left today" in await community.say("ask why")
