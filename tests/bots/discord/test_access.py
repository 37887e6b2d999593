"""Who is answered on Discord, where a server is one chat."""

from pathlib import Path

import discord

from core.people.access import Policy
from tests.fakes.discord.bot import DiscordBotHarness, discord_bot
from tests.fakes.discord.people import raw_channel

ACKNOWLEDGED = "POST /interactions/*"


def admin(here: DiscordBotHarness) -> Policy:
    return Policy(admins=frozenset({f"discord:{here.ada.id}"}))


async def test_a_rule_about_a_chat_is_one_about_the_server_with_all_its_channels(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here:
        here.harness.policy = admin(here)
        eve = here.guild.add_member(here.server.world.create_user("eve"))
        other = here.guild.create_text_channel("other")
        async with here.bot():
            await here.ada.send(here.channel, f"<@{here.bot_id}> /deny")
            await here.until_shown(f"Nobody in chat discord:{here.guild.id} can use the bot")
            refused = await here.until_answered(await eve.slash(other, "models"))
            await here.ada.send(other, f"<@{here.bot_id}> /allow chat {here.guild.id}")
            await here.until_shown("Everybody in chat", other.id)
            shown = await here.until_answered(await eve.slash(here.channel, "models"))

    assert "You don't have access to this bot here" in refused
    assert "You don't have access" not in shown


async def test_who_is_banned_is_left_alone_whatever_they_send(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        here.harness.policy = admin(here)
        eve = here.guild.add_member(here.server.world.create_user("eve"))
        async with here.bot():
            await eve.slash(here.channel, "video", prompt="1s a cat", model="sandbox-video")
            await here.until_shown("Done in")
            (video,) = here.videos()
            await here.ada.send(here.channel, f"<@{here.bot_id}> /ban user {eve.id}")
            await here.until_shown("gets no answer any more")
            before = len(here.messages())
            acknowledged = len(here.server.called(ACKNOWLEDGED))
            where = raw_channel(here.server.world, here.channel)
            await eve.slash(here.channel, "models")
            await eve.slash(here.channel, "video")
            again = video["components"][0]["components"][0]["custom_id"]
            where.press(eve, int(video["id"]), again)
            await eve.send(here.channel, f"<@{here.bot_id}> a cat")
            await here.until_answered(await here.ada.slash(here.channel, "status"))

            assert len(here.server.called(ACKNOWLEDGED)) == acknowledged + 1
            assert len(here.messages()) == before + 1
    assert here.harness.paid == 1


async def test_who_runs_a_server_keeps_people_out_of_it(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        eve = here.guild.add_member(here.server.world.create_user("eve"))
        role = here.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
        bob = here.guild.add_member(here.server.world.create_user("bob"), roles=[role])
        async with here.bot():
            said = await bob.slash(here.channel, "deny", kind="user", id=str(eve.id))
            told = await here.until_answered(said)
            refused = await here.until_answered(await eve.slash(here.channel, "characters"))
            await eve.send(here.channel, f"<@{here.bot_id}> /deny user {bob.id}")
            await here.until_shown("You don't have access to this bot here")

    assert told == f"User discord:{eve.id} can no longer use the bot in this chat."
    assert "You don't have access" in refused


async def test_people_are_chosen_from_a_list_or_mentioned(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        role = here.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
        root = here.guild.add_member(here.server.world.create_user("root"), roles=[role])
        eve = here.guild.add_member(here.server.world.create_user("eve"))
        here.harness.policy = Policy(admins=frozenset({f"discord:{root.id}"}))
        async with here.bot():
            said = await root.slash(here.channel, "grant", credits="50", person=eve)
            granted = await here.until_answered(said)
            await root.send(here.channel, f"<@{here.bot_id}> /deny <@{eve.id}>")
            await here.until_shown(f"User discord:{eve.id} can no longer use the bot.")

    assert granted == f"discord:{eve.id} now has 50 credits of their own."
