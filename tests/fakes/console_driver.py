"""A person at two pipes, and the console adapter at their other ends."""

import asyncio
import os
import shlex
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO

from bots.console.adapter import ConsoleAdapter
from bots.console.conversation import ConsolePlatform
from bots.console.ids import NAME
from bots.console.screen import PipeScreen
from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.platform import User
from tests.fakes.change_signal import ChangeSignal
from tests.fakes.driver import DeliveredPost, Seen
from tests.fakes.engine_harness import EngineHarness

# What it is, the prompt, how long it took, and that it is a test.
CAPTION_LINES = 4
PATIENCE_SECONDS = 90.0


class QuickScreen(PipeScreen):
    """Says every change, as nobody reads along."""

    edit_seconds = 0.0


class _Reader(asyncio.Protocol):
    """What came out of a pipe."""

    def __init__(self, heard: Callable[[bytes], None]) -> None:
        self._heard = heard
        self.ended = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self._heard(data)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.ended.set()


class ConsoleDriver:
    """See `ChatDriver`."""

    user = User(platform=NAME, id="local")
    edits = False

    def __init__(self, harness: EngineHarness, locale: Locale) -> None:
        self._lab = harness
        self._locale = locale
        self._input: TextIO | None = None
        self._heard = b""
        self._changed = ChangeSignal()

    @asynccontextmanager
    async def bot(self) -> AsyncGenerator[Engine]:
        (source, self._input), (shown, sink) = _pipe(), _pipe()
        reader = _Reader(self._hear)
        await asyncio.get_running_loop().connect_read_pipe(lambda: reader, shown)
        try:
            async with self._served(QuickScreen(source, sink)) as engine:
                yield engine
        finally:
            self._input.close()
            sink.close()
            await reader.ended.wait()

    @asynccontextmanager
    async def _served(self, screen: QuickScreen) -> AsyncGenerator[Engine]:
        assert self._input
        self._lab.platforms = {NAME: ConsolePlatform(screen, self._locale)}
        async with self._lab.engine() as engine:
            reading = asyncio.create_task(ConsoleAdapter(engine, screen, self._locale).run())
            try:
                yield engine
            finally:
                self._input.close()
                await reading

    async def say(self, line: str, *pictures: bytes) -> None:
        if pictures:
            self._type(f"/attach {shlex.join(map(self._save, pictures))}")
        self._type(line.replace("\n", "\\\n"))

    async def complete(self, words: str) -> None:
        self._type(f"/video {words}")

    async def press(self, command: str, words: str = "") -> None:
        """What is offered is typed as it was offered."""
        offers = (line.partition(f": /{command} ")[1:] for line in reversed(self._lines))
        offered = next((offer + rest for offer, rest in offers if offer), f": /{command}")
        self._type(f"{offered.removeprefix(': ')} {words}".strip())

    async def stranger_gets_on(self, command: str) -> None:
        del command

    async def repeat_press(self) -> None:
        """A line is read once."""

    async def share(self) -> str:
        raise NotImplementedError("nobody else is here")

    def others_see(self) -> bool:
        return False

    def buttons(self) -> Mapping[str, str]:
        return {}

    def messages(self) -> Sequence[Sequence[str]]:
        return [[line] for line in self._lines]

    def posts(self) -> Sequence[DeliveredPost]:
        saved = translate(self._locale, "result-saved", path="")
        found: list[DeliveredPost] = []
        for number, line in enumerate(self._lines):
            if line.startswith(saved):
                path = Path(line.removeprefix(saved).rpartition(" (")[0])
                caption = "\n".join(self._lines[number - CAPTION_LINES : number])
                found.append(DeliveredPost(data=path.read_bytes(), caption=caption))
        return found

    async def until(self, predicate: Callable[[], Seen]) -> Seen:
        try:
            return await self._changed.until(predicate, PATIENCE_SECONDS)
        except TimeoutError as error:
            error.add_note("The last lines:\n" + "\n".join(self._lines[-10:]))
            raise

    @property
    def _lines(self) -> list[str]:
        return self._heard.decode().splitlines()

    def _hear(self, data: bytes) -> None:
        self._heard += data
        self._changed.notify()

    def _type(self, line: str) -> None:
        assert self._input
        self._input.write(f"{line}\n")
        self._input.flush()

    def _save(self, picture: bytes) -> str:
        path = self._lab.folder / f"picture {len(list(self._lab.folder.glob('picture *')))}.jpg"
        path.write_bytes(picture)
        return str(path)


def _pipe() -> tuple[TextIO, TextIO]:
    source, sink = os.pipe()
    return os.fdopen(source, encoding="utf-8"), os.fdopen(sink, "w", encoding="utf-8")
