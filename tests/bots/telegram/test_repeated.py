"""Updates that Telegram tells again, and buttons that an earlier version has written."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.jobs import Job, JobState
from core.platform import User
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness, picture, telegram_bot
from tests.fakes.telegram.chat import TelegramMessage

pytestmark = pytest.mark.slow

VIDEO = "/video --model sandbox-videos 1s a cat"
LIVELY = "/video --model sandbox-video 1s a cat"
PLAN = "/storyboard --model sandbox-video 1.5s up\n1.5s down"
FAILING = "/video --model sandbox-video 1s a cat #fail-moderation"

# What is ordered, what the message with the button says then, the button, and its old name.
PRESSED: Mapping[str, tuple[str, str, str, str]] = {
    "again": (VIDEO, "took", "Again", "again"),
    "retry": (FAILING, "No video", "Retry", "retry"),
    "confirm": (PLAN, "This is the plan", "Make it", "confirm"),
}


async def jobs(here: TelegramBotHarness, engine: Engine) -> list[Job]:
    return list(await engine.jobs_of(User(platform="telegram", id=str(here.ada.id))))


async def shown(here: TelegramBotHarness, engine: Engine, line: str, text: str) -> TelegramMessage:
    """The message with the button, when nothing runs any more."""
    here.telegram.say(here.chat, here.ada, line)
    post = await here.until_shown(text)
    await engine.idle()
    return post


@pytest.mark.parametrize("name", PRESSED)
async def test_a_press_that_is_told_again_is_not_paid_again_also_after_a_restart(
    tmp_path: Path, name: str
) -> None:
    line, text, label, _ = PRESSED[name]
    async with telegram_bot(tmp_path) as here:
        here.chat = here.telegram.group(GROUP)  # where more may be written
        inbox = here.telegram.inbox
        async with here.bot() as engine:
            post = await shown(here, engine, line, text)
            query = here.telegram.press(post, label, here.ada)
            told = inbox.pending[-1]["callback_query"]
            inbox.put("callback_query", told)
            await here.telegram.until(lambda: len(query.answers) == 2)
            await engine.idle()
            first = (here.harness.paid, await jobs(here, engine))
        async with here.bot() as engine:
            inbox.put("callback_query", told)
            await here.telegram.until(lambda: len(query.answers) == 3)
            await engine.idle()
            second = (here.harness.paid, await jobs(here, engine))

    assert second == first
    assert len(second[1]) == (2 if name == "again" else 1)


async def test_an_order_is_known_again_after_many_newer_ones(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        group = here.telegram.group(GROUP)  # where more may be written
        async with here.bot() as engine:
            told = here.telegram.say(group, here.ada, VIDEO)
            await here.until_shown("Done in", group)
            (job,) = await jobs(here, engine)
        for number in range(22):
            ended = replace(job, state=JobState.DONE, told=True, command=None)
            newer = replace(ended, id=str(number), created_at=9e9 + number)
            await here.harness.leave(newer)
        async with here.bot() as engine:
            here.telegram.inbox.put("message", told.describe())
            here.telegram.say(group, here.ada, "/status")
            await here.until_shown(translate(Locale.EN, "status-none"), group)
            await engine.idle()

        assert here.harness.paid == 1


async def test_an_album_with_the_command_under_each_item_is_one_order(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        pictures = [picture(80), picture(90)]
        here.telegram.album(here.chat, here.ada, pictures, LIVELY, captioned=None)
        await here.until_shown("Done in")
        await here.telegram.until(lambda: not here.telegram.inbox.pending)
        await engine.idle()
        (job,) = await jobs(here, engine)

    assert [image.width for image in job.request.images] == [80, 90]
    assert here.harness.paid == 1
    assert len(here.written()) == 2


async def test_the_same_words_order_again_when_two_seconds_have_passed(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group = here.telegram.group(GROUP)
        first = here.telegram.say(group, here.ada, VIDEO).describe()
        await here.until_shown("Done in", group)
        again = {**first, "message_id": 101, "date": first["date"] + 1}
        here.telegram.inbox.put("message", again)
        await here.until_shown(translate(Locale.EN, "ordered-twice"), group)
        later = {**first, "message_id": 102, "date": first["date"] + 2}
        here.telegram.inbox.put("message", later)
        await here.telegram.until(lambda: len(here.videos(group)) == 2)
        await engine.idle()

        assert len(await jobs(here, engine)) == 2


@pytest.mark.parametrize("name", PRESSED)
async def test_the_buttons_of_the_earlier_version_go_on_working(tmp_path: Path, name: str) -> None:
    line, text, label, earlier = PRESSED[name]
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        post = await shown(here, engine, line, text)
        (job,) = await jobs(here, engine)
        _relabel(post, label, f"{earlier}:{job.id}")
        query = here.telegram.press(post, label, here.ada)
        (answer,) = await here.telegram.until(lambda: query.answers)
        await engine.idle()
        rows = await jobs(here, engine)

    assert "text" not in answer
    assert len(rows) == 2 if name == "again" else rows[0].run > job.run


async def test_the_remix_button_of_the_earlier_version_asks(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        post = await shown(here, engine, VIDEO, "took")
        (job,) = await jobs(here, engine)
        _relabel(post, "Remix", f"remix:{job.id}")
        here.telegram.press(post, "Remix", here.ada)
        question = await here.until_shown(translate(Locale.EN, "option-change"))
        here.telegram.say(here.chat, here.ada, "in snow", reply_to=question)
        await here.telegram.until(lambda: len(here.videos()) == 2)
        await engine.idle()
        changed, _ = await jobs(here, engine)

    assert (changed.request.source, changed.request.prompt) == (job.task, "in snow")
    assert changed.state is JobState.DONE


async def test_a_choice_in_the_form_that_is_told_again_stays(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        inbox = here.telegram.inbox
        here.telegram.say(here.chat, here.ada, "/video")
        form = await here.until_shown(translate(Locale.EN, "form-title"))
        query = here.telegram.press(form, "Portrait", here.ada)
        inbox.put("callback_query", inbox.pending[-1]["callback_query"])
        await here.telegram.until(lambda: len(query.answers) == 2)
        await here.telegram.until(lambda: "✓ Portrait" in {b["text"] for b in form.buttons})


def _relabel(post: TelegramMessage, label: str, data: str) -> None:
    """Let a button be as an earlier version has written it."""
    (button,) = [button for button in post.buttons if button["text"] == label]
    button["callback_data"] = data
