"""The Telegram stand-in keeps and shows what the real client sends."""

import asyncio
import io

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineQueryResultCachedVideo,
    InputFile,
    InputMediaPhoto,
    InputMediaVideo,
    Message,
    ReplyParameters,
)
from telegram.error import BadRequest

from tests.fakes.telegram.client import FILM, GROUP, keyboard, picture
from tests.fakes.telegram.server import TelegramServer


async def test_a_text_is_sent_edited_and_deleted(tg: TelegramServer, bot: Bot) -> None:
    chat = tg.private(tg.user(7))
    command = tg.say(chat, tg.user(7), "/video a cat")

    sent = await bot.send_message(
        7,
        "<b>working</b> &lt;1&gt;",
        parse_mode="HTML",
        reply_parameters=ReplyParameters(command.id),
        reply_markup=keyboard(("Cancel", "cancel:1")),
    )
    await sent.edit_text("half")

    (post,) = tg.answers(chat)
    assert sent.reply_to_message
    assert sent.reply_to_message.message_id == command.id
    assert [version.text for version in post.history] == ["working <1>", "half"]
    assert post.reply_to is command
    assert post.history[0].markup
    assert post.markup is None
    await sent.delete()
    assert tg.answers(chat) == []


async def test_a_video_is_kept_with_all_that_was_told(tg: TelegramServer, bot: Bot) -> None:
    chat = tg.private(tg.user(7))

    sent = await bot.send_video(
        7,
        InputFile(io.BytesIO(FILM), "片.mp4", read_file_handle=False),
        width=720,
        height=1280,
        duration=15,
        supports_streaming=True,
        has_spoiler=True,
        thumbnail=picture(180, 320),
        caption="sora",
    )

    (post,) = tg.answers(chat)
    assert post.file
    assert post.file.thumbnail
    assert (post.caption, post.now.spoiler, post.file.streaming) == ("sora", True, True)
    assert (post.file.width, post.file.height, post.file.duration_seconds) == (720, 1280, 15)
    assert (post.file.name, post.file.size_bytes) == ("片.mp4", len(FILM))
    assert post.file.thumbnail.width == 180
    assert sent.video
    again = await bot.send_video(7, sent.video.file_id)
    assert again.video
    assert again.video.file_unique_id == sent.video.file_unique_id


async def test_a_text_becomes_a_video_in_place(tg: TelegramServer, bot: Bot) -> None:
    chat = tg.private(tg.user(7))
    sent = await bot.send_message(7, "working")

    await sent.edit_media(InputMediaVideo(FILM, caption="done", thumbnail=picture(32, 32)))
    await bot.edit_message_caption(7, sent.message_id, caption="shared")

    (post,) = tg.answers(chat)
    assert [version.file is not None for version in post.history] == [False, True, True]
    assert post.caption == "shared"
    with pytest.raises(BadRequest, match="no text in the message"):
        await bot.edit_message_text("text", 7, sent.message_id)


async def test_an_album_is_sent_as_one(tg: TelegramServer, bot: Bot) -> None:
    chat = tg.group(GROUP)

    sent = await bot.send_media_group(
        GROUP, [InputMediaVideo(FILM, caption="two"), InputMediaPhoto(picture(8, 8))]
    )

    first, second = tg.answers(chat)
    assert first.album == second.album == sent[0].media_group_id
    assert [post.file.kind for post in (first, second) if post.file] == ["video", "photo"]
    assert first.caption == "two"


async def test_documents_and_photos_arrive(tg: TelegramServer, bot: Bot) -> None:
    chat = tg.private(tg.user(7))

    await bot.send_document(7, FILM, filename="film.mp4")
    await bot.send_photo(7, picture(200, 100))

    document, photo = (post.file for post in tg.answers(chat))
    assert document
    assert photo
    assert (document.name, document.kind) == ("film.mp4", "document")
    assert (photo.width, photo.height) == (200, 100)


async def test_a_pressed_button_asks_the_bot(tg: TelegramServer, bot: Bot) -> None:
    ada = tg.user(7)
    chat = tg.private(ada)
    await bot.send_message(7, "working", reply_markup=keyboard(("Cancel", "cancel:1")))

    press = tg.press(tg.answers(chat)[0], "Cancel", ada)
    (update,) = await bot.get_updates()
    assert update.callback_query
    await update.callback_query.answer("cancelled", show_alert=True)

    assert update.callback_query.data == "cancel:1"
    assert isinstance(update.callback_query.message, Message)
    assert press.answers[0]["text"] == "cancelled"
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query("1")


async def test_a_cached_video_is_shared_inline(tg: TelegramServer, bot: Bot) -> None:
    ada = tg.user(7)
    tg.private(ada)
    group = tg.group(GROUP)
    sent = await bot.send_video(7, FILM, width=9, height=16, duration=1)
    assert sent.video
    query = tg.inline(ada, "cat")
    (update,) = await bot.get_updates()
    assert update.inline_query

    result = InlineQueryResultCachedVideo("job-1", sent.video.file_id, "A cat", caption="sora")
    await update.inline_query.answer([result], cache_time=0, is_personal=True)
    shared = tg.choose(query, "job-1", group)

    assert query.answers[0]["is_personal"] is True
    assert shared.file
    assert shared.file.id == sent.video.file_id
    kinds = [update.message or update.chosen_inline_result for update in await bot.get_updates()]
    assert len(kinds) == 3


async def test_a_large_upload_is_counted_and_not_kept(tg: TelegramServer, bot: Bot) -> None:
    chat = tg.private(tg.user(7))

    await bot.send_video(7, b"\r\n--x" * 1_000_000)

    file = tg.answers(chat)[0].file
    assert file
    assert (file.size_bytes, file.data) == (5_000_000, None)
    assert tg.calls[-1].params["video"].data == b""


async def test_an_answer_can_be_held_back(tg: TelegramServer, bot: Bot) -> None:
    chat = tg.private(tg.user(7))
    held = tg.hold("sendMessage")

    sending = asyncio.create_task(bot.send_message(7, "hello"))
    await held.reached.wait()

    assert tg.answers(chat)[0].text == "hello"
    assert tg.calls[-1].status == 0
    held.release.set()
    await sending
    assert tg.calls[-1].status == 200


async def test_menus_are_kept_by_scope_and_language(tg: TelegramServer, bot: Bot) -> None:
    private = BotCommandScopeAllPrivateChats()

    await bot.set_my_commands([BotCommand("video", "拍一段")], private, "zh")

    assert tg.commands == {
        ("all_private_chats", "zh"): [{"command": "video", "description": "拍一段"}]
    }
    assert len(await bot.get_my_commands(private, "zh")) == 1
    assert await bot.get_my_commands() == ()
    await bot.delete_my_commands(private, "zh")
    assert tg.commands == {}


async def test_the_bot_learns_who_rules_a_chat(tg: TelegramServer, bot: Bot) -> None:
    ada, bob = tg.user(7), tg.user(8, "Bob")
    group = tg.group(GROUP, "Films")
    tg.admin(group, ada)
    tg.say(group, bob, "hello")

    admins = await bot.get_chat_administrators(GROUP)

    assert [each.user.id for each in admins] == [7]
    assert (await bot.get_chat_member(GROUP, 8)).status == "member"
    assert (await bot.get_chat_member(GROUP, 9)).status == "left"
    assert (await bot.get_chat(GROUP)).title == "Films"
