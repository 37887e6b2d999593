"""The Telegram stand-in answers the real client as Telegram does."""

import asyncio
import io
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiogram.types
import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultCachedVideo,
    InputFile,
    InputMediaPhoto,
    InputMediaVideo,
    Message,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
)
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from sandbox.server import serve_app
from tests.fakes.telegram import Flood, Telegram, telegram_server
from tests.fakes.telegram_people import Document
from tests.fakes.telegram_schema import strangers
from tests.fakes.tls import TLS

pytestmark = pytest.mark.filterwarnings(
    # The client warns of its own use of its own attribute
    "ignore:.*attribute `retry_after` will be of type:telegram.warnings.PTBDeprecationWarning"
)
FILM = b"\x00\x00\x00\x18ftypisom" + b"film" * 1000
GROUP = -1001234567890


@pytest.fixture
async def tg() -> AsyncGenerator[Telegram]:
    """A server on which nothing wrong was asked."""
    async with telegram_server() as server:
        yield server


@pytest.fixture
async def lax() -> AsyncGenerator[Telegram]:
    """A server for requests that are wrong."""
    async with telegram_server(strict=False) as server:
        yield server


@pytest.fixture
async def bot(tg: Telegram) -> AsyncGenerator[Bot]:
    """The real client."""
    async with client(tg) as it:
        yield it


async def test_a_text_is_sent_edited_and_deleted(tg: Telegram, bot: Bot) -> None:
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


async def test_a_video_is_kept_with_all_that_was_told(tg: Telegram, bot: Bot) -> None:
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


async def test_a_text_becomes_a_video_in_place(tg: Telegram, bot: Bot) -> None:
    chat = tg.private(tg.user(7))
    sent = await bot.send_message(7, "working")

    await sent.edit_media(InputMediaVideo(FILM, caption="done", thumbnail=picture(32, 32)))
    await bot.edit_message_caption(7, sent.message_id, caption="shared")

    (post,) = tg.answers(chat)
    assert [version.file is not None for version in post.history] == [False, True, True]
    assert post.caption == "shared"
    with pytest.raises(BadRequest, match="no text in the message"):
        await bot.edit_message_text("text", 7, sent.message_id)


async def test_an_album_is_sent_as_one(tg: Telegram, bot: Bot) -> None:
    chat = tg.group(GROUP)

    sent = await bot.send_media_group(
        GROUP, [InputMediaVideo(FILM, caption="two"), InputMediaPhoto(picture(8, 8))]
    )

    first, second = tg.answers(chat)
    assert first.album == second.album == sent[0].media_group_id
    assert [post.file.kind for post in (first, second) if post.file] == ["video", "photo"]
    assert first.caption == "two"


async def test_documents_and_photos_arrive(tg: Telegram, bot: Bot) -> None:
    chat = tg.private(tg.user(7))

    await bot.send_document(7, FILM, filename="film.mp4")
    await bot.send_photo(7, picture(200, 100))

    document, photo = (post.file for post in tg.answers(chat))
    assert document
    assert photo
    assert (document.name, document.kind) == ("film.mp4", "document")
    assert (photo.width, photo.height) == (200, 100)


async def test_what_people_say_is_fetched_in_order_and_once(tg: Telegram, bot: Bot) -> None:
    ada = tg.user(7, "Ada", "zh-hans")
    tg.say(tg.private(ada), ada, "😀 /video a cat")
    tg.say(tg.private(ada), ada, "later", edited=True)

    updates = await bot.get_updates(timeout=5)
    nothing = await bot.get_updates(offset=updates[-1].update_id + 1)

    first, second = updates
    assert first.message
    assert first.message.from_user
    assert first.message.from_user.language_code == "zh-hans"
    assert list(first.message.parse_entities().values()) == ["/video"]
    assert second.edited_message
    assert nothing == ()


async def test_a_poll_waits_for_what_comes(tg: Telegram, bot: Bot) -> None:
    ada = tg.user(7)
    polling = asyncio.create_task(fetch(bot))
    await tg.until(lambda: tg.called("getUpdates"))

    tg.say(tg.private(ada), ada, "hello")

    (update,) = await polling
    assert update.message
    assert update.message.text == "hello"


