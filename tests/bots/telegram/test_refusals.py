"""What Telegram does not take: in another form, at another place, or told; never for ever."""

from pathlib import Path

import pytest

from core.jobs import Job, JobState
from core.platform import User
from tests.fakes.engine_harness import stored_when
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness, telegram_bot

VIDEO = "/video --model sandbox-video 1s a cat"
FORBIDDEN = "Bad Request: not enough rights to send videos to the chat"
NO_FILES = "Bad Request: not enough rights to send documents to the chat"
TOO_LARGE = "Request Entity Too Large"
BLOCKED = "<html><body>Access denied by the firewall</body></html>"
TWO = "/video --model veo-3.1 x2 a cat"
ENDLESS = 100


async def ended(here: TelegramBotHarness) -> Job:
    """The first order, when its chat knows what became of it."""
    async with here.bot() as engine:
        here.telegram.say(here.chat, here.ada, VIDEO)
        person = User(platform="telegram", id=str(here.ada.id))
        await here.telegram.until(lambda: here.telegram.called("sendMessage"))
        (job,) = await engine.jobs_of(person)
        return await stored_when(engine, job.id, lambda row: row.told)


@pytest.mark.parametrize(
    "said", ["Bad Request: VIDEO_CONTENT_TYPE_INVALID", FORBIDDEN, "Bad Request: something new"]
)
async def test_a_refused_video_comes_as_a_file(tmp_path: Path, said: str) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.refuse("sendVideo", said)
        job = await ended(here)

        (document,) = [post for post in here.written() if post.file]
        assert (job.state, document.file and document.file.kind) == (JobState.DONE, "document")
        assert len(here.telegram.called("sendVideo")) == 1


