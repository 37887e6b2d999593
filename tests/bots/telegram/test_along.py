"""What comes along with a command in whatever form: pictures are used, the rest is refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.jobs import Job
from core.platform import User
from tests.fakes.telegram.bot import TelegramBotHarness, picture, telegram_bot
from tests.fakes.telegram.people import Document

VIDEO = "/video --model sandbox-video 1s a cat"
Json = dict[str, Any]
FILE: Json = {"file_id": "a", "file_unique_id": "b"}
STICKER = FILE | {"type": "regular", "width": 512, "height": 512}
# No model starts from these.
UNUSABLE: Mapping[str, Json] = {
    "an animated sticker": {"sticker": STICKER | {"is_animated": True, "is_video": False}},
    "a video sticker": {"sticker": STICKER | {"is_animated": False, "is_video": True}},
    "a voice": {"voice": FILE | {"duration": 1}},
    "a song": {"audio": FILE | {"duration": 1}},
    "a story": {"story": {"id": 1, "chat": {"id": 9, "type": "private", "first_name": "Eve"}}},
    "a place": {"location": {"latitude": 1.0, "longitude": 2.0}},
}
VIDEO_NOTE: Json = {"video_note": FILE | {"length": 240, "duration": 1}}
FOREIGN: Json = {"origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Eve"}}


async def job_of(here: TelegramBotHarness, engine: Engine) -> Job:
    (job,) = await engine.jobs_of(User(platform="telegram", id=str(here.ada.id)))
    return job


def tell(here: TelegramBotHarness, text: str = VIDEO, **beside: Any) -> None:
    """Bring a message that has something beside its words."""
    message = here.telegram.say(here.chat, here.ada, text).describe()
    here.telegram.inbox.pending.pop()
    here.telegram.inbox.put("message", message | beside)


def photo(here: TelegramBotHarness, data: bytes, **kind: Any) -> Json:
    """A document that somebody has sent elsewhere, as it is told."""
    eve = here.telegram.user(9, "Eve")
    chat = here.telegram.group(-1009)
    document = Document("a.bin", data, "application/octet-stream")
    told = here.telegram.say(chat, eve, document=document).describe()["document"]
    return {"document": told} | kind


def nowhere(came: Json) -> Json:
    chat = {"id": 7, "type": "private", "first_name": "Ada"}
    eve = {"id": 9, "is_bot": False, "first_name": "Eve"}
    return {"message_id": 1, "date": 1, "chat": chat, "from": eve} | came


@pytest.mark.parametrize("name", UNUSABLE)
@pytest.mark.parametrize("way", ["reply", "elsewhere", "caption"])
async def test_what_cannot_be_a_picture_is_refused(tmp_path: Path, name: str, way: str) -> None:
    came = UNUSABLE[name]
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        match way:
            case "reply":
                tell(here, reply_to_message=nowhere(came))
            case "elsewhere":
                tell(here, external_reply=FOREIGN | came)
            case _:
                tell(here, **came)
        await here.until_shown(translate(Locale.EN, "along-unusable"))
        await engine.idle()

    assert here.harness.paid == 0


async def test_a_film_in_another_chat_and_a_reply_to_a_story_are_refused(tmp_path: Path) -> None:
    story = UNUSABLE["a story"]["story"]
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        tell(here, external_reply=FOREIGN | VIDEO_NOTE)
        await here.until_shown(translate(Locale.EN, "reply-video"))
        tell(here, reply_to_story=story)
        await here.until_shown(translate(Locale.EN, "along-unusable"))
        await engine.idle()

    assert here.harness.paid == 0


@pytest.mark.parametrize("way", ["elsewhere", "reply", "sticker"])
async def test_a_picture_is_used_whatever_its_type_says(tmp_path: Path, way: str) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        came = photo(here, picture(80))
        del came["document"]["mime_type"]
        match way:
            case "elsewhere":
                tell(here, external_reply=FOREIGN | came)
            case "reply":
                tell(here, reply_to_message=nowhere(came))
            case _:
                still = {"is_animated": False, "is_video": False}
                named = {key: came["document"][key] for key in FILE}
                tell(here, reply_to_message=nowhere({"sticker": STICKER | still | named}))
        await here.until_shown("Done in")
        job = await job_of(here, engine)

    assert [image.width for image in job.request.images] == [80]


async def test_a_file_that_is_no_picture_is_refused_by_its_bytes(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        tell(here, reply_to_message=nowhere(photo(here, b"%PDF-1.7 and so on")))
        await here.until_shown(translate(Locale.EN, "picture-not-image", name="a.bin"))
        await engine.idle()

    assert here.harness.paid == 0


async def test_what_is_forwarded_right_behind_a_command_belongs_to_it(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        eve = here.telegram.user(9, "Eve")
        here.telegram.say(here.chat, here.ada, VIDEO)
        here.telegram.say(here.chat, here.ada, photo=picture(80), caption="so nice", origin=eve)
        await here.until_shown("Done in")
        await here.telegram.until(lambda: not here.telegram.inbox.pending)
        job = await job_of(here, engine)

    assert [image.width for image in job.request.images] == [80]
    assert len(here.written()) == 2


async def test_a_film_that_is_forwarded_right_behind_a_command_is_refused(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        here.telegram.say(here.chat, here.ada, VIDEO)
        here.telegram.say(here.chat, here.ada, video=b"film", origin=here.telegram.user(9, "Eve"))
        await here.until_shown(translate(Locale.EN, "reply-video"))
        await engine.idle()

    assert here.harness.paid == 0


async def test_an_album_of_songs_is_refused_and_stops_nothing(tmp_path: Path) -> None:
    song = UNUSABLE["a song"]
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        for caption in ({"caption": VIDEO}, {}):
            message = nowhere(song | caption | {"media_group_id": "1"})
            message |= {"from": here.ada.describe(), "message_id": 50 + len(caption)}
            here.telegram.inbox.put("message", message)
        await here.until_shown(translate(Locale.EN, "along-unusable"))
        await engine.idle()

    assert len(here.written()) == 1
    assert here.harness.paid == 0


async def test_one_picture_of_an_album_that_is_not_known_is_refused(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        part = nowhere(photo(here, picture())) | {"media_group_id": "1"}
        tell(here, reply_to_message=part)
        await here.until_shown(translate(Locale.EN, "album-unknown"))
        await engine.idle()

    assert here.harness.paid == 0
