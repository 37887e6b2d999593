"""More than a channel can take: nobody else waits, and what was paid for goes first."""

from pathlib import Path

from tests.fakes.discord.bot import DiscordBotHarness, discord_bot, slow_discord_bot
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK

ASKED = {"prompt": "1s a cat", "model": "sandbox-video"}
EDITS = "PATCH /channels/*/messages/*"


async def flood(here: DiscordBotHarness) -> None:
    """More than the channel takes in a minute."""
    for _ in range(60):
        await here.ada.send(here.channel, f"<@{here.bot_id}> /help")


async def test_a_flooded_channel_keeps_nobody_waiting_whose_answer_goes_elsewhere(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path, hurried=False) as here, here.bot():
        await flood(here)
        asked = [await here.ada.slash(here.channel, "help") for _ in range(20)]
        other = here.guild.create_text_channel("quiet")
        await here.ada.send(other, f"<@{here.bot_id}> /help")

        for each in asked:
            assert "/video" in await here.until_answered(each)
        await here.until_shown("/video", other.id)
        assert here.server.floods == 0


async def test_a_video_goes_before_all_answers_that_wait(tmp_path: Path) -> None:
    async with slow_discord_bot(tmp_path, hurried=False) as (here, gateway), here.bot():
        await here.ada.slash(here.channel, "video", **ASKED)
        await gateway.allow(CREATE)
        await gateway.reached(LOOK)
        await flood(here)
        await here.server.until(lambda: len(here.messages()) > 3)
        await gateway.allow(LOOK, FETCH)
        await here.server.until(here.videos)

        assert here.shows("Some of my answers are missing") is None


async def test_a_refused_edit_silences_neither_answers_nor_results(tmp_path: Path) -> None:
    async with slow_discord_bot(tmp_path, hurried=False) as (here, gateway), here.bot():
        here.server.flood(EDITS, retry_after=200, code=30046)
        typed = f"<@{here.bot_id}> /video --model {ASKED['model']} {ASKED['prompt']}"
        await here.ada.send(here.channel, typed)
        await gateway.allow(CREATE)
        await gateway.reached(LOOK)
        await here.server.until(lambda: here.server.called(EDITS))

        await here.ada.send(here.channel, f"<@{here.bot_id}> /settings")
        await here.until_shown("/settings")
        await gateway.allow(LOOK, FETCH)
        await here.server.until(here.videos)
