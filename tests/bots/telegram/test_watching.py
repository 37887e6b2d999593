"""Videos that come along with a question; commands that start something still refuse them."""

from pathlib import Path

import pytest

from core.i18n import Locale, translate
from tests.bots.telegram.test_along import FOREIGN, UNUSABLE, Json, nowhere, tell
from tests.fakes.movies import make_movie
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness, picture, telegram_bot
from tests.fakes.telegram.people import Document

ASK = "/ask what do you see?"
SEEN = "I watched 1 videos: 1.0 s."
LARGE = 34_000_000


@pytest.fixture
def film(tmp_path: Path) -> bytes:
    return make_movie(tmp_path / "film.mp4", 64, 64, 1.0).read_bytes()


def sent(here: TelegramBotHarness, film: bytes) -> Json:
    """A file at Telegram, without what says how it was sent."""
    eve = here.telegram.user(9, "Eve")
    post = here.telegram.say(here.telegram.group(-1009), eve, video=film)
    told: Json = post.describe()["video"]
    return {key: told[key] for key in ("file_id", "file_unique_id", "file_size")}


@pytest.mark.parametrize("way", ["own", "reply", "elsewhere", "forwarded", "note", "gif", "words"])
async def test_a_video_is_watched_however_it_comes(tmp_path: Path, way: str, film: bytes) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        eve, sized = here.telegram.user(9, "Eve"), {"width": 64, "height": 64, "duration": 1}
        video = {"video": sent(here, film) | sized}
        match way:
            case "own":
                here.telegram.say(here.chat, here.ada, video=film, caption=ASK)
            case "reply":
                group = here.telegram.group(GROUP)
                theirs = here.telegram.say(group, eve, video=film)
                here.telegram.say(group, here.ada, ASK, reply_to=theirs)
                await here.until_shown(SEEN, group)
            case "elsewhere":
                tell(here, ASK, external_reply=FOREIGN | video)
            case "forwarded":
                here.telegram.say(here.chat, here.ada, ASK)
                here.telegram.say(here.chat, here.ada, video=film, origin=eve)
            case "note":
                note = {"video_note": sent(here, film) | {"length": 64, "duration": 1}}
                tell(here, ASK, reply_to_message=nowhere(note))
            case "gif":
                gif = sent(here, film) | sized | {"mime_type": "video/mp4"}
                came = {"animation": gif, "document": gif}
                tell(here, ASK, reply_to_message=nowhere(came))
            case _:
                tell(here, "what do you see?", reply_to_message=nowhere(video))
        await here.telegram.until(
            lambda: here.shows(SEEN) or here.shows(SEEN, here.telegram.group(GROUP))
        )
        await engine.idle()

    assert here.harness.paid == 1


async def test_a_video_that_is_replied_to_is_described(tmp_path: Path, film: bytes) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        theirs = here.telegram.say(here.telegram.group(GROUP), here.ada, video=film)
        here.telegram.say(theirs.chat, here.ada, "/describe", reply_to=theirs)
        await here.until_shown("nothing is ordered yet", theirs.chat)
        await engine.idle()

    assert here.harness.paid == 1


async def test_a_picture_that_is_replied_to_is_seen(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        photo = here.telegram.say(here.telegram.group(GROUP), here.ada, photo=picture())
        here.telegram.say(photo.chat, here.ada, ASK, reply_to=photo)
        await here.until_shown("I see 1 pictures.", photo.chat)


async def test_a_result_of_the_bots_own_is_watched_from_its_disk(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        here.telegram.say(here.chat, here.ada, "/video --model sandbox-video 1s a cat")
        await here.until_shown("Done in")
        (result,) = here.videos()
        here.telegram.say(here.chat, here.ada, ASK, reply_to=result)
        await here.until_shown("I watched 1 videos: ")
        await engine.idle()

    assert not here.telegram.called("getFile")


async def test_of_a_result_that_is_deleted_the_one_at_telegram_is_watched(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        here.telegram.say(here.chat, here.ada, "/video --model sandbox-video 1s a cat")
        await here.until_shown("Done in")
        await engine.idle()
        for path in (tmp_path / "media").rglob("*.mp4"):
            path.unlink()
        (result,) = here.videos()
        here.telegram.say(here.chat, here.ada, ASK, reply_to=result)
        await here.until_shown("I watched 1 videos: ")

    assert here.telegram.called("getFile")


async def test_what_is_too_large_is_refused_before_it_is_fetched(
    tmp_path: Path, film: bytes
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        large = Document("film.mp4", film, "video/mp4", size_bytes=LARGE)
        post = here.telegram.say(here.telegram.group(GROUP), here.ada, document=large)
        here.telegram.say(post.chat, here.ada, ASK, reply_to=post)
        await here.until_shown("film.mp4 is 34 MB; the limit is 20 MB.", post.chat)
        await engine.idle()

    assert here.harness.paid == 0
    assert not here.telegram.called("getFile")


@pytest.mark.parametrize("name", ["an animated sticker", "a story", "a place"])
async def test_what_nobody_can_watch_is_refused(tmp_path: Path, name: str) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        tell(here, ASK, reply_to_message=nowhere(UNUSABLE[name]))
        await here.until_shown(translate(Locale.EN, "along-unwatchable"))
        await engine.idle()

    assert here.harness.paid == 0


async def test_a_file_that_is_neither_is_refused_by_its_bytes(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        paper = Document("a.pdf", b"%PDF-1.7 and so on", "application/pdf")
        here.telegram.say(here.chat, here.ada, document=paper, caption=ASK)
        await here.until_shown("a.pdf is neither a picture nor a video")
        await engine.idle()

    assert here.harness.paid == 0
