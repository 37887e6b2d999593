"""The bot in this loop, between a Telegram stand-in and a gateway on this machine."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

from PIL import Image
from pydantic import SecretStr

from bots.telegram.adapter import TelegramAdapter
from bots.telegram.connection import TelegramAccount, connect, listen
from bots.telegram.conversation import NAME, TelegramPlatform
from bots.telegram.intake import UpdateIntake
from bots.telegram.limits import PRIVATE
from bots.telegram.richness import RichServer
from bots.telegram.stars import StarsPrice
from core.commands import COMMANDS, Commands
from core.engine.engine import Engine
from core.i18n import Locale
from sandbox.options import SandboxOptions
from sandbox.server import serve
from tests.fakes.engine_harness import EngineHarness
from tests.fakes.manual_gateway import ManualGateway, open_gateway
from tests.fakes.movies import make_movie
from tests.fakes.noted_outages import NotedOutages
from tests.fakes.talk_gateway import TalkGateway, talk_gateway
from tests.fakes.telegram.chat import TelegramChat, TelegramMessage, TelegramUser
from tests.fakes.telegram.server import TelegramPace, TelegramServer, telegram_server

GROUP = -1001234567890
ALBUM_SECONDS = 0.3
# Less time, for the bot as for the stand-in: the window is counted as ever, and nobody waits five
# seconds for it. A shorter one would not be told to the next process.
HURRIED_PACE = TelegramPace(writes=PRIVATE.writes, seconds=2.0)
HURRIED = replace(PRIVATE, window_seconds=2.05)


@dataclass(slots=True, kw_only=True)
class TelegramBotHarness:
    """Where bots are started, one after the other, on one database and one Telegram."""

    telegram: TelegramServer
    harness: EngineHarness
    ada: TelegramUser
    chat: TelegramChat
    local: bool = False
    rich: bool = False
    stars: StarsPrice | None = None
    outages: NotedOutages = field(default_factory=NotedOutages)
    commands: Commands = field(default_factory=lambda: COMMANDS)

    def __post_init__(self) -> None:
        self.telegram.private_flood = HURRIED_PACE

    @asynccontextmanager
    async def bot(self) -> AsyncGenerator[Engine]:
        """A process's worth of bot; leaving it is an orderly stop."""
        account = TelegramAccount(
            token=SecretStr(self.telegram.token), api_url=self.telegram.url, local=self.local
        )
        async with connect(account) as bot:
            platform = TelegramPlatform(
                bot=bot,
                commands=self.commands,
                private=HURRIED,
                rich=RichServer(is_used=self.rich),
            )
            self.harness.platforms = {NAME: platform}
            async with self.harness.engine() as engine:
                adapter = TelegramAdapter(
                    engine, platform, Locale.EN, ALBUM_SECONDS, self.commands
                )
                if self.stars:
                    adapter.sell(self.stars)
                intake = UpdateIntake(
                    bot, engine.services.arrivals, adapter, engine.services.calls
                )
                async with listen(bot, adapter, account, intake, self.outages):
                    yield engine

    def shows(self, text: str, chat: TelegramChat | None = None) -> TelegramMessage | None:
        """The last message of the bot that has this text in it now."""
        posts = [p for p in self.written(chat) if text in p.text or text in p.caption]
        return posts[-1] if posts else None

    def written(self, chat: TelegramChat | None = None) -> list[TelegramMessage]:
        """What the bot has written, not what others have."""
        me = self.telegram.me
        posts = self.telegram.answers(chat or self.chat)
        return [p for p in posts if p.sender == me or not p.text.startswith("/")]

    def videos(self, chat: TelegramChat | None = None) -> list[TelegramMessage]:
        """The bot's videos."""
        return [p for p in self.written(chat) if p.file and p.file.kind == "video"]

    async def until_shown(self, text: str, chat: TelegramChat | None = None) -> TelegramMessage:
        """Wait until a message of the bot has this text in it."""
        found = await self.telegram.until(lambda: self.shows(text, chat))
        assert found
        return found


@asynccontextmanager
async def telegram_bot(folder: Path) -> AsyncGenerator[TelegramBotHarness]:
    """Everything real; the gateway is fast."""
    options = SandboxOptions(state_dir=folder / "sandbox", speed=200, short_side=96, fps=8)
    async with serve(options) as root, telegram_server() as telegram:
        yield _set(telegram, EngineHarness(folder=folder, root=root))
        assert telegram.violations == []
        assert telegram.floods == []


@asynccontextmanager
async def slow_telegram_bot(
    folder: Path,
) -> AsyncGenerator[tuple[TelegramBotHarness, ManualGateway]]:
    """The same, where the gateway answers only when it is told to."""
    film = make_movie(folder / "film.mp4", 64, 64, 1.0).read_bytes()
    async with open_gateway(film) as gateway, telegram_server() as telegram:
        yield _set(telegram, EngineHarness(folder=folder, root=gateway.root)), gateway
        assert telegram.violations == []
        assert telegram.floods == []


@asynccontextmanager
async def talking_telegram_bot(
    folder: Path,
) -> AsyncGenerator[tuple[TelegramBotHarness, TalkGateway]]:
    """The same, where a chat model says what the test says."""
    async with talk_gateway() as gateway, telegram_server() as telegram:
        yield _set(telegram, EngineHarness(folder=folder, root=gateway.root)), gateway
        assert telegram.violations == []
        assert telegram.floods == []


def _set(telegram: TelegramServer, harness: EngineHarness) -> TelegramBotHarness:
    ada = telegram.user(7, "Ada")
    return TelegramBotHarness(
        telegram=telegram, harness=harness, ada=ada, chat=telegram.private(ada)
    )


def picture(width: int = 64, colour: str = "red") -> bytes:
    """A small JPEG."""
    file = BytesIO()
    Image.new("RGB", (width, 48), colour).save(file, "JPEG")
    return file.getvalue()
