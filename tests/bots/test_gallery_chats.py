"""What is made again on a page comes to the chat that it came from, on every platform."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from discord import ChannelType, Permissions
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bots.discord.conversation import NAME as DISCORD
from bots.telegram.conversation import NAME as TELEGRAM
from core.i18n import Locale, translate
from core.jobs import Job, JobState
from core.platform import ConversationRef, User
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.discord.deferring_bot import DeferringBotHarness, deferring_bot
from tests.fakes.discord.wire import Json
from tests.fakes.engine_harness import EngineHarness, stored
from tests.fakes.guests import guest
from tests.fakes.movies import make_movie
from tests.fakes.page_lab import PUBLIC, PageLab, is_refusal, pages_of
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness, telegram_bot
from tests.fakes.telegram.chat import TelegramChat

VIDEO = "/video@Clips_Bot --model sandbox-video 1s a cat"
PRIVATE = VIDEO.replace("/video@Clips_Bot", "/video@Clips_Bot private")


async def once_more(lab: PageLab, user: User) -> tuple[Job, Job]:
    """The last result of somebody, and what it has become when it was made again."""
    (job,) = await lab.engine.jobs_of(user)
    someone = await guest(lab, user)
    answer = await someone.post("/again", of=job.id)
    assert not is_refusal(answer)
    await lab.engine.idle()
    (new,) = [each for each in await lab.engine.jobs_of(user) if each.id != job.id]
    return job, new


def ada(here: TelegramBotHarness) -> User:
    return User(platform=TELEGRAM, id=str(here.ada.id))


@asynccontextmanager
async def telegram_pages(
    folder: Path, order: str = VIDEO
) -> AsyncGenerator[tuple[TelegramBotHarness, TelegramChat, PageLab]]:
    """Pages, and a group in which Ada has ordered a video that is there by now."""
    async with telegram_bot(folder) as here:
        here.harness.public_url = PUBLIC
        group = here.telegram.group(GROUP)
        async with here.bot() as engine, pages_of(here.harness, engine) as lab:
            here.telegram.say(group, here.ada, order)
            await here.telegram.until(lambda: here.videos() or here.videos(group))
            await engine.idle()
            yield here, group, lab


async def test_on_telegram_it_stays_in_its_topic(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        here.harness.public_url = PUBLIC
        group = here.telegram.group(GROUP, forum=True)
        topic = here.telegram.topic(group, here.ada)
        async with here.bot() as engine:
            here.telegram.say(group, here.ada, VIDEO, thread=topic)
            await here.telegram.until(lambda: here.videos(group))
            await engine.idle()
        # A later process knows of it as much as the row says.
        async with here.bot() as engine, pages_of(here.harness, engine) as lab:
            await once_more(lab, ada(here))

        assert [video.thread for video in here.videos(group)] == [topic, topic]
        assert here.written() == []


async def test_on_telegram_what_is_private_comes_to_the_persons_own_chat(tmp_path: Path) -> None:
    async with telegram_pages(tmp_path, PRIVATE) as (here, group, lab):
        await once_more(lab, ada(here))

        assert (len(here.videos()), here.written(group)) == (2, [])


async def refused(lab: PageLab, user: User) -> str:
    """What somebody is told who may not make their last result again."""
    (job,) = await lab.engine.jobs_of(user)
    answer = await (await guest(lab, user)).post("/again", of=job.id)
    assert is_refusal(answer)
    assert len(await lab.engine.jobs_of(user)) == 1
    return answer.text


async def test_on_telegram_who_has_left_a_group_orders_nothing_into_it(tmp_path: Path) -> None:
    async with telegram_pages(tmp_path) as (here, group, lab):
        del group.members[here.ada.id]
        said = await refused(lab, ada(here))

        assert translate(Locale.EN, "chat-left") in said
        assert len(here.videos(group)) == 1


def ann(here: DeferringBotHarness) -> User:
    return User(platform=DISCORD, id=str(here.ann.id))


@asynccontextmanager
async def discord_pages(folder: Path) -> AsyncGenerator[tuple[DeferringBotHarness, PageLab]]:
    options = SandboxOptions(state_dir=folder / "sandbox", speed=200, short_side=96, fps=8)
    async with deferring_bot(folder) as here, serve(options) as root:
        harness = EngineHarness(
            folder=folder, root=root, platforms={DISCORD: here.platform}, public_url=PUBLIC
        )
        async with harness.engine() as engine, pages_of(harness, engine) as lab:
            yield here, lab


async def finished(
    here: DeferringBotHarness, lab: PageLab, place: ConversationRef, *, private: bool
) -> None:
    """Ann has the result of an order at that place."""
    film = make_movie(lab.harness.folder / "film.mp4", 64, 64, 0.5)
    job = replace(lab.harness.job(), user=ann(here), conversation=replace(place, owner=""))
    await lab.finished(film, of=job, private=private)


def files_in(here: DeferringBotHarness, messages: Sequence[Json]) -> list[int]:
    """How many files each of the messages has that has any."""
    return [len(files) for each in messages if (files := here.files(each))]


@pytest.mark.parametrize("private", [False, True])
async def test_on_discord_what_one_person_saw_comes_to_them_without_any_interaction(
    tmp_path: Path, *, private: bool
) -> None:
    async with discord_pages(tmp_path) as (here, lab):
        await finished(here, lab, here.private, private=private)
        _, new = await once_more(lab, ann(here))

        assert (await stored(lab.engine, new.id)).state is JobState.DONE
        assert here.messages() == []
        assert files_in(here, here.direct()) == [1]


async def test_on_discord_what_all_saw_comes_to_its_channel(tmp_path: Path) -> None:
    async with discord_pages(tmp_path) as (here, lab):
        await finished(here, lab, here.public, private=False)
        await once_more(lab, ann(here))

        assert files_in(here, here.messages()) == [1]
        assert here.direct() == []


async def test_on_discord_what_is_private_in_a_channel_is_not_shown_there(tmp_path: Path) -> None:
    async with discord_pages(tmp_path) as (here, lab):
        await finished(here, lab, here.public, private=True)
        await once_more(lab, ann(here))

        assert here.messages() == []
        assert files_in(here, here.direct()) == [1]


async def test_on_discord_who_has_left_a_server_orders_nothing_into_it(tmp_path: Path) -> None:
    async with discord_pages(tmp_path) as (here, lab):
        await finished(here, lab, here.public, private=False)
        here.server.world.backend.remove_member(here.guild.id, here.ann.id)
        said = await refused(lab, ann(here))

        assert translate(Locale.EN, "chat-left") in said
        assert here.messages() == []


def hide(here: DeferringBotHarness, *, thread: bool) -> str:
    """Let only the bot see a channel, or a private thread of it; gives what Ann ordered in."""
    backend, bot = here.server.world.backend, here.server.world.backend.bot_user.id
    if thread:
        kind = ChannelType.private_thread.value
        return str(backend.create_thread(here.channel.id, "few", bot, type=kind).id)
    sight = Permissions(view_channel=True).value
    backend.set_overwrite(
        here.channel.id, Overwrite(here.guild.id, OverwriteType.ROLE, deny=sight)
    )
    backend.set_overwrite(here.channel.id, Overwrite(bot, OverwriteType.MEMBER, allow=sight))
    return str(here.channel.id)


@pytest.mark.parametrize("thread", [False, True])
async def test_on_discord_who_sees_a_channel_no_more_orders_nothing_into_it(
    tmp_path: Path, *, thread: bool
) -> None:
    async with discord_pages(tmp_path) as (here, lab):
        hidden = hide(here, thread=thread)
        await finished(here, lab, replace(here.public, thread=hidden), private=False)
        said = await refused(lab, ann(here))
        here.forget()
        backend = here.server.world.backend
        if thread:
            backend.add_thread_member(int(hidden), here.ann.id)
        else:
            sight = Permissions(view_channel=True).value
            backend.set_overwrite(
                here.channel.id, Overwrite(here.ann.id, OverwriteType.MEMBER, allow=sight)
            )
        sees = await here.platform.is_among(ann(here), replace(here.public, thread=hidden))

        assert translate(Locale.EN, "chat-left") in said
        assert files_in(here, here.messages()) == []
        assert sees


async def test_on_discord_what_one_person_saw_is_theirs_wherever_they_are(tmp_path: Path) -> None:
    async with discord_pages(tmp_path) as (here, lab):
        await finished(here, lab, here.private, private=False)
        here.server.world.kick(here.guild)
        await once_more(lab, ann(here))

        assert files_in(here, here.direct()) == [1]


async def test_on_discord_nothing_is_ordered_while_it_does_not_say_who_is_there(
    tmp_path: Path,
) -> None:
    async with discord_pages(tmp_path) as (here, lab):
        await finished(here, lab, here.public, private=False)
        here.server.refuse("GET /guilds/*/members/*", 403, 50001, "Missing Access")
        said = await refused(lab, ann(here))
        await once_more(lab, ann(here))

    assert translate(Locale.EN, "members-later") in said


async def test_on_telegram_it_is_asked_once_in_a_while_who_is_there(tmp_path: Path) -> None:
    async with telegram_pages(tmp_path) as (here, _, lab):
        _, new = await once_more(lab, ada(here))
        here.telegram.refuse("getChatMember", "Bad Gateway", 502)
        someone = await guest(lab, ada(here))
        answer = await someone.post("/again", of=new.id)
        await lab.engine.idle()

    assert answer.status_code == 200
