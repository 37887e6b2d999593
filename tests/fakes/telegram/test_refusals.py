"""The Telegram stand-in refuses the real client what Telegram refuses."""

import httpx
import pytest
from telegram import Bot, InputMediaVideo
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
)

from tests.fakes.telegram.client import FILM, GROUP, client, keyboard, picture
from tests.fakes.telegram.server import TelegramPace, TelegramServer, telegram_server
from tests.fakes.tls import TLS

pytestmark = pytest.mark.filterwarnings(
    # The client warns of its own use of its own attribute
    "ignore:.*attribute `retry_after` will be of type:telegram.warnings.PTBDeprecationWarning"
)


async def test_a_group_takes_twenty_writes_a_minute(tg: TelegramServer, bot: Bot) -> None:
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


async def test_a_private_chat_takes_a_burst_and_then_one_a_second(
    tg: TelegramServer, bot: Bot
) -> None:
    time = 100.0
    tg.now = lambda: time
    tg.private(tg.user(7))
    tg.private_flood = TelegramPace(writes=2, seconds=2)
    await bot.send_message(7, "one")
    await bot.send_message(7, "two")

    with pytest.raises(RetryAfter):
        await bot.send_message(7, "three")
    time += 2
    await bot.send_message(7, "three")

    assert len(tg.called("sendMessage")) == 4


async def test_a_script_refuses_as_often_as_it_says(tg: TelegramServer, bot: Bot) -> None:
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


async def test_a_forbidden_chat_takes_nothing(tg: TelegramServer, bot: Bot) -> None:
    tg.group(GROUP).forbidden = "Forbidden: bot was kicked from the supergroup chat"

    with pytest.raises(Forbidden, match="kicked"):
        await bot.send_message(GROUP, "hello")


async def test_the_mistakes_that_telegram_knows_are_refused(tg: TelegramServer, bot: Bot) -> None:
    ada = tg.user(7)
    theirs = tg.say(tg.private(ada), ada, "mine")
    tg.private_flood = TelegramPace(writes=100, seconds=1)
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
        "PHOTO_INVALID_DIMENSIONS": bot.send_photo(7, picture(2001, 100)),
        "wrong number of messages": bot.send_media_group(7, [InputMediaVideo(FILM)]),
    }.items():
        with pytest.raises(BadRequest, match=f"(?i){description}"):
            await mistake


async def test_an_upload_that_is_too_large_is_refused(tg: TelegramServer, bot: Bot) -> None:
    tg.private(tg.user(7))
    tg.upload_bytes = 1000

    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await bot.send_video(7, FILM)

    assert tg.calls[-1].status == 413


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
    lax: TelegramServer, method: str, form: dict[str, str], complaint: str
) -> None:
    lax.private(lax.user(7))

    async with httpx.AsyncClient(trust_env=False, verify=TLS) as http:
        answer = await http.post(f"{lax.url}/bot{lax.token}/{method}", data=form)

    assert answer.status_code in {400, 404}
    assert lax.violations == [complaint]
    assert lax.messages(lax.private(lax.user(7))) == []


async def test_a_thumbnail_that_is_too_large_is_a_violation(lax: TelegramServer) -> None:
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


async def test_a_wait_in_vain_tells_what_was_called(tg: TelegramServer, bot: Bot) -> None:
    await bot.get_me()

    with pytest.raises(TimeoutError) as vain:
        await tg.until(lambda: False, seconds=0.01)

    assert "method='getMe'" in vain.value.__notes__[0]


async def test_a_wrong_token_is_refused(tg: TelegramServer) -> None:
    bot = Bot("1:wrong", base_url=f"{tg.url}/bot")

    with pytest.raises(InvalidToken):
        await bot.initialize()
    await bot.request.shutdown()
