"""Ada in the parlour, as a `ChatDriver`: so the example keeps to the contract of all platforms."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from pydantic import SecretStr

from bots.runtime import Runtime
from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.messages.buttons import unpack
from core.platform import User
from core.settings import Settings
from tests.examples.parlour.ids import NAME
from tests.examples.parlour.service import serve
from tests.examples.parlour_server import (
    ADA,
    EVE,
    GALLERY,
    ROOM,
    TOKEN,
    ParlourMessage,
    ParlourServer,
    parlour_server,
)
from tests.fakes.driver import ChatDriver, DeliveredPost, Seen
from tests.fakes.engine_harness import EngineHarness

PATIENCE_SECONDS = 90.0


class ParlourDriver:
    """See `ChatDriver`."""

    edits = True

    def __init__(self, harness: EngineHarness, server: ParlourServer, token: str = TOKEN) -> None:
        self._harness = harness
        self._server = server
        self._token = token
        self._serving: asyncio.Task[None] | None = None
        self.user = User(platform=NAME, id=ADA)

    @asynccontextmanager
    async def bot(self) -> AsyncGenerator[Engine]:
        url, token = self._server.url, SecretStr(self._token)
        async with AsyncExitStack() as lines, self._harness.engine() as engine:
            runtime = Runtime(
                settings=Settings.model_construct(), engine=engine, lines=lines, locale=Locale.EN
            )
            serving = self._serving = asyncio.create_task(serve(runtime, url, token))
            try:
                yield engine
            finally:
                serving.cancel()
                with suppress(asyncio.CancelledError):
                    await serving

    async def until_stopped(self) -> None:
        """Wait until the bot serves no more."""
        assert self._serving
        await asyncio.wait([self._serving], timeout=PATIENCE_SECONDS)

    async def say(self, line: str, *pictures: bytes) -> None:
        self._server.say(line, *pictures)

    async def complete(self, words: str) -> None:
        self._server.say(f"/video {words}")

    async def press(self, command: str, words: str = "") -> None:
        asked = len(self.messages())
        self._server.press(self._behind(command))
        if words:
            await self.until(lambda: len(self.messages()) > asked)
            self._server.say(words)

    async def stranger_gets_on(self, command: str) -> bool:
        before = len(self.messages())
        self._server.press(self._behind(command), EVE)
        await self.until(lambda: len(self.messages()) > before)
        return self.messages()[-1][-1] != translate(Locale.EN, "button-not-yours")

    async def repeat_press(self) -> None:
        self._server.repeat()
        last = self._server.events[-1].number
        await self.until(lambda: self._server.done == last)

    async def share(self) -> str:
        await self.press("share", GALLERY)
        await self.until(lambda: self._last(GALLERY))
        return self._last(GALLERY)[-1].text

    def others_see(self) -> bool:
        return any(message.only_for != ADA for message in self._last(ROOM))

    def buttons(self) -> Mapping[str, str]:
        return {unpack(data).command: label for data, label in self._data().items()}

    def messages(self) -> Sequence[Sequence[str]]:
        return [[version.text for version in all_] for all_ in self._server.history.values()]

    def posts(self) -> Sequence[DeliveredPost]:
        return [
            DeliveredPost(data=self._server.files[file], caption=message.text)
            for message in self._last(ROOM)
            for file in message.files
        ]

    async def until(self, predicate: Callable[[], Seen]) -> Seen:
        return await self._server.changed.until(predicate, PATIENCE_SECONDS)

    def _last(self, room: str) -> list[ParlourMessage]:
        """The messages of a room as they are now."""
        now = [versions[-1] for versions in self._server.history.values()]
        return [message for message in now if message.room == room]

    def _data(self) -> dict[str, str]:
        return {
            data: label for message in self._last(ROOM) for data, label in message.buttons.items()
        }

    def _behind(self, command: str) -> str:
        return [data for data in self._data() if unpack(data).command == command][-1]


@asynccontextmanager
async def parlour_driver(harness: EngineHarness, language: str) -> AsyncGenerator[ChatDriver]:
    """The parlour knows the language."""
    async with parlour_server(language) as server:
        yield ParlourDriver(harness, server)
