"""Sharing: one's own results in any chat, each as what it is, and nobody else's."""

from dataclasses import replace
from pathlib import Path

from core.engine.engine import Engine
from core.jobs import Job, JobState
from core.platform import MessageRef, User
from tests.fakes.engine_harness import stored_when
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness, picture, telegram_bot
from tests.fakes.telegram.chat import TelegramUser
from tests.fakes.telegram.files import uploaded

VIDEO = "/video --model sandbox-video 1s a cat"


def user(person: TelegramUser) -> User:
    return User(platform="telegram", id=str(person.id))


async def done_job(here: TelegramBotHarness, engine: Engine, text: str) -> Job:
    """A video in a group, which may be written to more often."""
    group = here.telegram.group(GROUP)
    places = (group, here.chat)  # what is private comes to her own chat

    def count() -> int:
        return sum(len(here.videos(place)) for place in places)

    before = count()
    here.telegram.say(group, here.ada, text)
    await here.telegram.until(lambda: count() > before)
    (job, *_) = await engine.jobs_of(user(here.ada))
    return await stored_when(engine, job.id, lambda job: job.is_ended)


async def test_inline_mode_lists_ones_own_videos_and_keeps_private_ones_quiet(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        cat = await done_job(here, engine, VIDEO)
        dog = await done_job(here, engine, "/video --model sandbox-video private 1s a dog")
        eve = here.telegram.user(9)

        everything, cats, by_id, hers = (
            here.telegram.inline(person, typed)
            for person, typed in (
                (here.ada, ""),
                (here.ada, "CAT sandbox"),
                (here.ada, dog.id[:8]),
                (eve, ""),
            )
        )
        asked = (everything, cats, by_id, hers)
        await here.telegram.until(lambda: all(query.answers for query in asked))
        listed = [[r["title"] for r in query.answers[0]["results"]] for query in asked]
        captions = [r.get("caption") for r in everything.answers[0]["results"]]

    assert listed == [["a dog", "a cat"], ["a cat"], ["a dog"], []]
    assert captions == [None, "sandbox-video · a cat"]
    assert all(query.answers[0]["is_personal"] for query in asked)
    assert cat.delivered
    kind, _, file_id = cat.delivered.files[0].partition(":")
    assert kind == "video"
    assert everything.answers[0]["results"][1]["video_file_id"] == file_id


async def test_share_offers_the_button_for_the_video_that_is_replied_to(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        here.telegram.say(here.chat, here.ada, "/share")
        await here.until_shown("You have no finished video")
        job = await done_job(here, engine, VIDEO)
        group = here.telegram.group(GROUP)
        here.telegram.say(group, here.ada, "/share", reply_to=here.videos(group)[0])
        offer = await here.until_shown("Press the button", group)

    (button,) = offer.buttons
    assert button["switch_inline_query"] == job.id[:8]


async def test_the_link_of_a_page_unfolds_and_no_other_does(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.public_url = "https://bot.example"
        async with here.bot() as engine:
            await done_job(here, engine, VIDEO)
            here.telegram.say(here.chat, here.ada, "/share")
            await here.until_shown("https://bot.example/v/")
        sent = here.telegram.called("sendMessage")

    folded = {"/v/" in call.params["text"]: "link_preview_options" in call.params for call in sent}
    assert folded == {True: False, False: True}


async def test_any_message_of_an_album_can_be_replied_to_and_no_other(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        album = await done_job(here, engine, "/video --model apiyi/veo-3.1 x2 a dog")
        cat = await done_job(here, engine, VIDEO)
        group = here.telegram.group(GROUP)
        await here.until_shown("Done in", group)
        posts = here.telegram.answers(group)
        (below,) = [p for p in posts if p.reply_to in here.videos(group)]
        offered: list[str] = []
        for post in (*here.videos(group), below):
            before = len(here.written(group))
            here.telegram.say(group, here.ada, "/share", reply_to=post)
            await here.telegram.until(lambda before=before: len(here.written(group)) > before)
            (button,) = here.written(group)[-1].buttons
            offered.append(button["switch_inline_query"])

    assert offered == [album.id[:8], album.id[:8], cat.id[:8], album.id[:8]]


async def test_each_result_is_offered_as_what_telegram_made_of_it(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        files = here.telegram.world.files
        film = files.keep("video", uploaded("1.mp4", b"film", "video/mp4"))
        raw = files.keep("document", uploaded("2.mp4", b"raw", "video/mp4"))
        photo = files.keep_photo(uploaded("3.jpg", picture()))
        job = replace(
            here.harness.job("a cat"), user=user(here.ada), state=JobState.DONE, told=True
        )
        names = (f"video:{film.id}", f"document:{raw.id}", f"photo:{photo.id}", "odd:1", "older")
        delivered = MessageRef(conversation=job.conversation, id="1", files=names)
        await here.harness.leave(replace(job, delivered=delivered))
        async with here.bot():
            query = here.telegram.inline(here.ada, "cat")
            (answer,) = await here.telegram.until(lambda: query.answers)

    assert [result["type"] for result in answer["results"]] == ["video", "document", "photo"]
