"""The commands beside /video that make something, as people on Telegram use them."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from core.i18n import Locale, translate
from core.jobs import JobState
from core.people.access import Policy
from tests.fakes.engine_harness import stored_when
from tests.fakes.telegram.bot import GROUP, picture, telegram_bot
from tests.fakes.telegram.chat import TelegramMessage
from tests.fakes.telegram.group import TelegramGroup, telegram_group
from tests.fakes.telegram.people import Document

VIDEO = "/video --model sandbox-videos 1s a cat"
IMAGE = "/image --model sandbox-image"
PLAN = "/storyboard --model sandbox-video portrait\n1.5s a plane takes off\n1.5s it lands"
NO_VIDEO = "There is no finished video to use"


def labels(post: TelegramMessage) -> list[str]:
    return [button["text"] for button in post.buttons]


def png(name: str, side: int = 320) -> Document:
    file = BytesIO()
    Image.new("RGBA", (side, side), (20, 90, 160, 0)).save(file, "PNG")
    return Document(name, file.getvalue())


async def test_pictures_are_made_from_words_from_pictures_and_with_a_mask(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group, telegram = telegram_group(here, engine), here.telegram
        alone = await group.order(here.ada, f"{IMAGE} 16:9 a lighthouse")
        (photo,) = group.posts("photo")
        own = await group.order(here.ada, f"{IMAGE} in red", photo=picture(80))
        answered = await group.order(here.ada, f"{IMAGE} in blue", reply_to=photo)
        telegram.album(
            group.group, here.ada, [png("room.png"), png("mask.png")], f"{IMAGE} --mask a hat"
        )
        masked = await group.ordered(here.ada, 3)

    assert [alone.state, own.state, answered.state, masked.state] == [JobState.DONE] * 4
    assert labels(photo) == ["Again", "Share"]
    assert [len(job.request.images) for job in (alone, own, answered, masked)] == [0, 1, 1, 1]
    assert [image.width for image in own.request.images] == [80]
    assert masked.request.mask
    assert len(group.posts("photo")) == 4


async def test_what_cannot_be_the_start_is_refused_for_every_command_that_takes_pictures(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group = here.telegram.group(GROUP)
        film = here.telegram.say(group, here.ada, video=b"film")
        for text in ("/image a cat", "/storyboard 5s up"):
            here.telegram.say(group, here.ada, text, reply_to=film)
        here.telegram.album(group, here.ada, [picture(), picture()], "/image a cat")
        here.telegram.say(group, here.ada, "/image")
        await here.until_shown("for example: /image", group)
        await here.telegram.until(lambda: len(here.written(group)) == 4)
        texts = sorted(post.text[:14] for post in here.written(group))
        await engine.idle()

    assert texts == ["A video cannot", "A video cannot", "I can see only", "Say what you w"]
    assert here.harness.paid == 0


async def test_the_last_video_is_changed_or_the_one_that_is_replied_to(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group, eve = telegram_group(here, engine), here.telegram.user(9, "Eve")
        cat = await group.order(here.ada, VIDEO)
        (video,) = group.posts("video")
        last = await group.order(here.ada, "/remix in snow")
        hers = await group.order(eve, "/remix in rain", reply_to=video)
        other = await group.answer(here.ada, "/remix in rain", reply_to=group.say(eve, "look"))
        pointed = await group.answer(here.ada, "/video in rain", reply_to=video)

    assert labels(video) == ["Again", "Remix", "Share"]
    assert cat.task
    assert [last.request.source, hers.request.source] == [cat.task, cat.task]
    assert NO_VIDEO in other
    assert "reply to it with /remix" in pointed
    assert here.harness.paid == 3


async def test_every_message_of_an_album_is_the_video_and_no_other(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group = telegram_group(here, engine)
        await group.order(here.ada, "/video --model apiyi/veo-3.1 x2 a cat")
        first, second = group.posts("video")
        below = await group.shown("veo-3.1")
        done = await group.shown("Done in")
        group.say(here.ada, PLAN)
        plan = await group.shown("This is the plan")
        said = [
            await group.answer(here.ada, "/remix in snow", post)
            for post in (first, second, below, done, plan)
        ]

    assert below.reply_to is first
    assert all("cannot be changed" in text for text in said[:3])
    assert all(NO_VIDEO in text for text in said[3:])


async def test_the_remix_button_asks_whoever_presses_it_and_takes_nobody_elses_answer(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group, eve = telegram_group(here, engine), here.telegram.user(9, "Eve <3")
        cat = await group.order(here.ada, VIDEO)
        (video,) = group.posts("video")
        assert await group.press(video, "Remix", eve) == ""
        question = await group.shown("Reply to this message with what should change")
        group.say(here.ada, "in rain", reply_to=question)
        job = await group.order(eve, "--seed in snow", question)
        late = await group.answer(eve, "in fog", question)
        ids = [mine.id for person in (here.ada, eve) for mine in await group.jobs(person)]

    assert question.text.startswith("Eve <3: ")
    assert question.reply_to is video
    assert question.markup
    assert (question.markup["force_reply"], question.markup["selective"]) == (True, True)
    assert (job.request.source, job.request.prompt) == (cat.task, "--seed in snow")
    assert "too old" in late
    assert ids == [cat.id, job.id]


async def test_in_private_the_question_needs_no_name(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot():
        here.telegram.say(here.chat, here.ada, VIDEO)
        (video,) = await here.telegram.until(here.videos)
        here.telegram.press(video, "Remix", here.ada)
        question = await here.until_shown("Reply to this message with what should change")

    assert question.text.startswith("Reply to this message with what")
    assert question.markup
    assert question.markup["selective"] is False


async def test_in_a_channel_it_is_said_how_to_answer_the_video(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        channel = here.telegram.channel(GROUP)
        group = TelegramGroup(here, engine, channel)
        here.telegram.say(channel, None, VIDEO)
        await group.shown("Done in")
        (video,) = group.posts("video")
        told = await group.press(video, "Remix", here.ada)
        here.telegram.say(channel, None, "/remix in snow", reply_to=video)
        await here.telegram.until(lambda: len(group.posts("video")) == 2)

    assert "Reply to that message itself with /remix and what should change" in told


async def test_a_question_that_a_restart_has_lost_says_how_to_go_on(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        async with here.bot() as engine:
            group = telegram_group(here, engine)
            await group.order(here.ada, VIDEO)
            await group.press(group.posts("video")[0], "Remix", here.ada)
            question = await group.shown("Reply to this message with what should change")
        async with here.bot() as engine:
            said = await telegram_group(here, engine).answer(here.ada, "in snow", question)

    assert translate(Locale.EN, "ask-lost") in said
    assert here.harness.paid == 1


async def test_who_may_not_use_the_bot_is_not_asked_anything(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=frozenset({"telegram:7"}))
        async with here.bot() as engine:
            group, eve = telegram_group(here, engine), here.telegram.user(9, "Eve")
            await group.order(here.ada, VIDEO)
            (video,) = group.posts("video")
            await group.answer(here.ada, "/deny user 9")
            told = await group.press(video, "Remix", eve)

    assert "You don't have access to this bot here" in told
    assert here.shows("Reply to this message", group.group) is None


async def test_a_character_is_made_from_a_video_called_and_listed(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group, eve = telegram_group(here, engine), here.telegram.user(9, "Eve")
        none = await group.answer(eve, "/characters")
        await group.order(here.ada, VIDEO)
        (video,) = group.posts("video")
        made = await group.answer(eve, "/character 0-1 Tom", reply_to=video)
        listed = await group.answer(eve, "/characters")
        job = await group.order(eve, "/video --model sandbox-videos 1s @tom on a stage")

    line, _ = listed.splitlines()
    name = line.split(" · ")[-1]
    assert "no characters yet" in none
    assert "@tom" in made
    assert line == f"@tom · sandbox · {name}"
    assert (job.state, job.request.prompt) == (JobState.DONE, f"@{name} on a stage")


async def test_a_plan_is_ordered_or_dropped_by_its_owner_alone_also_after_a_restart(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here:
        async with here.bot() as engine:
            group, eve = telegram_group(here, engine), here.telegram.user(9, "Eve")
            group.say(here.ada, PLAN)
            plan = await group.shown("This is the plan")
            refused = [await group.press(plan, name, eve) for name in ("Make it", "Cancel")]
            (draft,) = await group.jobs(here.ada)
        async with here.bot() as engine:
            group = telegram_group(here, engine)
            pressed = await group.press(plan, "Make it", here.ada)
            job = await stored_when(engine, draft.id, lambda job: job.told)
            group.say(here.ada, PLAN)
            other = await group.shown("This is the plan")
            dropped = await group.press(other, "Cancel", here.ada)
            await group.shown("Plan dropped.")
            states = [job.state for job in await group.jobs(here.ada)]

    assert refused == ["This belongs to somebody else."] * 2
    assert draft.state is JobState.DRAFT
    assert (pressed, dropped) == ("", "")
    assert "2. 1.5 s: it lands" in plan.history[0].text
    assert "Done in" in plan.text
    assert (job.request.seconds, job.request.ratio) == (3, "9:16")
    assert states == [JobState.CANCELLED, JobState.DONE]
    assert len(group.posts("video")) == 1
    assert here.harness.paid == 1


async def test_nothing_that_costs_is_done_again_when_telegram_tells_it_twice(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        one, two, inbox = (
            telegram_group(here, engine),
            telegram_group(here, engine, 1),
            here.telegram.inbox,
        )
        await one.order(here.ada, VIDEO)
        (video,) = one.posts("video")
        for group, text in (
            (one, "/character tom"),
            (one, f"{IMAGE} a cat"),
            (two, "/remix in snow"),
            (two, "/again"),
            (two, "/retry"),
        ):
            inbox.put("message", group.say(here.ada, text).describe())
        query = here.telegram.press(video, "Again", here.ada)
        inbox.put("callback_query", inbox.pending[-1]["callback_query"])
        await here.telegram.until(
            lambda: len(one.posts("video")) == len(two.posts("video")) == 2 and not inbox.pending
        )
        await engine.idle()
        said = [post.text for group in (one, two) for post in here.written(group.group)]

    assert query.answers
    assert here.harness.paid == 6
    assert sum("Write @tom" in text for text in said) == 1
    assert sum("You have no failed job" in text for text in said) == 1
