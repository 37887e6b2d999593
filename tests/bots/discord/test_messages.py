"""What people say to the bot in plain messages on Discord."""

from pathlib import Path

import pytest
from simcord.enums import MessageType

from core.engine.engine import Engine
from core.people.access import Policy
from tests.fakes.discord.bot import DiscordBotHarness, discord_bot, picture

VIDEO = "--model sandbox-video 1s a cat"


async def widths(engine: Engine, here: DiscordBotHarness) -> list[int]:
    """How wide the pictures of the job are, in its order."""
    return [image.width for image in (await here.job(engine)).request.images]


@pytest.mark.parametrize("typed", [VIDEO, f"/video {VIDEO}"])
async def test_what_follows_the_bots_name_is_a_prompt_or_a_command(
    tmp_path: Path, typed: str
) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        said = await here.ada.send(here.channel, f"<@{here.bot_id}> {typed}")
        job = await here.job(engine)

    (video,) = here.videos()
    assert job.request.prompt == "a cat"
    assert here.messages()[0]["message_reference"]["message_id"] == str(said.id)
    assert video["message_reference"]["message_id"] == str(said.id)


async def test_a_thread_is_answered_in_the_thread(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        thread = here.thread()
        await here.ada.send(thread, f"<@{here.bot_id}> {VIDEO}")
        await here.until_shown("Done in", thread.id)

    assert len(here.videos(thread.id)) == 1
    assert here.messages() == []


async def test_pictures_with_the_message_and_of_the_message_replied_to_come_along(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        first = await here.ada.user.send_dm(
            "look",
            attachments=here.server.world.store(
                here.ada.user.dm_channel.id, ("a.jpg", picture(80)), ("b.txt", b"words")
            ),
        )
        await here.ada.user.send_dm(
            "/video portrait 1s a cat",
            attachments=here.server.world.store(
                here.ada.user.dm_channel.id, ("c.jpg", picture(90))
            ),
            reference={"message_id": str(first.id), "channel_id": str(first.channel.id)},
        )
        await here.until_shown("Done in", here.ada.user.dm_channel.id)
        (job,) = await engine.jobs_of(here.person(here.ada))

    assert [image.width for image in job.request.images] == [90, 80]


async def test_nothing_is_paid_for_a_reply_to_what_discord_keeps_back(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        hidden = await here.ada.send(here.channel, "look", attachments=[("a.jpg", picture())])
        await here.ada.send(here.channel, f"<@{here.bot_id}> {VIDEO}", reply_to=hidden)

        await here.until_shown("cannot see the message")
        assert here.harness.paid == 0


async def test_a_video_cannot_be_replied_to_with_an_order(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        await here.ada.send(here.channel, f"<@{here.bot_id}> {VIDEO}")
        await here.until_shown("Done in")
        (video,) = here.videos()
        result = here.message(video).message
        await here.ada.send(here.channel, f"<@{here.bot_id}> {VIDEO}", reply_to=result)

        await here.until_shown("cannot be used as the start of something new")
        assert here.harness.paid == 1


async def test_a_server_is_left_in_peace_with_what_is_not_meant_for_the_bot(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        asked = await here.ada.slash(here.channel, "status")
        await here.until_shown("You have no jobs running")
        assert asked.response
        for text in ("nice!", f"thanks <@{here.bot_id}>", "/video a cat"):
            await here.ada.send(here.channel, text, reply_to=asked.response)
        await here.ada.send(here.channel, f"<@{here.bot_id}> /dance")

        await here.until_shown("There is no command /dance")
        assert len(here.messages()) == 2


@pytest.mark.parametrize("named", [True, False])
async def test_who_says_nothing_to_do_gets_a_hint(tmp_path: Path, *, named: bool) -> None:
    async with discord_bot(tmp_path) as here:
        here.harness.has_chats = False
        async with here.bot():
            private = here.ada.user.dm_channel
            await here.ada.user.send_dm(f"<@{here.bot_id}>" if named else "hello")

            await here.until_shown("Begin with a command or with options", private.id)


async def test_what_is_private_comes_by_direct_message_and_is_repeated_so(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot() as engine:
        direct = here.ada.user.dm_channel.id
        await here.ada.send(here.channel, f"<@{here.bot_id}> /video private {VIDEO}")
        await here.server.until(lambda: here.videos(direct))
        await engine.idle()
        asked = await here.ada.slash(here.channel, "again")
        await here.server.until(lambda: len(here.videos(direct)) > 1)
        await engine.idle()
        assert await here.until_answered(asked) == "Done."

        assert [message["content"] for message in here.messages()] == ["Done."]
        assert here.harness.paid == 2


async def test_who_takes_no_direct_messages_is_told_so_and_pays_nothing(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        direct = here.ada.user.dm_channel.id
        no = "Cannot send messages to this user"
        here.server.refuse(f"POST /channels/{direct}/messages", 403, 50007, no, times=9)
        await here.ada.send(here.channel, f"<@{here.bot_id}> /video private {VIDEO}")
        told = await here.until_shown("only to our private chat")

        assert "a cat" not in told["content"]
        assert here.harness.paid == 0


async def test_pictures_without_words_are_no_order(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        files = [("a.jpg", picture())]
        await here.ada.send(here.channel, f"<@{here.bot_id}>", attachments=files)

        await here.until_shown("a cat surfing")
        assert here.harness.paid == 0


async def test_an_admin_of_the_bot_allows_whom_he_replies_to(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=frozenset({f"discord:{here.ada.id}"}))
        bob = here.guild.add_member(here.server.world.create_user("bob"))
        async with here.bot() as engine:
            said = await bob.send(here.channel, f"<@{here.bot_id}> /help")
            await here.ada.send(here.channel, f"<@{here.bot_id}> /deny", reply_to=said)
            await here.until_shown("can no longer use the bot")

            access = engine.services.access
            assert not await access.admits(here.person(bob), here.place)


async def test_who_runs_the_server_sets_its_defaults_by_a_message_too(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        owner = here.guild.add_member(here.guild.owner)
        for person, said in ((here.ada, "Only this chat's admins"), (owner, "chat: 9:16")):
            await person.send(here.channel, f"<@{here.bot_id}> /settings chat portrait")
            await here.until_shown(said)


async def test_another_bot_is_not_answered(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        robot = here.guild.add_member(here.server.world.create_user("robot", bot=True))
        await robot.send(here.channel, f"<@{here.bot_id}> /help")
        await here.ada.send(here.channel, f"<@{here.bot_id}> /status")

        await here.until_shown("You have no jobs running")
        assert len(here.messages()) == 1


async def test_another_bot_is_heard_where_an_admin_has_allowed_it(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=frozenset({f"discord:{here.ada.id}"}))
        robot = here.guild.add_member(here.server.world.create_user("robot", bot=True))
        async with here.bot():
            await here.ada.send(here.channel, f"<@{here.bot_id}> /allow {robot.id}")
            await here.until_shown("can use the bot")
            await robot.send(here.channel, f"<@{here.bot_id}> /status")

            await here.until_shown("You have no jobs running")


async def test_what_no_person_has_typed_is_no_command(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        backend, direct = here.server.world.backend, here.ada.user.dm_channel.id
        order = f"<@{here.bot_id}> {VIDEO}"
        backend.create_message(here.channel.id, here.ada.id, order, webhook_id=here.ada.id)
        for kind in (MessageType.THREAD_CREATED, MessageType.CHANNEL_NAME_CHANGE):
            backend.create_message(here.channel.id, here.ada.id, order, message_type=kind)
        backend.create_message(direct, here.ada.id, "pinned", message_type=MessageType.PINS_ADD)
        said = backend.create_message(here.channel.id, here.ada.id, "a cat")
        backend.edit_message(here.channel.id, said.id, {"content": order})
        backend.add_reaction(here.channel.id, said.id, "👍", here.ada.id)
        await here.ada.user.send_dm("/status")
        await here.until_shown("You have no jobs running", direct)

        assert (here.messages(), len(here.messages(direct))) == ([], 1)
        assert here.harness.paid == 0


async def test_a_long_answer_comes_in_pages(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here, here.bot():
        await here.ada.send(here.channel, f"<@{here.bot_id}> /models")
        await here.until_shown("sandbox-video")
        await here.ada.send(here.channel, f"<@{here.bot_id}> /status")
        await here.until_shown("You have no jobs running")

    *pages, _ = here.messages()
    assert len(pages) > 1
    assert all(len(page["content"]) <= 2000 for page in pages)


async def test_who_has_given_a_command_is_understood_in_plain_messages_too(
    tmp_path: Path,
) -> None:
    async with discord_bot(tmp_path) as here:
        here.harness.has_chats = False
        here.server.world.locales[here.ada.id] = "zh-CN"
        async with here.bot():
            await here.ada.slash(here.channel, "status")
            await here.until_shown("没有")
            await here.ada.user.send_dm("你好")

            await here.until_shown("请以命令或选项开头", here.ada.user.dm_channel.id)
