"""Broadcasts over real clients: seen, confirmed, sent once to each chat, also by two processes."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from simcord.builders import ChannelHandle

from core.jobs import JobState
from core.people.access import Policy
from core.platform import ConversationRef, User
from tests.fakes.cli import run, running
from tests.fakes.discord.bot import discord_bot
from tests.fakes.discord.people import raw_channel
from tests.fakes.discord.server import DiscordServer
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.telegram.bot import GROUP, telegram_bot
from tests.fakes.telegram.server import TelegramServer, telegram_server

BYE = "The bot is down at noon."
SAID = f"/broadcast {BYE}"
CHATS = 40
AT_ONCE = 16


async def used(harness: EngineHarness, user: User, chat: int, thread: str = "") -> None:
    """Leave a finished job of somebody in a chat."""
    place = ConversationRef(platform=user.platform, chat=str(chat), thread=thread)
    done = replace(harness.job(), state=JobState.DONE, told=True, created_at=time.time())
    await harness.leave(replace(done, user=user, conversation=place))


async def test_on_telegram_the_admin_sees_it_grow_and_who_has_blocked_the_bot_is_counted(
    tmp_path: Path,
) -> None:
    async with telegram_bot(tmp_path) as here:
        telegram = here.telegram
        here.harness.policy = Policy(admins=frozenset({"telegram:7"}))
        eve, bob = telegram.user(9), telegram.user(10)
        group, hers, his = telegram.group(GROUP), telegram.private(eve), telegram.private(bob)
        his.forbidden = "Forbidden: bot was blocked by the user"
        for chat, user in ((group, eve), (hers, eve), (his, bob)):
            await used(here.harness, User(platform="telegram", id=str(user.id)), chat.id)
        async with here.bot():
            telegram.say(here.chat, here.ada, SAID)
            shown = await here.until_shown("3 chats have used this bot")
            spot = telegram.say(group, eve, "hello")
            (data,) = [button["callback_data"] for button in shown.buttons]
            forged = telegram.forge(spot, data, eve)
            await telegram.until(lambda: forged.answers)
            before = len(telegram.called("sendMessage"))
            telegram.press(shown, "Send to 3 chats", here.ada)
            await telegram.until(lambda: "Broadcast: done" in shown.text)

    assert forged.answers[0]["text"] == "Only this bot's admins can do that."
    assert before == 1
    assert shown.text == "Broadcast: done. Sent to 2 of 3 chats. 1 could not be reached."
    assert [[post.text for post in here.written(chat)] for chat in (group, hers, his)] == [
        [BYE], [BYE], [],
    ]  # fmt: skip
    assert shown.buttons == []


async def test_on_discord_it_comes_into_the_channel_that_was_used_last(tmp_path: Path) -> None:
    async with discord_bot(tmp_path) as here:
        here.harness.policy = Policy(admins=frozenset({f"discord:{here.ada.id}"}))
        eve = here.guild.add_member(here.server.world.create_user("eve"))
        other = here.guild.create_text_channel("other")
        for channel in (other, here.channel):
            await used(here.harness, here.person(eve), here.guild.id, str(channel.id))
        direct = here.ada.user.dm_channel
        async with here.bot():
            await here.ada.send(here.channel, f"<@{here.bot_id}> {SAID}")
            await here.until_shown("only for admins to see")
            await here.ada.user.send_dm(SAID)
            shown = await here.until_shown("One chat has used this bot", direct.id)
            button = shown["components"][0]["components"][0]["custom_id"]
            where = raw_channel(here.server.world, direct)
            where.press(here.ada, int(shown["id"]), button)
            told = await here.until_shown("Broadcast: done. Sent to 1 of 1", direct.id)
            where.press(here.ada, int(shown["id"]), button)
            await here.server.until(lambda: len(here.server.called("POST /interactions/*")) == 2)

    assert told["id"] == shown["id"]
    assert here.shows(BYE)
    assert here.messages(other.id) == []


def variables(
    harness: EngineHarness, telegram: TelegramServer, discord: DiscordServer
) -> Mapping[str, str]:
    return {
        "ADMINS": "telegram:7",
        "DATABASE_URL": harness.database_url,
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "DISCORD_BOT_TOKEN": discord.token,
        "DISCORD_API_URL": discord.api,
    }


@pytest.mark.slow
async def test_a_process_that_is_killed_while_it_sends_sends_nothing_twice(
    tmp_path: Path,
) -> None:
    harness = EngineHarness(folder=tmp_path, root="")
    async with telegram_server() as telegram, DiscordServer() as discord:
        ada = telegram.user(7)
        chat = telegram.private(ada)
        people = [telegram.user(100 + number) for number in range(CHATS)]
        chats = [telegram.private(person) for person in people]
        guild = discord.world.create_guild("Films")
        channels = [guild.create_text_channel(f"clips-{number}") for number in range(2)]
        for person in people:
            await used(harness, User(platform="telegram", id=str(person.id)), person.id)
        eve = User(platform="discord", id="5")
        await used(harness, eve, guild.id, str(channels[0].id))
        given = variables(harness, telegram, discord)

        def got() -> Counter[int]:
            return Counter(
                each.id for each in chats for post in telegram.answers(each) if post.text == BYE
            )

        async with running(tmp_path, "run", variables=given) as process, asyncio.timeout(120):
            telegram.say(chat, ada, SAID)
            await telegram.until(lambda: any(post.buttons for post in telegram.answers(chat)))
            (shown,) = telegram.answers(chat)
            telegram.press(shown, f"Send to {CHATS + 1} chats", ada)
            await telegram.until(lambda: len(got()) >= CHATS // 4)
            # It has come, but nobody learns that.
            held = telegram.hold("sendMessage")
            await held.reached.wait()
            process.kill()
            await process.wait()
        before = got()
        async with running(tmp_path, "run", variables=given), asyncio.timeout(120):
            await telegram.until(lambda: "Broadcast: done" in shown.text)

        assert CHATS // 4 <= len(before) < CHATS
        # What was on its way when the process was killed counts as sent, arrived or not.
        assert set(got().values()) == {1}
        assert before.keys() < got().keys()
        assert CHATS - len(got()) <= begun(tmp_path) <= AT_ONCE
        sent = CHATS + 1 - begun(tmp_path)
        assert shown.text.startswith(f"Broadcast: done. Sent to {sent} of {CHATS + 1} chats. ")
        assert f" {begun(tmp_path)} may have got it." in shown.text
        assert [len(said(discord, channel)) for channel in channels] == [1, 0]
        assert len(telegram.answers(chat)) == 1


def begun(folder: Path) -> int:
    """How many chats may have it although nobody was told so."""
    with closing(sqlite3.connect(folder / "jobs.db")) as database:
        query = "SELECT count(*) FROM recipients WHERE receipt = 'begun'"
        ((count,),) = database.execute(query)
    return int(count)


def said(discord: DiscordServer, channel: ChannelHandle) -> list[str]:
    """The broadcasts in a channel."""
    found = discord.world.backend.messages[channel.id].values()
    return [message.content for message in found if message.content == BYE]


@pytest.mark.slow
async def test_what_the_console_has_confirmed_is_sent_when_the_platforms_are_served(
    tmp_path: Path,
) -> None:
    harness = EngineHarness(folder=tmp_path, root="")
    async with telegram_server() as telegram, DiscordServer() as discord:
        eve = telegram.user(9)
        hers = telegram.private(eve)
        await used(harness, User(platform="telegram", id="9"), hers.id)
        given = variables(harness, telegram, discord)
        shown = await run(tmp_path, "chat", said=f"{SAID}\n", variables=given)
        typed = next(line for line in shown.out.splitlines() if "/send --of" in line)
        line = f"/send{typed.partition('/send')[2]}"
        confirmed = await run(tmp_path, "chat", said=f"{line}\n", variables=given)
        async with running(tmp_path, "run", variables=given) as process, asyncio.timeout(120):
            await telegram.until(lambda: telegram.answers(hers))
            # In order: it has to hear that the chat has it.
            process.terminate()
            await process.wait()
        later = await run(tmp_path, "chat", said="/status\n", variables=given)

        assert [post.text for post in telegram.answers(hers)] == [BYE]
    assert "One chat has used this bot" in shown.out
    assert "sent to 0 of 1 chat" in confirmed.out
    assert "Broadcast: done. Sent to 1 of 1" in later.out