async def test_two_polls_conflict(tg: Telegram, bot: Bot) -> None:
    first = asyncio.create_task(fetch(bot))
    await tg.until(lambda: tg.called("getUpdates"))

    async with client(tg) as other:
        await other.get_updates(timeout=0)

    with pytest.raises(Conflict):
        await first


async def test_only_wanted_updates_are_told(tg: Telegram, bot: Bot) -> None:
    ada = tg.user(7)
    await bot.get_updates(allowed_updates=["inline_query"])

    tg.say(tg.private(ada), ada, "hello")
    tg.inline(ada, "cat")

    (update,) = await bot.get_updates()
    assert update.inline_query


async def test_each_picture_of_an_album_is_an_update(tg: Telegram, bot: Bot) -> None:
    ada = tg.user(7)
    photos = [picture(8, 8), picture(9, 9), Document("c.png", picture(10, 10))]

    tg.album(tg.private(ada), ada, photos, "/video dance", captioned=1)

    messages = [update.message for update in await bot.get_updates() if update.message]
    assert len({message.media_group_id for message in messages}) == 1
    assert [message.caption for message in messages] == [None, "/video dance", None]
    assert list(messages[1].parse_caption_entities().values()) == ["/video"]
    assert [len(message.photo) for message in messages] == [2, 2, 0]


async def test_a_picture_can_be_downloaded(tg: Telegram, bot: Bot) -> None:
    ada = tg.user(7)
    original = picture(300, 200)
    tg.say(tg.private(ada), ada, photo=original, caption="/video")
    (update,) = await bot.get_updates()
    assert update.message

    file = await bot.get_file(update.message.photo[-1].file_id)

    assert await file.download_as_bytearray() == original


async def test_a_file_that_is_too_big_is_not_given(tg: Telegram, bot: Bot) -> None:
    ada = tg.user(7)
    huge = Document("a.png", picture(8, 8), size_bytes=(20 << 20) + 1)
    post = tg.say(tg.private(ada), ada, document=huge)
    assert post.file

    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(post.file.id)


async def test_a_pressed_button_asks_the_bot(tg: Telegram, bot: Bot) -> None:
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


async def test_a_cached_video_is_shared_inline(tg: Telegram, bot: Bot) -> None:
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


async def test_in_groups_the_bot_hears_only_what_is_meant_for_it(tg: Telegram, bot: Bot) -> None:
    ada = tg.user(7)
    group = tg.group(GROUP)
    await bot.send_message(GROUP, "hello")
    for text in ("cats", "/video@other_bot a", "/video a", "/video@clips_bot b"):
        tg.say(group, ada, text)
    tg.say(group, ada, photo=picture(8, 8))
    tg.say(group, ada, "yes", reply_to=tg.answers(group)[0])
    tg.admin(group, tg.me)
    tg.say(group, ada, "all")

    heard = [update.message.text for update in await bot.get_updates() if update.message]

    assert heard == ["/video a", "/video@clips_bot b", "yes", "all"]


async def test_a_message_in_a_topic_seems_to_answer_its_beginning(tg: Telegram, bot: Bot) -> None:
    ada = tg.user(7)
    forum = tg.group(GROUP, forum=True)
    thread = tg.topic(forum, ada)

    tg.say(forum, ada, "/video a", thread=thread)
    (update,) = await bot.get_updates()
    await bot.send_message(GROUP, "here", message_thread_id=thread)

    assert update.message
    assert update.message.message_thread_id == thread
    assert update.message.reply_to_message
    assert update.message.reply_to_message.forum_topic_created
    assert tg.answers(forum)[0].thread == thread
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(GROUP, "there", message_thread_id=thread + 100)


async def test_a_channel_post_has_no_user(tg: Telegram, bot: Bot) -> None:
    channel = tg.channel(-1007)
    tg.say(channel, None, "/video a")

    (update,) = await bot.get_updates()
    sent = await bot.send_message(-1007, "working")

    assert update.channel_post
    assert update.channel_post.from_user is None
    assert update.channel_post.sender_chat
    assert sent.from_user is None
    assert [post.text for post in tg.answers(channel)] == ["working"]


