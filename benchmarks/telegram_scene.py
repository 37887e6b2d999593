"""The scene with a Telegram that has its limits."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from journal import name_in
from scene import Scene, open_stage, until_posted

from tests.fakes.telegram.chat import TelegramChat
from tests.fakes.telegram.server import TelegramCall, TelegramServer, telegram_server


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How long the way from the end of a stream to the video in the chat took, in seconds."""

    total: float
    fetch: float
    probe: float
    post: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramScene(Scene):
    """Where bots are started, between Telegram and the gateway."""

    telegram: TelegramServer

    async def until_taken(self, streams: Iterable[str], seconds: float) -> None:
        """Wait until Telegram has the videos of all these streams."""
        await until_posted(self._posts, streams, seconds)

    def late(self, stream: str) -> float:
        """How many seconds after the end of a stream its video was in the chat."""
        return self._posts()[stream] - self.journal.ended[stream]

    def deliveries(self, streams: Iterable[str]) -> list[Delivery]:
        """The ways of these streams."""
        offered = {name_in(call.params.get("caption")): call.at for call in self._offers()}
        posts, journal = self._posts(), self.journal
        return [
            Delivery(
                total=posts[stream] - journal.ended[stream],
                fetch=journal.fetched[stream] - journal.ended[stream],
                probe=offered[stream] - journal.fetched[stream],
                post=posts[stream] - offered[stream],
            )
            for stream in streams
        ]

    def _offers(self) -> list[TelegramCall]:
        return [call for call in self.telegram.called("sendVideo") if call.status != 429]

    def _posts(self) -> dict[str, float]:
        chats = self.telegram.world.chats.values()
        posts = (post for chat in chats for post in self.telegram.answers(chat) if post.file)
        return {name_in(post.caption): post.history[0].at for post in posts}

    def writes(self, chat: TelegramChat) -> list[TelegramCall]:
        """Everything that the bot wanted to write into a chat, refused or not."""
        return [
            call
            for call in self.telegram.calls
            if call.method.startswith(("send", "edit"))
            and int(call.params.get("chat_id", 0)) == chat.id
        ]


@asynccontextmanager
async def open_scene(stream_seconds: float, concurrency: int = 4) -> AsyncGenerator[TelegramScene]:
    """Serve Telegram and the gateway."""
    async with (
        open_stage(stream_seconds) as (root, journal, folder),
        telegram_server() as telegram,
    ):
        scene = TelegramScene(
            root=root,
            journal=journal,
            folder=folder,
            variables={"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url},
            telegram=telegram,
        )
        scene.write_catalog(concurrency)
        yield scene
