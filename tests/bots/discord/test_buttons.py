"""DiscordButtons on Discord: who may press them, and what comes of it."""

from pathlib import Path

from tests.fakes.discord.bot import (
    EPHEMERAL,
    DiscordBotHarness,
    discord_bot,
    slow_discord_bot,
)
from tests.fakes.discord.people import group_chat

ASKED = {"prompt": "1s a cat", "model": "sandbox-video"}
SLOW = {"prompt": "a cat", "model": "sandbox-video"}


async def until_whispered(here: DiscordBotHarness, text: str) -> None:
    """Wait until only one person was told that."""
    message = await here.until_shown(text)
    assert message["flags"] & EPHEMERAL


async def test_the_owner_cancels(tmp_path: Path) -> None:
    async with slow_discord_bot(tmp_path) as (here, _), here.bot():
        await here.ada.slash(here.channel, "video", **SLOW)
        status = await here.until_shown("a cat")
        await here.ada.click(here.message(status), label="Cancel")

        cancelled = await here.until_shown("Cancelled")

    assert cancelled["id"] == status["id"]
    assert len(here.messages()) == 1


async def test_others_are_refused_so_that_only_they_see_it_but_who_runs_the_server_cancels(
    tmp_path: Path,
) -> None:
    async with slow_discord_bot(tmp_path) as (here, _), here.bot():
        bob = here.guild.add_member(here.server.world.create_user("bob"))
        owner = here.guild.add_member(here.guild.owner)
        await here.ada.slash(here.channel, "video", **SLOW)
        status = here.message(await here.until_shown("a cat"))

        await bob.click(status, label="Cancel")
        await until_whispered(here, "This belongs to somebody else.")
        await owner.click(status, label="Cancel")
        await here.until_shown("Cancelled")


async def test_a_result_is_made_again_for_its_owner_alone(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        owner = here.guild.add_member(here.guild.owner)
        await here.ada.slash(here.channel, "video", **ASKED)
        await here.until_shown("Done in")
        (first,) = here.videos()

        await owner.click(here.message(first), label="Again")
        await until_whispered(here, "This belongs to somebody else.")
        await here.ada.click(here.message(first), label="Again")
        status = await here.until_shown("starting soon")

        assert status["message_reference"]["message_id"] == first["id"]
        assert len(await engine.jobs_of(here.person(here.ada))) == 2
    assert first in here.videos()


async def test_a_failed_job_is_tried_again_after_a_restart(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        async with here.bot():
            await here.ada.slash(
                here.channel, "video", prompt="1s a cat #fail-moderation", model="sandbox-video"
            )
            failed = here.message(await here.until_shown("No video from"))
        async with here.bot() as engine:
            await here.ada.click(failed, label="Retry")
            await here.server.until(
                lambda: len([m for m in here.messages() if "No video" in m["content"]]) == 2
            )

            assert len(await engine.jobs_of(here.person(here.ada))) == 1


async def test_what_only_one_person_saw_is_made_again_for_that_person_alone(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        await here.ada.slash(here.channel, "video", **ASKED, private=True)
        (first,) = await here.server.until(here.videos)
        await engine.idle()
        await here.ada.click(here.message(first), label="Again")
        await here.until_shown("starting soon")

    assert len(here.messages()) == 2
    assert all(message["flags"] & EPHEMERAL for message in here.messages())


async def test_in_a_group_chat_everybody_sees_what_is_made_again(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        friends = group_chat(here.server.world, here.ada.user)
        friends.slash(here.ada.user, "video", **ASKED)
        (first,) = await here.server.until(lambda: here.videos(friends.id))
        await engine.idle()
        again = first["components"][0]["components"][0]["custom_id"]
        friends.press(here.ada.user, int(first["id"]), again)
        await here.until_shown("starting soon", friends.id)

    assert len(here.messages(friends.id)) == 2
    assert not any(message["flags"] & EPHEMERAL for message in here.messages(friends.id))


async def test_a_press_that_discord_takes_for_unanswered_does_nothing(tmp_path: Path) -> None:
    async with slow_discord_bot(tmp_path) as (here, _), here.bot():
        await here.ada.slash(here.channel, "video", **SLOW)
        status = here.message(await here.until_shown("a cat"))
        held = here.server.hold("POST /interactions/*")
        await here.ada.click(status, label="Cancel")
        await held.reached.wait()
        here.server.advance(4)
        held.release()
        await here.server.until(lambda: here.server.called("POST /interactions/*")[1].status)
        await here.ada.slash(here.channel, "status")

        await here.until_shown("1. ")
        assert here.shows("Cancelled") is None