async def test_a_group_takes_twenty_writes_a_minute(tg: Telegram, bot: Bot) -> None:
    time = 100.0
    tg.now = lambda: time
    group = tg.group(GROUP)
    sent = await bot.send_message(GROUP, "0")
    for number in range(19):
        time += 1
        await sent.edit_text(f"now {number}")

    with pytest.raises(RetryAfter, match="Flood control exceeded"):
        await bot.send_message(GROUP, "too much")
    await bot.send_chat_action(GROUP, "upload_video")
    time += 41
    await bot.send_message(GROUP, "again")

    assert [post.text for post in tg.answers(group)] == ["now 18", "again"]
    assert [call.status for call in tg.calls if call.status != 200] == [429]


async def test_a_private_chat_takes_a_burst_and_then_one_a_second(tg: Telegram, bot: Bot) -> None:
    time = 100.0
    tg.now = lambda: time
    tg.private(tg.user(7))
    tg.private_flood = Flood(writes=2, seconds=2)
    await bot.send_message(7, "one")
    await bot.send_message(7, "two")

    with pytest.raises(RetryAfter):
        await bot.send_message(7, "three")
    time += 2
    await bot.send_message(7, "three")

    assert len(tg.called("sendMessage")) == 4


async def test_a_script_refuses_as_often_as_it_says(tg: Telegram, bot: Bot) -> None:
    tg.private(tg.user(7))
    moved = "Bad Request: group chat was upgraded to a supergroup chat"
    tg.refuse("sendMessage", moved, parameters={"migrate_to_chat_id": GROUP})
    tg.refuse("sendMessage", "Forbidden: bot was blocked by the user", 403)
    tg.refuse("sendMessage", "Bad Gateway", 502)

    with pytest.raises(ChatMigrated):
        await bot.send_message(7, "hello")
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(7, "hello")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(7, "hello")
    await bot.send_message(7, "hello")


async def test_a_forbidden_chat_takes_nothing(tg: Telegram, bot: Bot) -> None:
    tg.group(GROUP).forbidden = "Forbidden: bot was kicked from the supergroup chat"

    with pytest.raises(Forbidden, match="kicked"):
        await bot.send_message(GROUP, "hello")


async def test_the_mistakes_that_telegram_knows_are_refused(tg: Telegram, bot: Bot) -> None:
    ada = tg.user(7)
    theirs = tg.say(tg.private(ada), ada, "mine")
    tg.private_flood = Flood(writes=100, seconds=1)
    sent = await bot.send_message(7, "same")

    for description, mistake in {
        "message is not modified": sent.edit_text("same"),
        "message to edit not found": bot.edit_message_text("x", 7, 999),
        "message can't be edited": bot.edit_message_text("x", 7, theirs.id),
        "no caption in the message": bot.edit_message_caption(7, sent.message_id, caption="x"),
        "message text is empty": bot.send_message(7, " "),
        "message is too long": bot.send_message(7, "x" * 4097),
        "caption is too long": bot.send_video(7, FILM, caption="x" * 1025),
        "BUTTON_DATA_INVALID": bot.send_message(7, "x", reply_markup=keyboard(("x", "é" * 33))),
        "can't parse entities": bot.send_message(7, "1 < 2", parse_mode="HTML"),
        "chat not found": bot.send_message(8, "x"),
        "to be replied not found": bot.send_message(7, "x", reply_to_message_id=999),
        "wrong file identifier": bot.send_video(7, "nonsense"),
        "IMAGE_PROCESS_FAILED": bot.send_photo(7, FILM),
        "wrong number of messages": bot.send_media_group(7, [InputMediaVideo(FILM)]),
    }.items():
        with pytest.raises(BadRequest, match=f"(?i){description}"):
            await mistake


async def test_an_upload_that_is_too_large_is_refused(tg: Telegram, bot: Bot) -> None:
    tg.private(tg.user(7))
    tg.upload_bytes = 1000

    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await bot.send_video(7, FILM)

    assert tg.calls[-1].status == 413


