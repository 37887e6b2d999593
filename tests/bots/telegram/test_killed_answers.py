"""Answers of processes that are killed: nothing is there twice, and no button is dead."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.cli import running
from tests.fakes.talk_gateway import TalkGateway, talk_gateway
from tests.fakes.telegram.chat import TelegramChat, TelegramMessage, TelegramUser
from tests.fakes.telegram.server import HeldAnswer, TelegramServer, telegram_server

pytestmark = pytest.mark.slow

GROUP = -1001
ASK = "/ask what is the sea?"
REST, STOPPED = "Show the rest", "No answer is being written."
CATALOG = """
[[gateway]]
name = "talk"
env = "TALK"
base_url = "{root}"
[[chat]]
gateway = "talk"
name = "talker"
dialect = "chat_completions"
input_credits = 0
output_credits = 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkingProgram:
    """The program as its operator runs it, with a chat model that says what the test says."""

    folder: Path
    telegram: TelegramServer
    gateway: TalkGateway
    ada: TelegramUser
    chat: TelegramChat

    def bot(self) -> AbstractAsyncContextManager[Process]:
        catalog = self.folder / "talk.toml"
        catalog.write_text(CATALOG.format(root=self.gateway.root), "utf-8")
        variables = {
            "CATALOG_FILES": str(catalog),
            "TALK_API_KEY": "sk-secret-key",
            "TELEGRAM_BOT_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": self.telegram.url,
        }
        return running(self.folder, "run", variables=variables)

    def saying(self, words: str) -> list[TelegramMessage]:
        """The bot's messages that say that."""
        return [post for post in self.telegram.answers(self.chat) if words in post.text]

    async def shown(self, words: str) -> TelegramMessage:
        (message,) = await self.telegram.until(lambda: self.saying(words))
        return message

    async def drafted(self, words: str) -> None:
        await self.telegram.until(lambda: any(words in each.text for each in self.chat.drafted))

    async def told(self, message: TelegramMessage, words: str) -> None:
        """Wait until a message says that."""
        await self.telegram.until(lambda: words in message.text)

    async def press(self, message: TelegramMessage, label: str) -> str:
        """Press a button; gives what the person is told over the chat."""
        query = self.telegram.press(message, label, self.ada)
        await self.telegram.until(lambda: query.answers)
        return str(query.answers[-1].get("text", ""))


@asynccontextmanager
async def program(folder: Path, *, shared: bool = False) -> AsyncGenerator[TalkingProgram]:
    async with talk_gateway() as gateway, telegram_server() as telegram:
        ada = telegram.user(7)
        chat = telegram.group(GROUP) if shared else telegram.private(ada)
        yield TalkingProgram(folder=folder, telegram=telegram, gateway=gateway, ada=ada, chat=chat)
        assert telegram.violations == []
        assert gateway.asked <= 1


async def kill(process: Process, held: HeldAnswer) -> None:
    """Kill the program when the platform has done what it was asked for, and not told so."""
    async with asyncio.timeout(90):
        await held.reached.wait()
    process.kill()
    await process.wait()


def labels(message: TelegramMessage) -> list[str]:
    return [button["text"] for button in message.buttons]


async def test_an_answer_whose_post_was_not_confirmed_is_not_there_twice(tmp_path: Path) -> None:
    async with program(tmp_path) as here:
        async with here.bot() as process:
            here.telegram.say(here.chat, here.ada, ASK)
            stand_in = await here.shown("is thinking")
            await here.gateway.say("It is salty.")
            await here.drafted("salty")
            held = here.telegram.hold("sendMessage")
            await here.gateway.end()
            await kill(process, held)
        async with here.bot():
            await here.told(stand_in, "right below")
            once = here.saying("salty")
            offered = labels(stand_in)
            await here.press(stand_in, REST)
            await here.told(stand_in, "salty")
            await here.telegram.until(lambda: not stand_in.buttons)

        assert (len(once), offered) == (1, [REST])
        assert len(here.telegram.answers(here.chat)) == 2


async def test_a_stand_in_that_was_to_be_taken_away_is_taken_away(tmp_path: Path) -> None:
    async with program(tmp_path) as here:
        async with here.bot() as process:
            here.telegram.say(here.chat, here.ada, ASK)
            stand_in = await here.shown("is thinking")
            await here.gateway.say("It is salty.")
            await here.drafted("salty")
            here.telegram.refuse("deleteMessage", "Bad Request: the process is gone by then")
            held = here.telegram.hold("deleteMessage")
            await here.gateway.end()
            await kill(process, held)
        before = list(here.telegram.answers(here.chat))
        async with here.bot():
            await here.telegram.until(lambda: stand_in.id not in here.chat.posts)

        assert stand_in in before
        assert here.telegram.answers(here.chat) == here.saying("salty") != []


async def test_a_file_whose_post_was_not_confirmed_is_not_posted_again_by_itself(
    tmp_path: Path,
) -> None:
    async with program(tmp_path, shared=True) as here:
        async with here.bot() as process:
            here.telegram.say(here.chat, here.ada, ASK)
            held = here.telegram.hold("sendDocument")
            await here.gateway.say("salty " * 5000)
            await here.gateway.end()
            await kill(process, held)
        async with here.bot():
            last = here.saying("in the file below")[0]
            await here.telegram.until(lambda: last.buttons)
            offered, posted = labels(last), len(here.telegram.called("sendDocument"))
            await here.press(last, REST)
            await here.telegram.until(lambda: len(here.telegram.called("sendDocument")) == 2)
            await here.telegram.until(lambda: not last.buttons)

        assert (offered, posted) == ([REST], 1)


async def test_a_page_that_may_be_there_is_not_begun_again_and_its_stop_is_no_dead_end(
    tmp_path: Path,
) -> None:
    async with program(tmp_path, shared=True) as here:
        async with here.bot() as process:
            here.telegram.say(here.chat, here.ada, ASK)
            first = await here.shown("is thinking")
            held = here.telegram.hold("sendMessage")
            await here.gateway.say("salty " * 1000)
            await kill(process, held)
        async with here.bot():
            await here.telegram.until(lambda: labels(first) == [REST])
            (_, second) = pages = here.telegram.answers(here.chat)
            dead = labels(second)
            answered = await here.press(second, "Stop")
            await here.told(second, "stands in another message")

        assert (pages[0], dead, answered) == (first, ["Stop"], STOPPED)
        assert second.buttons == []


async def test_a_question_that_was_not_yet_asked_ends_and_its_stop_is_no_dead_end(
    tmp_path: Path,
) -> None:
    async with program(tmp_path) as here:
        async with here.bot() as process:
            held = here.telegram.hold("sendMessage")
            here.telegram.say(here.chat, here.ada, ASK)
            await kill(process, held)
        async with here.bot():
            told = await here.shown("restarted")
            (dead, _) = here.telegram.answers(here.chat)
            answered = await here.press(dead, "Stop")
            await here.told(dead, "stands in another message")

        assert answered == STOPPED
        assert (dead.buttons, labels(told)) == ([], ["Ask again"])
        assert here.gateway.asked == 0
