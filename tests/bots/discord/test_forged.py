"""Presses on Discord that no button of ours stands for."""

from pathlib import Path

import discord

from core.people.access import Policy
from tests.fakes.discord.bot import discord_bot
from tests.fakes.discord.people import raw_channel
from tests.fakes.forged import forged

ACKNOWLEDGED = "POST /interactions/*"


async def test_a_forged_press_gets_nothing_of_another_persons_private_job(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=frozenset({f"discord:{here.ada.id}"}))
        role = here.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
        eve = here.guild.add_member(here.server.world.create_user("eve"), roles=[role])
        async with here.bot() as engine:
            await here.ada.slash(
                here.channel, "video", prompt="1s a secret", model="sandbox-video", private=True
            )
            await here.server.until(here.videos)
            await engine.idle()
            (job,) = await engine.jobs_of(here.person(here.ada))
            other = here.guild.create_text_channel("other")
            spot = await eve.send(other, f"<@{here.bot_id}> /status")
            shown = await here.until_shown("no jobs", other.id)
            where = raw_channel(here.server.world, other)
            before = len(here.server.called(ACKNOWLEDGED))
            pressed = [where.press(eve, int(shown["id"]), data) for data in forged(job.id)]
            answered = before + len(pressed)
            await here.server.until(lambda: len(here.server.called(ACKNOWLEDGED)) >= answered)
            await engine.idle()
            after = await engine.services.store.get(job.id)
            theirs = await engine.jobs_of(here.person(eve))
            own = await engine.services.credits.store.own(here.person(eve).party)

    assert spot
    assert after == job
    assert (theirs, own, here.harness.paid) == ([], 0, 1)
    assert not any("secret" in told["content"] for told in here.messages(other.id))
    assert here.shows("Something went wrong", other.id) is None
    assert here.videos(other.id) == []
