"""The bench with a Telegram that has its limits."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from telegram import Bot, Message
from telegram.error import RetryAfter

from benchmarks.bot_bench import HERE, BotBench, WriteAttempt, open_gateway
from benchmarks.journal import Journal, name_in
from tests.fakes.telegram.chat import TelegramUser
from tests.fakes.telegram.server import TelegramCall, TelegramServer, telegram_server

_GROUP = -1001234567890
_FIRST_PERSON = 1000
_DRAFT = "sendMessageDraft"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryTimes:
    """How long the way from the end of a stream to the video in the chat took, in seconds."""

    total: float
    fetch: float
    probe: float
    post: float


class TelegramPoster:
    """See `BarePoster`. What is refused is dropped, but for the video."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._shown: Message | None = None

    async def send(self, place: int, text: str) -> None:
        self._shown = await self._bot.send_message(place, text)

    async def edit(self, text: str) -> None:
        if self._shown:
            with suppress(RetryAfter):
                await self._shown.edit_text(text)

    async def post(self, place: int, caption: str) -> None:
        while True:
            try:
                await self._bot.send_video(place, b"a film", caption=caption)
            except RetryAfter as error:
                pause = error.retry_after
                await asyncio.sleep(pause if isinstance(pause, int) else pause.total_seconds())
            else:
                return


@dataclass(frozen=True, kw_only=True)
class TelegramBench(BotBench):
    """Where bots are started, between Telegram and the gateway."""

    library = "python-telegram-bot"
    keeps_commands = True

    telegram: TelegramServer
    people: list[TelegramUser] = field(default_factory=list[TelegramUser])

    @property
    def connections(self) -> int:
        return len(self.telegram.called("getUpdates"))

    @property
    def requests(self) -> int:
        return len(self.telegram.calls)

    async def until_connected(self, before: int) -> None:
        await self.telegram.until(lambda: self.connections > before)

    def open_place(self, name: str, *, shared: bool = False) -> int:
        if shared:
            return self.telegram.group(_GROUP - len(self.telegram.world.chats), name).id
        return self.telegram.private(self.newcomer(name)).id

    def command(self, place: int, name: str, prompt: str = "", *, who: str = "ann") -> int:
        """See `BotBench`; the id is the chat's, in which it is the only command."""
        chat = self.telegram.world.chats[place]
        person = chat.person or self.newcomer(who)
        self.telegram.say(chat, person, f"/{name} {prompt}".strip())
        return place

    def newcomer(self, name: str) -> TelegramUser:
        """Somebody who was never there before."""
        self.people.append(self.telegram.user(_FIRST_PERSON + len(self.people), name))
        return self.people[-1]

    async def answered(self, command: int) -> float:
        return (await self.telegram.until(lambda: self.writes(command)))[0].at

    def writes(self, place: int) -> Sequence[WriteAttempt]:
        return [
            _attempt(call) for call in self.wanted() if int(call.params.get("chat_id", 0)) == place
        ]

    def drafts(self, place: int) -> Sequence[WriteAttempt]:
        """What was to be shown in a private chat while it was written."""
        drafts = self.telegram.called(_DRAFT)
        return [_attempt(call) for call in drafts if int(call.params.get("chat_id", 0)) == place]

    def wanted(self) -> Sequence[TelegramCall]:
        """All writes into all chats, refused or not."""
        return [
            call
            for call in self.telegram.calls
            if call.method.startswith(("send", "edit")) and call.method != _DRAFT
        ]

    def posted(self) -> Mapping[str, float]:
        chats = self.telegram.world.chats.values()
        posts = (post for chat in chats for post in self.telegram.answers(chat) if post.file)
        return {name_in(post.caption): post.history[0].at for post in posts}

    @asynccontextmanager
    async def bare_posters(self) -> AsyncGenerator[Callable[[], TelegramPoster]]:
        async with Bot(self.telegram.token, base_url=f"{self.telegram.url}/bot") as bot:
            yield lambda: TelegramPoster(bot)

    def deliveries(self, streams: Iterable[str]) -> list[DeliveryTimes]:
        """The ways of these streams."""
        offers = (call for call in self.telegram.called("sendVideo") if call.status != 429)
        offered = {name_in(call.params.get("caption")): call.at for call in offers}
        posts, journal = self.posted(), self.journal
        return [
            DeliveryTimes(
                total=posts[stream] - journal.ended[stream],
                fetch=journal.fetched[stream] - journal.ended[stream],
                probe=offered[stream] - journal.fetched[stream],
                post=posts[stream] - offered[stream],
            )
            for stream in streams
        ]


def _attempt(call: TelegramCall) -> WriteAttempt:
    return WriteAttempt(
        at=call.at,
        status=call.status,
        edited=str(call.params.get("message_id", "")),
        text=str(call.params.get("text", "")),
    )


@asynccontextmanager
async def open_telegram_bench(
    stream_seconds: float, concurrency: int = 4
) -> AsyncGenerator[TelegramBench]:
    """Serve Telegram and the gateway."""
    async with (
        open_gateway(stream_seconds) as (root, journal, folder),
        telegram_bench_at(root, journal, folder) as bench,
    ):
        bench.write_catalog(concurrency)
        yield bench


@asynccontextmanager
async def telegram_bench_at(
    root: str, journal: Journal, folder: Path
) -> AsyncGenerator[TelegramBench]:
    """Serve Telegram before a gateway that is there; the catalog is still to be written."""
    async with telegram_server() as telegram:
        yield TelegramBench(
            root=root,
            journal=journal,
            folder=folder,
            variables={"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url},
            bare=(str(HERE / "bare_telegram.py"), telegram.token, telegram.url),
            telegram=telegram,
        )