async def test_a_large_upload_is_counted_and_not_kept(tg: Telegram, bot: Bot) -> None:
    chat = tg.private(tg.user(7))

    await bot.send_video(7, b"\r\n--x" * 1_000_000)

    file = tg.answers(chat)[0].file
    assert file
    assert (file.size_bytes, file.data) == (5_000_000, None)
    assert tg.calls[-1].params["video"].data == b""


async def test_an_answer_can_be_held_back(tg: Telegram, bot: Bot) -> None:
    chat = tg.private(tg.user(7))
    held = tg.hold("sendMessage")

    sending = asyncio.create_task(bot.send_message(7, "hello"))
    await held.reached.wait()

    assert tg.answers(chat)[0].text == "hello"
    assert tg.calls[-1].status == 0
    held.release.set()
    await sending
    assert tg.calls[-1].status == 200


async def test_menus_are_kept_by_scope_and_language(tg: Telegram, bot: Bot) -> None:
    private = BotCommandScopeAllPrivateChats()

    await bot.set_my_commands([BotCommand("video", "拍一段")], private, "zh")

    assert tg.commands == {
        ("all_private_chats", "zh"): [{"command": "video", "description": "拍一段"}]
    }
    assert len(await bot.get_my_commands(private, "zh")) == 1
    assert await bot.get_my_commands() == ()
    await bot.delete_my_commands(private, "zh")
    assert tg.commands == {}


async def test_the_bot_learns_who_rules_a_chat(tg: Telegram, bot: Bot) -> None:
    ada, bob = tg.user(7), tg.user(8, "Bob")
    group = tg.group(GROUP, "Films")
    tg.admin(group, ada)
    tg.say(group, bob, "hello")

    admins = await bot.get_chat_administrators(GROUP)

    assert [each.user.id for each in admins] == [7]
    assert (await bot.get_chat_member(GROUP, 8)).status == "member"
    assert (await bot.get_chat_member(GROUP, 9)).status == "left"
    assert (await bot.get_chat(GROUP)).title == "Films"


async def test_updates_are_brought_to_a_webhook_until_they_are_taken(
    tg: Telegram, bot: Bot
) -> None:
    ada = tg.user(7)
    brought: list[tuple[str | None, Any]] = []

    async def take(request: Request) -> Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        brought.append((secret, await request.json()))
        return Response(status_code=500 if len(brought) == 1 else 200)

    async with serve_app(Starlette(routes=[Route("/hook", take, methods=["POST"])])) as url:
        await bot.set_webhook(f"{url}/hook", secret_token="hush")  # noqa: S106 - a test's own
        tg.say(tg.private(ada), ada, "hello")
        await tg.until(lambda: not tg.inbox.pending)
        with pytest.raises(Conflict):
            await bot.get_updates()
        told = await bot.get_webhook_info()
        await bot.delete_webhook()

    assert [secret for secret, _ in brought] == ["hush", "hush"]
    assert brought[0] == brought[1]
    assert brought[1][1]["message"]["text"] == "hello"
    assert told.last_error_message == "Wrong response from the webhook: 500"
    assert (await bot.get_webhook_info()).url == ""


async def test_a_whole_application_runs_on_it(tg: Telegram) -> None:
    async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message
        await update.effective_message.reply_text(f"you said {update.effective_message.text}")

    urls = (f"{tg.url}/bot", f"{tg.url}/file/bot")
    builder = Application.builder().token(tg.token).base_url(urls[0]).base_file_url(urls[1])
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    ada = tg.user(7)
    chat = tg.private(ada)
    async with application:
        await application.start()
        assert application.updater
        await application.updater.start_polling()

        tg.say(chat, ada, "hello")

        (answer,) = await tg.until(lambda: tg.answers(chat))
        await application.updater.stop()
        await application.stop()
    assert answer.text == "you said hello"


async def test_aiogram_knows_every_field_of_an_update(tg: Telegram, bot: Bot) -> None:
    ada = tg.user(7)
    forum = tg.group(GROUP, forum=True)
    tg.say(tg.private(ada), ada, photo=picture(99, 99), caption="/video")
    tg.say(tg.private(ada), ada, video=FILM)
    tg.say(forum, ada, "/video", thread=tg.topic(forum, ada))
    tg.inline(ada, "cat")
    await bot.send_message(7, "x", reply_markup=keyboard(("x", "y")))
    tg.press(tg.answers(tg.private(ada))[0], "x", ada)

    updates = [aiogram.types.Update.model_validate(each) for each in tg.inbox.pending]

    assert len(updates) == 5
    assert [list(strangers(update)) for update in updates] == [[]] * 5


