"""How large a file a server takes, for a process that hears no events."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bots.discord.conversation import DiscordPlatform
from tests.fakes.discord.deferring_bot import DeferringBotHarness, DeferringClient, deferring_bot
from tests.fakes.discord.server import TOKEN

ASKED = "GET /guilds/*"
MIB = 1 << 20


@pytest.fixture
async def here(tmp_path: Path) -> AsyncGenerator[DeferringBotHarness]:
    """Beside a bot that listens, what only works."""
    async with deferring_bot(tmp_path) as set_up, DeferringClient() as worker:
        await worker.login(TOKEN)
        set_up.platform = DiscordPlatform(worker)
        yield set_up


async def test_the_boosts_of_a_server_are_asked_for_once(here: DeferringBotHarness) -> None:
    here.server.world.boost(here.guild, 2)
    before = here.conversation().limits.upload_bytes

    for _ in range(2):
        await here.conversation().measure()

    assert before == 10 * MIB
    assert here.conversation().limits.upload_bytes == 50 * MIB
    assert here.conversation(here.private).limits.upload_bytes == 10 * MIB
    assert len(here.server.called(ASKED)) == 1


async def test_a_server_without_the_bot_takes_what_all_take_and_is_not_asked_again(
    here: DeferringBotHarness,
) -> None:
    here.server.world.boost(here.guild, 2)
    here.server.world.kick(here.guild)

    for _ in range(2):
        await here.conversation().measure()

    assert here.conversation().limits.upload_bytes == 10 * MIB
    assert len(here.server.called(ASKED)) == 1


async def test_who_hears_events_asks_nothing(here: DeferringBotHarness) -> None:
    here.forget()

    await here.conversation().measure()

    assert not here.server.called(ASKED)
