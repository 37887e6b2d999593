"""What admins do about people and chats, and what of it can be read later."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.community import ANN, DESK, ROOT, Community, opened
from tests.fakes.memory_platform import NAME


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