@pytest.mark.parametrize(
    ("method", "form", "complaint"),
    [
        ("sendMessage", {"chat_id": "7"}, "sendMessage: text: Field required"),
        (
            "sendMessage",
            {"chat_id": "7", "text": "x", "txt": "y"},
            "sendMessage: txt: no such field",
        ),
        (
            "editMessageText",
            {"chat_id": "7", "text": "x", "message_id": "one"},
            "editMessageText: message_id: not JSON: 'one'",
        ),
        (
            "sendMessage",
            {"chat_id": "7", "text": "x", "reply_parameters": '{"message_id": 1, "id": 2}'},
            "sendMessage: reply_parameters.id: no such field",
        ),
        (
            "sendVideo",
            {"chat_id": "7", "video": "attach://film"},
            "sendVideo: attach://film: no such part",
        ),
        ("sendFilm", {}, "sendFilm: no such method"),
        ("sendDice", {"chat_id": "7"}, "sendDice: the stand-in does not know it"),
    ],
)
async def test_a_wrong_request_is_a_violation(
    lax: Telegram, method: str, form: dict[str, str], complaint: str
) -> None:
    lax.private(lax.user(7))

    async with httpx.AsyncClient(trust_env=False, verify=TLS) as http:
        answer = await http.post(f"{lax.url}/bot{lax.token}/{method}", data=form)

    assert answer.status_code in {400, 404}
    assert lax.violations == [complaint]
    assert lax.messages(lax.private(lax.user(7))) == []


async def test_a_thumbnail_that_is_too_large_is_a_violation(lax: Telegram) -> None:
    lax.private(lax.user(7))

    async with client(lax) as bot:
        with pytest.raises(BadRequest):
            await bot.send_video(7, FILM, thumbnail=picture(321, 10))

    assert lax.violations == ["sendVideo: thumbnail: a JPEG of (321, 10)"]


async def test_violations_fail_a_test_at_its_end() -> None:
    with pytest.raises(AssertionError, match="sendFilm: no such method"):
        async with (
            telegram_server() as server,
            httpx.AsyncClient(trust_env=False, verify=TLS) as http,
        ):
            await http.post(f"{server.url}/bot{server.token}/sendFilm")


async def test_a_wait_in_vain_tells_what_was_called(tg: Telegram, bot: Bot) -> None:
    await bot.get_me()

    with pytest.raises(TimeoutError) as vain:
        await tg.until(lambda: False, seconds=0.01)

    assert "method='getMe'" in vain.value.__notes__[0]


async def test_a_wrong_token_is_refused(tg: Telegram) -> None:
    bot = Bot("1:wrong", base_url=f"{tg.url}/bot")

    with pytest.raises(InvalidToken):
        await bot.initialize()
    await bot.request.shutdown()


async def test_the_server_leaves_while_it_is_polled() -> None:
    async with telegram_server() as server:
        http = httpx.AsyncClient(trust_env=False, verify=TLS)
        url = f"{server.url}/bot{server.token}/getUpdates"
        polling = asyncio.create_task(http.post(url, data={"timeout": "50"}))
        await server.until(lambda: server.called("getUpdates"))

    await asyncio.wait([polling], timeout=5)
    assert polling.done()
    polling.exception()
    await http.aclose()


@asynccontextmanager
async def client(server: Telegram) -> AsyncGenerator[Bot]:
    bot = Bot(server.token, base_url=f"{server.url}/bot", base_file_url=f"{server.url}/file/bot")
    async with bot:
        yield bot


async def fetch(bot: Bot) -> Sequence[Update]:
    return await bot.get_updates(timeout=20)


def keyboard(*buttons: tuple[str, str]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(text, callback_data=data)] for text, data in buttons]
    )


def picture(width: int, height: int) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(made, "JPEG")
    return made.getvalue()
