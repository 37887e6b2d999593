"""Every way in which a person gives a command on Telegram, and what comes back."""

from pathlib import Path

import pytest

from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.jobs import Job
from core.platform import User
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness, picture, telegram_bot
from tests.fakes.telegram.chat import TelegramChat
from tests.fakes.telegram.people import Document

VIDEO = "/video --model sandbox-video 1s a cat"
ADA = User(platform="telegram", id="7")


async def made(
    engine: Engine, telegram_bot: TelegramBotHarness, chat: TelegramChat | None = None
) -> Job:
    """The only job there is, when it is done."""
    await telegram_bot.until_shown("Done in", chat)
    (job,) = await engine.jobs_of(User(platform="telegram", id=str(telegram_bot.ada.id)))
    return job


async def widths(engine: Engine, telegram_bot: TelegramBotHarness) -> list[int]:
    """How wide the pictures of the job are, in its order."""
    return [image.width for image in (await made(engine, telegram_bot)).request.images]


async def test_a_typed_command_becomes_a_video_with_all_that_telegram_needs(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        command = here.telegram.say(here.chat, here.ada, VIDEO)
        done = await here.until_shown("Done in")
        (video,) = here.videos()
        (call,) = here.telegram.called("sendVideo")

    assert video.file
    assert (video.file.width, video.file.height) == (call.params["width"], call.params["height"])
    assert video.file.duration_seconds == 1
    assert video.file.streaming
    assert video.file.thumbnail
    assert video.reply_to is command
    assert "sandbox-video" in video.caption
    assert "a cat" in video.caption
    assert [button["text"] for button in video.buttons] == ["Again", "Share"]
    assert done.reply_to is command
    assert done.buttons == []
    assert len(done.history) >= 2


async def test_the_caption_of_a_photo_and_of_a_picture_sent_as_file_are_commands(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        here.telegram.say(here.chat, here.ada, photo=picture(80), caption=VIDEO)
        assert await widths(engine, here) == [80]

    async with telegram_bot(tmp_path / "2") as here, here.bot() as engine:
        sent = Document("../odd name?.jpg", picture(90), "image/jpeg")
        here.telegram.say(here.chat, here.ada, document=sent, caption=VIDEO)
        assert await widths(engine, here) == [90]


@pytest.mark.parametrize("captioned", [0, 2])
async def test_an_album_is_taken_whole_and_in_order_wherever_the_command_stands(
    tmp_path: Path, captioned: int
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        pieces = [picture(width) for width in (70, 80, 90)]
        here.telegram.album(here.chat, here.ada, pieces, VIDEO, captioned=captioned)

        assert await widths(engine, here) == [70, 80, 90]


async def test_a_reply_takes_the_picture_or_the_whole_album_that_it_answers(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        photo = here.telegram.say(here.chat, here.ada, photo=picture(80))
        here.telegram.say(here.chat, here.ada, VIDEO, reply_to=photo)
        assert await widths(engine, here) == [80]

    async with telegram_bot(tmp_path / "2") as here, here.bot() as engine:
        album = here.telegram.album(here.chat, here.ada, [picture(70), picture(90)])
        here.telegram.say(here.chat, here.ada, VIDEO, reply_to=album[1])
        assert await widths(engine, here) == [70, 90]


async def test_an_album_of_which_a_group_shows_one_picture_is_refused_before_anybody_pays(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group = here.telegram.group(GROUP)
        pieces = [picture(width) for width in (70, 80, 90)]
        here.telegram.album(group, here.ada, pieces, VIDEO, captioned=1)
        await here.until_shown("I can see only one picture of this album", group)
        assert here.harness.paid == 0

        here.telegram.admin(group, here.telegram.me)
        here.telegram.album(group, here.ada, pieces, VIDEO, captioned=1)
        job = await made(engine, here, group)
        assert [image.width for image in job.request.images] == [70, 80, 90]


@pytest.mark.parametrize("said", [VIDEO, "/video"])
async def test_a_reply_to_a_video_is_refused_before_anybody_pays(
    tmp_path: Path, said: str
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        film = here.telegram.say(here.chat, here.ada, video=b"film")
        here.telegram.say(here.chat, here.ada, said, reply_to=film)
        await here.until_shown("A video cannot be used as the start of something new yet")

        assert len(here.written()) == 1
        assert here.harness.paid == 0


async def test_in_a_forum_everything_stays_in_its_topic(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        group = here.telegram.group(GROUP, forum=True)
        topic = here.telegram.topic(group, here.ada)
        text = VIDEO.replace("/video", "/video@Clips_Bot")
        here.telegram.say(group, here.ada, text, thread=topic)
        done = await here.until_shown("Done in", group)
        (video,) = here.videos(group)

    assert (done.thread, video.thread) == (topic, topic)
    for method in ("sendMessage", "sendVideo"):
        (call,) = here.telegram.called(method)
        assert call.params["message_thread_id"] == topic


async def test_a_group_is_left_in_peace_with_what_is_not_meant_for_the_bot(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.world.privacy = False
        async with here.bot():
            group = here.telegram.group(GROUP)
            for text in ("/dance", "/video@other_bot a cat", "hello", "/status"):
                here.telegram.say(group, here.ada, text)
            await here.until_shown("You have no jobs running", group)

        assert len(here.written(group)) == 1


async def test_a_group_is_answered_where_the_bot_is_called_by_its_name(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.has_chats = False
        here.telegram.world.privacy = False
        async with here.bot() as engine:
            group = here.telegram.group(GROUP)
            here.telegram.say(group, here.ada, "@Clips_Bot hello")
            await here.until_shown("Begin with a command or with options", group)
            for said in ("portrait 1s a cat", "hello @clips_bot", "@clips_bots portrait a cat"):
                here.telegram.say(group, here.ada, said)
            for said in ("@clips_bot, portrait 1s a cat", "@clips_bot /视频：竖屏 1s a cat"):
                here.telegram.say(group, here.ada, said)
                await here.telegram.until(lambda: here.shows("Done in", group))
            here.telegram.say(group, here.ada, "/video@clips_bot: portrait 1s a cat")
            await here.telegram.until(lambda: len(here.videos(group)) == 3)
            asked = [job.request for job in await engine.jobs_of(ADA)]

        assert [(each.ratio, each.prompt) for each in asked] == [("9:16", "a cat")] * 3
        assert here.harness.paid == 3


async def test_what_is_forwarded_orders_nothing_by_its_options_alone(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.has_chats = False
        async with here.bot():
            eve = here.telegram.user(9, "Eve")
            here.telegram.say(here.chat, here.ada, "portrait of a lady", origin=eve)
            await here.until_shown("Begin with a command or with options")

            assert here.harness.paid == 0


async def test_a_channel_gets_its_video(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        channel = here.telegram.channel(GROUP)
        here.telegram.say(channel, None, VIDEO)
        await here.until_shown("Done in", channel)

        assert len(here.videos(channel)) == 1


async def test_an_edited_command_is_not_done_again_and_hinted_at_once(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        status = here.telegram.say(here.chat, here.ada, "/status")
        await here.until_shown("You have no jobs running")
        here.telegram.amend(status, text="/video a cat")
        here.telegram.amend(status, text="/video a dog")
        here.telegram.say(here.chat, here.ada, "/dance")
        await here.until_shown("There is no command /dance")

        hints = [p for p in here.written() if "Edited commands" in p.text]
        assert len(hints) == 1
        assert here.harness.paid == 0


async def test_people_are_answered_in_their_language(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        li = here.telegram.user(8, "Li", "zh-hans")
        here.telegram.say(here.telegram.private(li), li, "/status")

        await here.telegram.until(lambda: here.written(here.telegram.private(li)))
        (answer,) = here.written(here.telegram.private(li))
        assert not answer.text.isascii()


async def test_start_and_plain_words_say_how_it_goes(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.has_chats = False
        async with here.bot():
            here.telegram.say(here.chat, here.ada, "/start")
            await here.until_shown("for example: /video portrait 15s a cat surfing. Add pictures")
            here.telegram.say(here.chat, here.ada, "a cat")
            await here.until_shown("Begin with a command or with options")
            here.telegram.say(here.chat, here.ada, "/start video")
            await here.until_shown("What should it look like?")


async def test_a_picture_that_is_too_large_for_telegram_is_refused_with_its_name(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        large = Document("cat.png", b"x", size_bytes=30_000_000)
        here.telegram.say(here.chat, here.ada, document=large, caption=VIDEO)

        await here.until_shown("cat.png is 30 MB; the limit is 20 MB")
        assert here.telegram.called("getFile") == []


async def test_the_form_leads_to_the_video_that_was_chosen(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group = here.telegram.group(GROUP)
        here.telegram.say(group, here.ada, photo=picture(80), caption="/video")
        form = await here.until_shown("What should it look like?", group)
        here.telegram.press(form, "Portrait", here.ada)
        await here.telegram.until(lambda: "✓ Portrait" in {b["text"] for b in form.buttons})
        here.telegram.press(form, "Write the prompt", here.ada)
        question = await here.until_shown(translate(Locale.EN, "option-prompt"), group)
        here.telegram.say(group, here.ada, "fast 15s a cat", reply_to=question)
        job = await made(engine, here, group)

    assert question.markup
    assert question.markup["force_reply"]
    assert job.request.prompt == "fast 15s a cat"
    assert job.request.ratio == "9:16"
    assert [image.width for image in job.request.images] == [80]


async def test_a_form_that_a_restart_has_lost_is_said_to_be_too_old(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        async with here.bot():
            here.telegram.say(here.chat, here.ada, "/video")
            form = await here.until_shown("What should it look like?")
            here.telegram.press(form, "Write the prompt", here.ada)
            question = await here.until_shown(translate(Locale.EN, "option-prompt"))
        async with here.bot():
            press = here.telegram.press(form, "Portrait", here.ada)
            here.telegram.say(here.chat, here.ada, "a cat", reply_to=question)
            await here.until_shown("This question is too old.")
            (answer,) = await here.telegram.until(lambda: press.answers)

    assert "too old" in answer["text"]


async def test_the_menu_is_published_in_both_languages_and_only_when_it_changes(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here:
        async with here.bot():
            await here.telegram.until(lambda: len(here.telegram.commands) == 6)
        async with here.bot():
            await here.telegram.until(lambda: len(here.telegram.called("getMyCommands")) == 12)

        assert len(here.telegram.called("setMyCommands")) == 6
        chinese = here.telegram.commands["all_private_chats", "zh"]
        names = [command["command"] for command in chinese]
        assert {"video", "status", "cancel", "share", "help"} <= set(names)
        assert "allow" not in names