async def test_what_is_taken_in_no_form_is_told_and_can_be_had_without_paying_again(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.refuse("sendVideo", FORBIDDEN)
        here.telegram.refuse("sendDocument", NO_FILES)
        job = await ended(here)
        told = here.shows("could not be posted")
        assert job.state is JobState.FAILED
        assert told
        assert "nothing is ordered a second time" in told.text

        async with here.bot() as engine:
            here.telegram.press(told, "Retry", here.ada)
            await here.telegram.until(here.videos)
            await stored_when(engine, job.id, lambda row: row.state is JobState.DONE)
        assert here.harness.paid == 1


async def test_a_file_that_is_too_large_is_not_sent_again_as_it_is(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.refuse("sendVideo", TOO_LARGE, 413)
        job = await ended(here)

        # It is too small already to be made smaller still.
        assert job.is_ended
        assert here.shows("Too large for this chat")
        assert len(here.telegram.called("sendVideo")) == 1


async def test_a_size_that_is_refused_for_ever_is_not_uploaded_for_ever(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        for method in ("sendVideo", "sendDocument"):
            here.telegram.refuse(method, TOO_LARGE, 413, times=ENDLESS)
        job = await ended(here)

        uploads = here.telegram.called("sendVideo") + here.telegram.called("sendDocument")
        assert job.is_ended
        assert 1 <= len(uploads) <= 4


async def test_a_caption_that_is_refused_stands_below_the_video(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.refuse("sendVideo", "Bad Request: message caption is too long")
        job = await ended(here)

        (video,) = here.videos()
        assert (job.state, video.caption) == (JobState.DONE, "")
        assert here.shows("took 0:")
        assert video.buttons[0]["text"] == "Again"


async def test_a_result_for_a_deleted_topic_comes_to_the_group_and_says_so(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        forum = here.telegram.group(GROUP)
        topic = here.telegram.topic(forum, here.ada)
        here.telegram.refuse("sendVideo", "Bad Request: message thread not found")
        here.telegram.say(forum, here.ada, VIDEO, thread=topic)
        video = (await here.telegram.until(lambda: here.videos(forum)))[0]
        (job,) = await engine.jobs_of(User(platform="telegram", id=str(here.ada.id)))
        await stored_when(engine, job.id, lambda row: row.told)

        assert video.thread is None
        assert "could not be posted where you ordered it" in video.caption


async def test_a_result_for_a_group_that_has_thrown_the_bot_out_comes_to_the_person(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        group = here.telegram.group(GROUP)
        kicked = "Forbidden: bot was kicked from the supergroup chat"
        here.telegram.refuse("sendVideo", kicked, 403)
        here.telegram.say(group, here.ada, VIDEO)
        (video,) = await here.telegram.until(here.videos)

        assert "could not be posted where you ordered it" in video.caption


async def test_a_block_page_in_between_passes(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.refuse("sendVideo", "", 403, page=BLOCKED)
        job = await ended(here)

        assert job.state is JobState.DONE
        assert [call.status for call in here.telegram.called("sendVideo")] == [403, 200]


@pytest.mark.parametrize("code", [200, 502])
async def test_a_post_whose_answer_nobody_can_read_is_found_in_place_of_the_status(
    tmp_path: Path, code: int
) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.refuse("sendVideo", "", code, page="<html>oops</html>")
        job = await ended(here)

        assert job.state is JobState.DONE
        assert len(here.videos()) == 1
        assert len(here.telegram.called("editMessageMedia")) == 1


async def test_an_order_that_cannot_be_shown_is_told_and_never_bought(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.refuse("sendMessage", "Bad Request: something new")
        job = await ended(here)

        assert job.state is JobState.FAILED
        assert here.shows("Something went wrong in the bot")
        async with here.bot() as engine:
            await engine.idle()
        assert (here.harness.paid, here.videos()) == (0, [])


@pytest.mark.slow
@pytest.mark.parametrize("code", [200, 400])
async def test_an_order_whose_message_was_answered_by_somebody_else_runs_once(
    tmp_path: Path, code: int
) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.refuse("sendMessage", "", code, page="<html>oops</html>")
        job = await ended(here)

        assert (job.state, here.harness.paid) == (JobState.DONE, 1)


@pytest.mark.parametrize(
    "said",
    [
        "Bad Request: something new",
        pytest.param("Bad Request: message is too long", marks=pytest.mark.slow),
    ],
)
async def test_words_that_are_refused_twice_cost_nobody_the_video(
    tmp_path: Path, said: str
) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.refuse("sendVideo", "Bad Request: message caption is too long")
        here.telegram.refuse("sendMessage", said, after=1)
        job = await ended(here)

        assert job.state is JobState.DONE
        assert [video.caption for video in here.videos()] == [""]
        assert here.shows("Done in")


@pytest.mark.parametrize(
    "then",
    [
        "message caption is too long",
        pytest.param("VIDEO_CONTENT_TYPE_INVALID", marks=pytest.mark.slow),
    ],
)
async def test_a_video_that_is_refused_after_its_caption_comes_as_a_file(
    tmp_path: Path, then: str
) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.refuse("sendVideo", "Bad Request: message caption is too long")
        here.telegram.refuse("sendVideo", f"Bad Request: {then}")
        job = await ended(here)

        (document,) = [post for post in here.written() if post.file]
        assert (job.state, document.file and document.file.kind) == (JobState.DONE, "document")
        assert here.shows("took 0:")


@pytest.mark.slow
async def test_an_album_that_is_refused_after_its_caption_comes_one_by_one(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        here.telegram.refuse("sendMediaGroup", "Bad Request: message caption is too long")
        here.telegram.refuse("sendMediaGroup", "Bad Request: MEDIA_INVALID")
        here.telegram.say(here.chat, here.ada, "/video --model veo-3.1 x2 a cat")
        await here.until_shown("Done in")
        (job,) = await engine.jobs_of(User(platform="telegram", id=str(here.ada.id)))

        assert (job.state, len(here.videos())) == (JobState.DONE, 2)


@pytest.mark.slow
async def test_a_part_of_an_album_that_is_taken_in_no_form_is_told(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        here.telegram.refuse("sendMediaGroup", "Bad Request: MEDIA_INVALID")
        here.telegram.refuse("sendVideo", "Bad Request: VIDEO_CONTENT_TYPE_INVALID")
        here.telegram.refuse("sendDocument", "Bad Request: DOCUMENT_INVALID")
        here.telegram.say(here.chat, here.ada, "/video --model veo-3.1 x3 a cat")
        await here.until_shown("Done in")
        (job,) = await engine.jobs_of(User(platform="telegram", id=str(here.ada.id)))

        assert (job.state, len(here.videos())) == (JobState.DONE, 2)
        assert here.shows("1 of 3 could not be posted")


async def test_a_failure_that_cannot_be_shown_in_the_status_is_told_below_it(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.refuse("sendVideo", FORBIDDEN)
        here.telegram.refuse("sendDocument", NO_FILES)
        here.telegram.refuse("editMessageText", "Bad Request: something new", times=ENDLESS)
        job = await ended(here)

        assert job.state is JobState.FAILED
        assert here.shows("could not be posted")


@pytest.mark.slow
@pytest.mark.parametrize("arrives", [True, False])
async def test_an_album_whose_answer_is_lost_is_left_to_its_person(
    tmp_path: Path, *, arrives: bool
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        here.telegram.refuse("sendMediaGroup", "Bad Gateway", 502, acts=arrives)
        here.telegram.say(here.chat, here.ada, TWO)
        told = await here.until_shown("did not confirm")
        (job,) = await engine.jobs_of(User(platform="telegram", id=str(here.ada.id)))
        there, said = len(here.videos()), told.text
        if not arrives:
            here.telegram.press(told, "Retry", here.ada)
            await stored_when(engine, job.id, lambda row: row.state is JobState.DONE)

        assert there == (2 if arrives else 0)
        assert (len(here.videos()), here.harness.paid) == (2, 1)
        assert "nothing is ordered a second time" in said
        assert "No video" not in said


async def test_a_video_that_may_be_there_twice_says_so(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.telegram.refuse("sendVideo", "Bad Gateway", 502, acts=True)
        job = await ended(here)

        assert job.state is JobState.DONE
        assert ["twice" in video.caption for video in here.videos()] == [True, False]


async def test_an_album_is_not_repeated_for_its_buttons(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        here.telegram.refuse("sendMessage", "Bad Gateway", 502, after=1)
        here.telegram.say(here.chat, here.ada, TWO)
        await here.until_shown("Done in")

        assert [call.status for call in here.telegram.called("sendMediaGroup")] == [200]
        below = here.written()[-1]
        assert below.reply_to is here.videos()[0]
        assert [button["text"] for button in below.buttons] == ["Again", "Share"]
