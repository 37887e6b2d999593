"""Jobs on Telegram: buttons, limits, chats that are gone, restarts."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from core.jobs import JobState
from core.platform import User
from tests.fakes.engine_harness import stored_when
from tests.fakes.manual_gateway import CREATE, FETCH, LOOK
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness, slow_telegram_bot, telegram_bot
from tests.fakes.telegram.chat import TelegramUser
from tests.fakes.telegram.world import TelegramQuery

VIDEO = "/video --model sandbox-video 1s a cat"
FLOOD: Mapping[str, int] = {"retry_after": 1}


def user(person: TelegramUser) -> User:
    return User(platform="telegram", id=str(person.id))


async def answer_of(here: TelegramBotHarness, query: TelegramQuery) -> str:
    answers = await here.telegram.until(lambda: query.answers)
    return answers[0].get("text") or ""


async def test_the_owner_cancels_with_the_button(tmp_path: Path) -> None:
    async with slow_telegram_bot(tmp_path) as (here, gateway), here.bot() as engine:
        await gateway.allow(CREATE)
        here.telegram.say(here.chat, here.ada, VIDEO)
        await gateway.reached(LOOK)
        status = await here.until_shown("a cat")
        press = here.telegram.press(status, "Cancel", here.ada)
        await here.until_shown("Cancelled.")

        assert await answer_of(here, press) == ""
        (job,) = await engine.jobs_of(user(here.ada))
        assert job.state is JobState.CANCELLED


@pytest.mark.slow
@pytest.mark.parametrize(("said", "code"), [("Bad Gateway", 502), ("Bad Request: odd", 400)])
async def test_a_press_whose_answer_fails_does_all_the_same_what_it_stands_for(
    tmp_path: Path, said: str, code: int
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        here.telegram.say(here.chat, here.ada, VIDEO)
        await here.until_shown("Done in")
        (video,) = here.videos()
        here.telegram.refuse("answerCallbackQuery", said, code)
        here.telegram.press(video, "Again", here.ada)
        await here.telegram.until(lambda: len(here.videos()) == 2)
        await engine.idle()

        assert here.harness.paid == 2
        assert here.shows("Something went wrong") is None


async def test_a_stranger_is_refused_and_a_chat_admin_may_cancel(tmp_path: Path) -> None:
    async with slow_telegram_bot(tmp_path) as (here, gateway), here.bot() as engine:
        group, bob, eve = here.telegram.group(GROUP), *map(here.telegram.user, (8, 9))
        here.telegram.admin(group, bob)
        await gateway.allow(CREATE)
        here.telegram.say(group, here.ada, VIDEO)
        await gateway.reached(LOOK)
        status = await here.until_shown("a cat", group)

        refused = here.telegram.press(status, "Cancel", eve)
        assert await answer_of(here, refused) == "This belongs to somebody else."
        (job,) = await engine.jobs_of(user(here.ada))
        assert not job.is_ended
        here.telegram.press(status, "Cancel", bob)
        await here.until_shown("Cancelled.", group)


async def test_a_failed_job_is_retried_and_a_finished_one_made_again_only_by_its_owner(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group, eve = here.telegram.group(GROUP), here.telegram.user(9)
        here.telegram.admin(group, eve)
        here.telegram.say(group, here.ada, VIDEO)
        await here.until_shown("Done in", group)
        (video,) = here.videos(group)

        refused = here.telegram.press(video, "Again", eve)
        assert await answer_of(here, refused) == "This belongs to somebody else."
        here.telegram.press(video, "Again", here.ada)
        await here.telegram.until(lambda: len(here.videos(group)) == 2)
        assert len(await engine.jobs_of(user(here.ada))) == 2


async def test_a_flood_limit_on_an_edit_is_waited_out(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        here.telegram.refuse(
            "editMessageText", "Too Many Requests: retry after 1", 429, parameters={**FLOOD}
        )
        here.telegram.say(here.chat, here.ada, VIDEO)
        await here.until_shown("Done in")

        assert len(here.videos()) == 1
        refused, again = here.telegram.called("editMessageText")[:2]
        assert refused.status == 429
        assert again.at - refused.at >= 1


async def test_a_flood_limit_on_the_video_does_not_lose_it(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        here.telegram.refuse(
            "sendVideo", "Too Many Requests: retry after 1", 429, parameters={**FLOOD}
        )
        here.telegram.say(here.chat, here.ada, VIDEO)
        await here.until_shown("Done in")

        assert [call.status for call in here.telegram.called("sendVideo")] == [429, 200]


async def test_a_video_that_may_have_arrived_takes_the_place_of_the_status_message(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        here.telegram.refuse("sendVideo", "Bad Gateway", 502)
        here.telegram.say(here.chat, here.ada, VIDEO)
        await here.telegram.until(here.videos)
        (job,) = await engine.jobs_of(user(here.ada))
        await stored_when(engine, job.id, lambda job: job.state is JobState.DONE)

    (video,) = here.videos()
    assert video.history[0].text
    assert len(here.telegram.called("sendVideo")) == 1
    assert here.harness.paid == 1


async def test_what_nobody_expected_is_said_politely_and_logged_with_the_same_id(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        here.telegram.refuse("sendMessage", "Bad Request: something new")
        here.telegram.say(here.chat, here.ada, "/start")
        said = await here.until_shown("Something went wrong in the bot")

    incident = said.text.split()[-1].rstrip(".")
    assert f"unexpected error {incident}" in caplog.text


LOST = [
    ("Forbidden: bot was kicked from the supergroup chat", 403),
    ("Forbidden: bot was blocked by the user", 403),
    ("Bad Request: TOPIC_CLOSED", 400),
    ("Bad Request: chat not found", 400),
]


@pytest.mark.parametrize(("said", "code"), LOST)
async def test_a_chat_that_takes_nothing_any_more_ends_the_job_without_costs(
    tmp_path: Path, said: str, code: int
) -> None:
    async with slow_telegram_bot(tmp_path) as (here, gateway), here.bot() as engine:
        await gateway.allow(CREATE, LOOK)
        here.telegram.say(here.chat, here.ada, VIDEO)
        await gateway.reached(FETCH)
        for method in ("sendVideo", "sendMessage", "editMessageText"):
            here.telegram.refuse(method, said, code, times=20)
        await gateway.allow(FETCH)
        (job,) = await engine.jobs_of(user(here.ada))
        ended = await stored_when(engine, job.id, lambda job: job.is_ended)
        await engine.idle()

    assert ended.state is JobState.FAILED
    assert ended.credits == 0


async def test_a_deleted_status_message_does_not_stop_the_job(tmp_path: Path) -> None:
    async with slow_telegram_bot(tmp_path) as (here, gateway), here.bot() as engine:
        await gateway.allow(CREATE)
        here.telegram.say(here.chat, here.ada, VIDEO)
        await gateway.reached(LOOK)
        status = await here.until_shown("a cat")
        del here.chat.posts[status.id]
        await gateway.allow(LOOK, FETCH)
        await here.telegram.until(here.videos)
        await engine.idle()

        assert len(here.written()) == 1


async def test_several_videos_come_as_an_album_with_the_buttons_below(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group = here.telegram.group(GROUP)
        here.telegram.say(group, here.ada, "/video --model apiyi/veo-3.1 x2 spoiler a cat")
        await here.until_shown("Done in", group)
        videos = here.videos(group)
        (job,) = await engine.jobs_of(user(here.ada))

    assert len(videos) == 2
    assert videos[0].album == videos[1].album != ""
    assert [bool(video.caption) for video in videos] == [True, False]
    assert all(video.now.spoiler for video in videos)
    (below,) = [p for p in here.written(group) if "Share" in {b["text"] for b in p.buttons}]
    assert below.reply_to is videos[0]
    assert job.delivered
    assert job.delivered.files == tuple(f"video:{video.file.id}" for video in videos if video.file)


async def test_an_order_that_telegram_tells_again_is_not_paid_again(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        told = here.telegram.say(here.chat, here.ada, VIDEO)
        async with here.bot():
            here.telegram.inbox.put("message", told.describe())
            await here.until_shown("Done in")
        async with here.bot() as engine:
            here.telegram.inbox.put("message", told.describe())
            here.telegram.say(here.chat, here.ada, "/status")
            await here.until_shown("You have no jobs running")
            await engine.idle()

        assert here.harness.paid == 1
        assert len(here.videos()) == 1


async def test_a_restart_goes_on_with_the_same_message(tmp_path: Path) -> None:
    async with slow_telegram_bot(tmp_path) as (here, gateway):
        await gateway.allow(CREATE)
        async with here.bot():
            here.telegram.say(here.chat, here.ada, VIDEO)
            await gateway.reached(LOOK)
            status = await here.until_shown("a cat")
        await gateway.allow(LOOK, FETCH)
        async with here.bot():
            done = await here.until_shown("Done in")

        assert done is status
        assert len(here.videos()) == 1
        assert gateway.asked[CREATE] == 1


async def test_a_video_that_may_be_posted_already_takes_the_place_of_the_status_message(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with slow_telegram_bot(tmp_path) as (here, gateway):
        await gateway.allow(CREATE, LOOK, FETCH)
        held = here.telegram.hold("sendVideo")
        async with here.bot():
            here.telegram.say(here.chat, here.ada, VIDEO)
            await held.reached.wait()
            status = await here.until_shown("a cat")
        async with here.bot() as engine:
            await here.telegram.until(lambda: here.telegram.called("editMessageMedia"))
            (job,) = await engine.jobs_of(user(here.ada))
            ended = await stored_when(engine, job.id, lambda job: job.is_ended)
            await engine.idle()

    assert ended.state is JobState.DONE
    assert len(here.telegram.called("sendVideo")) == 1
    assert status.file
    assert status.file.kind == "video"
    assert "Again" in {button["text"] for button in status.buttons}
    assert here.shows("Done in") is None
    assert "could not be written" not in caplog.text


async def test_the_bot_leaves_at_once_although_telegram_holds_the_poll(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        async with here.bot():
            await here.telegram.until(lambda: here.telegram.called("getUpdates"))
        polls = here.telegram.called("getUpdates")

        assert [poll.status for poll in polls] == [0]
