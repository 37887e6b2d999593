"""A finished video in another channel on Discord."""

import shutil
from pathlib import Path
from typing import Any

import discord
import pytest
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from tests.fakes.discord.bot import EPHEMERAL, DiscordBotHarness, discord_bot
from tests.fakes.discord.wire import Json

ASKED = {"prompt": "1s a cat_with_hat", "model": "sandbox-video"}


async def made(here: DiscordBotHarness, **options: Any) -> Json:
    """A finished video of Ada's."""
    await here.ada.slash(here.channel, "video", **ASKED, **options)
    await here.until_shown("Done in")
    (video,) = here.videos()
    return video


async def offered(here: DiscordBotHarness, video: Json) -> InteractionResult:
    """What the Share button has opened."""
    asked = await here.ada.click(here.message(video), label="Share")
    await here.server.until(lambda: asked.response and asked.response.content)
    return asked


async def shared(here: DiscordBotHarness, asked: InteractionResult, where: ChannelHandle) -> str:
    """What was said in the end about sharing there."""
    question = asked.response
    assert question
    await here.ada.select(question, [where])
    told = (
        await here.server.until(
            lambda: (
                asked.response
                and asked.response.content != question_text
                and asked.response.content
            )
        )
        if (question_text := question.content)
        else ""
    )
    assert isinstance(told, str)
    return told


async def test_a_video_is_shared_with_its_model_its_prompt_and_who_shares_it(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        gallery = here.guild.create_text_channel("gallery")
        video = await made(here)
        asked = await offered(here, video)
        told = await shared(here, asked, gallery)

    (post,) = here.videos(gallery.id)
    assert asked.ephemeral
    assert told == f"Posted in {gallery.mention}."
    assert asked.response
    assert asked.response.components == []
    assert "sandbox-video · a cat" in post["content"]
    assert f"shared by {here.ada.mention}" in post["content"]
    assert post["components"] == []
    assert here.server.file(post["attachments"][0]["url"]) == here.server.file(
        video["attachments"][0]["url"]
    )


@pytest.mark.parametrize(("status", "code"), [(413, 40005), (400, 50035)])
async def test_a_video_that_the_place_refuses_is_told_as_that(
    tmp_path: Path, status: int, code: int
) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        gallery = here.guild.create_text_channel("gallery")
        asked = await offered(here, await made(here))
        here.server.refuse(f"POST /channels/{gallery.id}/messages", status, code, "no")

        assert await shared(here, asked, gallery) == "It could not be posted there."


async def test_of_what_is_private_only_the_video_is_shared(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        gallery = here.guild.create_text_channel("gallery")
        await here.ada.slash(here.channel, "video", **ASKED, private=True)
        (video,) = await here.server.until(here.videos)
        await engine.idle()
        await shared(here, await offered(here, video), gallery)

    (post,) = here.videos(gallery.id)
    assert post["content"] == f"shared by {here.ada.mention}"
    assert not post["flags"] & EPHEMERAL


@pytest.mark.parametrize(
    ("forbidden", "said"),
    [
        (discord.Permissions(attach_files=True), "You are not allowed to post videos there."),
        (discord.Permissions(send_messages=True), "You are not allowed to post videos there."),
    ],
)
async def test_nobody_shares_where_he_may_not_post_himself(
    tmp_path: Path, forbidden: discord.Permissions, said: str
) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        everybody = discord.PermissionOverwrite.from_pair(discord.Permissions(), forbidden)
        rules = here.guild.create_text_channel(
            "rules", overwrites={here.guild.default_role: everybody}
        )
        told = await shared(here, await offered(here, await made(here)), rules)

    assert told == said
    assert here.messages(rules.id) == []


async def test_the_bot_says_where_it_may_not_post_itself(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        everybody = discord.PermissionOverwrite(send_messages=False)
        mine = discord.PermissionOverwrite(send_messages=True)
        rules = here.guild.create_text_channel(
            "rules", overwrites={here.guild.default_role: everybody, here.ada: mine}
        )
        told = await shared(here, await offered(here, await made(here)), rules)

    assert (
        told == "I am not allowed to post videos there. Whoever runs this server can change that."
    )
    assert here.messages(rules.id) == []


async def test_others_cannot_share_and_what_is_no_longer_kept_is_not_offered(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        bob = here.guild.add_member(here.server.world.create_user("bob"))
        video = await made(here)
        asked = await bob.click(here.message(video), label="Share")
        await here.until_shown("This belongs to somebody else.")
        assert asked.ephemeral

        job = await here.job(engine)
        shutil.rmtree(engine.services.folder(job.id))
        assert (answer := (await offered(here, video)).response)
        assert "no longer stored" in answer.content
        assert answer.components == []


async def test_a_video_in_a_dm_is_told_to_be_shared_from_a_server(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        private = here.ada.user.dm_channel
        await here.ada.user.slash("video", **ASKED)
        await here.until_shown("Done in", private.id)
        (video,) = here.videos(private.id)
        await here.ada.user.click(here.message(video), label="Share")

        await here.until_shown("in servers that I am in", private.id)


async def test_a_thread_that_the_bot_does_not_know_yet_can_be_chosen(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        thread = here.thread()
        told = await shared(here, await offered(here, await made(here)), thread)

    assert told == f"Posted in {thread.mention}."
    assert len(here.videos(thread.id)) == 1
