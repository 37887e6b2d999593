"""A stop in the middle of an order: the next start finds all of it, in however many messages."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr
from telegram import Update

from bots.telegram.connection import TelegramAccount, connect
from bots.telegram.intake import UpdateIntake
from core.arrivals import Arrival
from core.calls import NobodyCalls
from core.engine.engine import Engine
from core.jobs import Job
from core.platform import User
from storage.arrivals import SqlArrivalStore
from storage.database import open_database
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness, picture, telegram_bot
from tests.fakes.telegram.server import telegram_server

VIDEO = "/video --model sandbox-video 1s a cat"
ALBUM = "/video a cat"


async def jobs_of(here: TelegramBotHarness, engine: Engine) -> Sequence[Job]:
    await here.until_shown("Done in")
    return await engine.jobs_of(User(platform="telegram", id=str(here.ada.id)))


async def test_what_was_forwarded_behind_a_command_is_found_again(tmp_path: Path) -> None:
    async with telegram_bot(tmp_path) as here:
        held = here.telegram.hold("getFile")
        async with here.bot():
            here.telegram.say(here.chat, here.ada, VIDEO)
            eve = here.telegram.user(9, "Eve")
            here.telegram.say(here.chat, here.ada, photo=picture(80), origin=eve)
            async with asyncio.timeout(90):
                await held.reached.wait()
        async with here.bot() as engine:
            (job,) = await jobs_of(here, engine)

    assert [image.width for image in job.request.images] == [80]
    assert here.harness.paid == 1


@pytest.mark.slow
@pytest.mark.parametrize("captioned", [0, 1, None])
async def test_all_pictures_of_an_album_are_found_again(
    tmp_path: Path, captioned: int | None
) -> None:
    async with telegram_bot(tmp_path) as here:
        held = here.telegram.hold("getFile")
        async with here.bot():
            pictures = [picture(80), picture(81)]
            here.telegram.album(here.chat, here.ada, pictures, ALBUM, captioned=captioned)
            async with asyncio.timeout(90):
                await held.reached.wait()
        async with here.bot() as engine:
            (job,) = await jobs_of(here, engine)

    assert [image.width for image in job.request.images] == [80, 81]
    assert here.harness.paid == 1


async def test_the_rest_of_a_long_prompt_is_found_again(tmp_path: Path) -> None:
    # The desktop app cuts between words, far before the limit.
    begin = f"{VIDEO} " + "meow " * 500
    async with telegram_bot(tmp_path) as here:
        held = here.telegram.hold("getFile")
        async with here.bot():
            photo = here.telegram.say(here.chat, here.ada, photo=picture(80))
            here.telegram.say(here.chat, here.ada, begin, reply_to=photo)
            here.telegram.say(here.chat, here.ada, "and a dog")
            async with asyncio.timeout(90):
                await held.reached.wait()
        async with here.bot() as engine:
            (job,) = await jobs_of(here, engine)

    assert job.request.prompt.endswith("and a dog")
    assert here.harness.paid == 1


@pytest.mark.slow
async def test_no_part_of_a_long_order_is_left_alone_by_a_kill_when_it_is_done(
    tmp_path: Path,
) -> None:
    begin, rest = f"{VIDEO} " + "meow " * 500, "1s portrait and a dog"
    # As if the process had been killed when the first part was let go of, and the rest was not.
    keep = f"""CREATE TRIGGER kill BEFORE UPDATE OF body ON arrivals
        WHEN NEW.body IS NULL AND OLD.body LIKE '%{rest}%'
        BEGIN SELECT RAISE(ABORT, 'killed'); END"""
    async with telegram_bot(tmp_path) as here:
        async with here.bot() as engine:
            with closing(sqlite3.connect(tmp_path / "jobs.db")) as database:
                database.execute(keep)
            here.telegram.say(here.chat, here.ada, begin)
            here.telegram.say(here.chat, here.ada, rest)
            (job,) = await jobs_of(here, engine)
        with closing(sqlite3.connect(tmp_path / "jobs.db")) as database:
            database.execute("DROP TRIGGER kill")
        said = len(here.written())
        async with here.bot() as engine:
            here.telegram.say(here.chat, here.ada, "/status")
            await here.until_shown("You have no jobs running")
        async with here.bot() as engine:
            await engine.idle()

        assert job.request.prompt.endswith(rest)
        assert here.harness.paid == 1
        assert len(here.written()) == said + 1


async def test_what_is_forwarded_in_a_group_belongs_to_the_command_of_who_forwards(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here, here.bot() as engine:
        group = here.telegram.group(GROUP)
        # An admin sees all, whatever the privacy mode.
        here.telegram.admin(group, here.telegram.me)
        eve = here.telegram.user(9, "Eve")
        here.telegram.say(group, here.ada, VIDEO)
        here.telegram.say(group, eve, photo=picture(70), origin=eve)
        here.telegram.say(group, here.ada, photo=picture(80), origin=eve)
        await here.until_shown("Done in", group)
        (job,) = await engine.jobs_of(User(platform="telegram", id=str(here.ada.id)))

    assert [image.width for image in job.request.images] == [80]


@dataclass
class TakenUpdates:
    """Takes note of what it was given."""

    ids: list[int] = field(default_factory=list[int])

    async def take(self, update: Update) -> None:
        self.ids.append(update.update_id)

    async def apologize(self, update: Update, incident: str) -> None:
        del update, incident


async def test_what_is_brought_while_a_start_looks_at_what_is_left_is_begun_once(
    tmp_path: Path,
) -> None:
    taken = TakenUpdates()
    async with telegram_server() as telegram, open_database(f"sqlite:///{tmp_path}/a.db") as rows:
        account = TelegramAccount(token=SecretStr(telegram.token), api_url=telegram.url)
        async with connect(account) as bot:
            intake = UpdateIntake(bot, SqlArrivalStore(rows), taken, NobodyCalls())
            async with asyncio.timeout(90):
                # Stored first, and found in store before it is begun with.
                await asyncio.gather(intake.take([{"update_id": 1}]), intake.resume())
            await intake.close(30)

    assert taken.ids == [1]


@dataclass
class EndlessHandler(TakenUpdates):
    """Never ends with what it was given."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, update: Update) -> None:
        await super().take(update)
        self.begun.set()
        await asyncio.Event().wait()


async def test_however_often_it_is_stopped_in_order_what_takes_long_is_begun_again(
    tmp_path: Path,
) -> None:
    taken = EndlessHandler()
    async with telegram_server() as telegram, open_database(f"sqlite:///{tmp_path}/a.db") as rows:
        account = TelegramAccount(token=SecretStr(telegram.token), api_url=telegram.url)
        store = SqlArrivalStore(rows)
        async with connect(account) as bot, asyncio.timeout(90):
            await store.keep("telegram", [Arrival(id=f"{bot.id}/1", body='{"update_id": 1}')])
            for _ in range(5):
                intake = UpdateIntake(bot, store, taken, NobodyCalls())
                taken.begun.clear()
                await intake.resume()
                await taken.begun.wait()
                await intake.close(0)

    assert taken.ids == [1] * 5
