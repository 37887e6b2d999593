"""What Telegram has handed over is not lost, whenever the process is killed, nor done twice."""

import asyncio
import sqlite3
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.orders.ledger import read_ledger
from tests.fakes.cli import running
from tests.fakes.ports import free_port
from tests.fakes.telegram.bot import picture
from tests.fakes.telegram.chat import TelegramChat, TelegramMessage, TelegramUser
from tests.fakes.telegram.server import TelegramServer, telegram_server

pytestmark = pytest.mark.slow
VIDEO = "/video --model veo-3.1 a cat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Whoever starts the bot, kills it, and starts it again; and Ada, who uses it."""

    folder: Path
    telegram: TelegramServer
    variables: dict[str, str]
    ledger: Path
    ada: TelegramUser
    chat: TelegramChat

    @asynccontextmanager
    async def program(self) -> AsyncGenerator[Process]:
        """The program, as soon as it takes updates in."""
        before = len(self._ready)
        async with running(self.folder, "run", variables=self.variables) as process:
            await self.telegram.until(lambda: len(self._ready) > before)
            yield process

    @property
    def _ready(self) -> list[object]:
        way = "setWebhook" if "TELEGRAM_WEBHOOK_URL" in self.variables else "getUpdates"
        return list(self.telegram.called(way))

    @contextmanager
    def full_disk(self) -> Generator[None]:
        """Let nothing be stored."""
        path = self.folder / "data" / "cliprelay.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("BEGIN EXCLUSIVE")
            yield

    async def delivered(self) -> list[TelegramMessage]:
        """The videos, when one is done and nothing waits any more."""
        posts = self.telegram.answers
        await self.telegram.until(lambda: any("Done in" in p.text for p in posts(self.chat)))
        self.telegram.say(self.chat, self.ada, "/characters")
        await self.telegram.until(lambda: not self.telegram.inbox.pending)
        return [post for post in posts(self.chat) if post.file]

    @property
    def paid(self) -> int:
        return len(read_ledger(self.ledger))


@pytest.fixture(params=["polling", "webhook"])
async def operator(
    request: pytest.FixtureRequest, tmp_path: Path, state: Path, gateway: dict[str, str]
) -> AsyncGenerator[Operator]:
    async with telegram_server() as telegram:
        variables = {
            **gateway,
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
        }
        if request.param == "webhook":
            url = f"http://127.0.0.1:{(port := free_port())}/hook"
            variables |= {"TELEGRAM_WEBHOOK_URL": url, "HTTP_PORT": str(port)}
        ada = telegram.user(7)
        yield Operator(
            folder=tmp_path,
            telegram=telegram,
            variables=variables,
            ledger=state,
            ada=ada,
            chat=telegram.private(ada),
        )


async def test_killed_after_it_was_confirmed_and_before_it_was_ordered(
    operator: Operator,
) -> None:
    telegram = operator.telegram
    held = telegram.hold("getFile")
    async with operator.program() as process:
        telegram.say(operator.chat, operator.ada, caption=VIDEO, photo=picture())
        async with asyncio.timeout(90):
            await held.reached.wait()
        await telegram.until(lambda: not telegram.inbox.pending)
        process.kill()
        await process.wait()
    paid = operator.paid
    async with operator.program():
        videos = await operator.delivered()

    assert paid == 0
    assert len(videos) == 1
    assert operator.paid == 1


async def test_killed_while_it_could_not_be_stored(operator: Operator) -> None:
    telegram = operator.telegram
    async with operator.program() as process:
        with operator.full_disk():
            asked = telegram.called("getUpdates")[-1:]
            telegram.say(operator.chat, operator.ada, VIDEO)
            if "TELEGRAM_WEBHOOK_URL" in operator.variables:
                await telegram.until(lambda: telegram.inbox.brought)
            else:
                await telegram.until(lambda: asked[0].status == 200)
            waiting = len(telegram.inbox.pending)
            process.kill()
            await process.wait()
    async with operator.program():
        videos = await operator.delivered()

    assert waiting == 1
    assert len(videos) == 1
    assert operator.paid == 1


async def test_killed_as_soon_as_its_status_is_shown(operator: Operator) -> None:
    telegram = operator.telegram
    held = telegram.hold("sendMessage")
    async with operator.program() as process:
        telegram.say(operator.chat, operator.ada, VIDEO)
        async with asyncio.timeout(90):
            await held.reached.wait()
        process.kill()
        await process.wait()
    async with operator.program():
        videos = await operator.delivered()

    assert len(videos) == 1
    assert operator.paid == 1
