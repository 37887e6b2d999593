"""The Telegram stand-in tells the real client what people do, as Telegram does."""

import asyncio
from collections.abc import Sequence
from typing import Any

import aiogram.types
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from sandbox.server import serve_app
from tests.fakes.telegram.client import FILM, GROUP, client, keyboard, picture
from tests.fakes.telegram.people import Document
from tests.fakes.telegram.schema import strangers
from tests.fakes.telegram.server import TelegramServer, telegram_server
from tests.fakes.tls import TLS


async def test_what_people_say_is_fetched_in_order_and_once(tg: TelegramServer, bot: Bot) -> None:
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


async def test_a_poll_waits_for_what_comes(tg: TelegramServer, bot: Bot) -> None:
    ada = tg.user(7)
    polling = asyncio.create_task(fetch(bot))
    await tg.until(lambda: tg.called("getUpdates"))

    tg.say(tg.private(ada), ada, "hello")

    (update,) = await polling
    assert update.message
    assert update.message.text == "hello"


async def test_two_polls_conflict(tg: TelegramServer, bot: Bot) -> None:
    first = asyncio.create_task(fetch(bot))
    await tg.until(lambda: tg.called("getUpdates"))

    async with client(tg) as other:
        await other.get_updates(timeout=0)

    with pytest.raises(Conflict):
        await first


async def test_only_wanted_updates_are_told(tg: TelegramServer, bot: Bot) -> None:
    ada = tg.user(7)
    await bot.get_updates(allowed_updates=["inline_query"])

    tg.say(tg.private(ada), ada, "hello")
    tg.inline(ada, "cat")

    (update,) = await bot.get_updates()
    assert update.inline_query


async def test_each_picture_of_an_album_is_an_update(tg: TelegramServer, bot: Bot) -> None:
    ada = tg.user(7)
    photos = [picture(8, 8), picture(9, 9), Document("c.png", picture(10, 10))]

    tg.album(tg.private(ada), ada, photos, "/video dance", captioned=1)

    messages = [update.message for update in await bot.get_updates() if update.message]
    assert len({message.media_group_id for message in messages}) == 1
    assert [message.caption for message in messages] == [None, "/video dance", None]
    assert list(messages[1].parse_caption_entities().values()) == ["/video"]
    assert [len(message.photo) for message in messages] == [2, 2, 0]


async def test_a_picture_can_be_downloaded(tg: TelegramServer, bot: Bot) -> None:
    ada = tg.user(7)
    original = picture(300, 200)
    tg.say(tg.private(ada), ada, photo=original, caption="/video")
    (update,) = await bot.get_updates()
    assert update.message

    file = await bot.get_file(update.message.photo[-1].file_id)

    assert await file.download_as_bytearray() == original


async def test_a_file_that_is_too_big_is_not_given(tg: TelegramServer, bot: Bot) -> None:
    ada = tg.user(7)
    huge = Document("a.png", picture(8, 8), size_bytes=(20 << 20) + 1)
    post = tg.say(tg.private(ada), ada, document=huge)
    assert post.file

    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(post.file.id)


async def test_in_groups_the_bot_hears_only_what_is_meant_for_it(
    tg: TelegramServer, bot: Bot
) -> None:
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


async def test_a_message_in_a_topic_seems_to_answer_its_beginning(
    tg: TelegramServer, bot: Bot
) -> None:
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


async def test_a_channel_post_has_no_user(tg: TelegramServer, bot: Bot) -> None:
    channel = tg.channel(-1007)
    tg.say(channel, None, "/video a")

    (update,) = await bot.get_updates()
    sent = await bot.send_message(-1007, "working")

    assert update.channel_post
    assert update.channel_post.from_user is None
    assert update.channel_post.sender_chat
    assert sent.from_user is None
    assert [post.text for post in tg.answers(channel)] == ["working"]


async def test_updates_are_brought_to_a_webhook_until_they_are_taken(
    tg: TelegramServer, bot: Bot
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


async def test_a_whole_application_runs_on_it(tg: TelegramServer) -> None:
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


async def test_aiogram_knows_every_field_of_an_update(tg: TelegramServer, bot: Bot) -> None:
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


async def fetch(bot: Bot) -> Sequence[Update]:
    return await bot.get_updates(timeout=20)
