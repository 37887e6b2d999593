"""A bot as its operator runs it, between a chat platform and a gateway of this process."""

import asyncio
import sys
from abc import ABC, abstractmethod
from asyncio.subprocess import DEVNULL, Process
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar, Protocol

import psutil

from benchmarks.journal import Journal, JournalMiddleware
from benchmarks.sandbox_process import CHAT_MODEL, MODEL
from sandbox.app import build
from sandbox.options import SandboxOptions
from sandbox.server import serve_app
from tests.fakes.cli import environment

HERE = Path(__file__).parent
OURS = ("-m", "bots", "run")
_LOOK_SECONDS = 0.2
_STOP_SECONDS = 10
_QUIET_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAttempt:
    """Something that a bot wanted to write into a chat.

    Attributes:
        edited: the message that it changes.
        text: what was to be read, without captions.
    """

    at: float
    status: int
    edited: str = ""
    text: str = ""


class BarePoster(Protocol):
    """The least that a bot on this platform's library can do with one chat."""

    async def send(self, place: int, text: str) -> None:
        """Send the message that is to show progress."""
        ...

    async def edit(self, text: str) -> None:
        """Show progress in it, as most bots do."""
        ...

    async def post(self, place: int, caption: str) -> None:
        """Post a video, however long that takes."""
        ...


@dataclass(frozen=True, kw_only=True)
class BotBench(ABC):
    """Where bots are started, with a gateway. A place is the id of a chat on the platform.

    Attributes:
        root: the gateway.
        variables: by which an operator names the chat platform.
        bare: the least program that answers on this platform, and its arguments.
    """

    library: ClassVar[str]
    excused: ClassVar[str] = ""
    """Complaints with these words count for nothing."""
    keeps_commands: ClassVar[bool]
    """Whether a command waits for a bot that is not there yet."""

    root: str
    journal: Journal
    folder: Path
    variables: Mapping[str, str]
    bare: tuple[str, ...]

    @property
    @abstractmethod
    def connections(self) -> int:
        """How often a bot has come to listen."""

    @property
    @abstractmethod
    def requests(self) -> int:
        """How much a bot has asked of the platform."""

    @abstractmethod
    async def until_connected(self, before: int) -> None:
        """Wait for more connections than there were before."""

    @abstractmethod
    def open_place(self, name: str, *, shared: bool = False) -> int:
        """Open a chat for one person, or one in which several write."""

    @abstractmethod
    def command(self, place: int, name: str, prompt: str = "", *, who: str = "ann") -> int:
        """Let somebody give a command; gives its id."""

    @abstractmethod
    async def answered(self, command: int) -> float:
        """Wait for the first that a bot does about a command; gives when that was."""

    @abstractmethod
    def writes(self, place: int) -> Sequence[WriteAttempt]:
        """Everything that was to be written into a chat, refused or not."""

    @abstractmethod
    def posted(self) -> Mapping[str, float]:
        """When the video of each stream was in its chat."""

    @abstractmethod
    def bare_posters(self) -> AbstractAsyncContextManager[Callable[[], BarePoster]]:
        """A bot of a few lines in this process; gives a poster for each of its messages."""

    @asynccontextmanager
    async def bot(self, *command: str) -> AsyncGenerator[psutil.Process]:
        """Run a Python program with an operator's variables while the block runs."""
        complaints = self.folder / "complaints.log"
        with complaints.open("wb") as stderr:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *(command or OURS),
                cwd=self.folder,
                env=environment({**self.variables, **self._gateway()}),
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=stderr,
            )
        try:
            yield psutil.Process(process.pid)
        finally:
            await _end(process)
            self._check(complaints)

    def late(self, stream: str) -> float:
        """How many seconds after the end of a stream its video was in the chat."""
        return self.posted()[stream] - self.journal.ended[stream]

    def gaps(self, place: int) -> list[float]:
        """The seconds between edits of the same message."""
        times: dict[str, list[float]] = defaultdict(list)
        for write in self.writes(place):
            if write.edited and write.status == 200:
                times[write.edited].append(write.at)
        return [late - soon for each in times.values() for soon, late in pairwise(each)]

    async def until_posted(self, streams: Iterable[str], seconds: float) -> None:
        """Wait until the platform has the videos of all these streams."""
        missing = set(streams)
        try:
            async with asyncio.timeout(seconds):
                # Not at every write: two hundred chats write too often to look each time.
                while missing := missing.difference(self.posted()):  # noqa: ASYNC110 - see above
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            raise SystemExit(f"no video of {len(missing)} streams: {sorted(missing)}") from None

    async def until_quiet(self) -> None:
        """Wait until the bot has done what it does."""
        seen = -1
        while seen != self.requests:
            seen = self.requests
            await asyncio.sleep(_QUIET_SECONDS)

    def write_catalog(self, concurrency: int) -> None:
        """Tell the bot what the gateway sells, and how many jobs it takes at once."""
        (self.folder / "bench.toml").write_text(
            f'[[gateway]]\nname = "bench"\nenv = "BENCH"\nbase_url = "{self.root}"\n'
            f"concurrency = {concurrency}\n"
            f'[[model]]\ngateway = "bench"\nname = "{MODEL}"\ndialect = "chat_video"\n'
            "credits = 0\nexpected_seconds = 30\ndeadline_seconds = 900\n",
            encoding="utf-8",
        )

    def write_chat_catalog(self) -> None:
        """Tell the bot that the gateway answers questions, too."""
        with (self.folder / "bench.toml").open("a", encoding="utf-8") as catalog:
            catalog.write(
                f'[[chat]]\ngateway = "bench"\nname = "{CHAT_MODEL}"\n'
                'dialect = "chat_completions"\ninput_credits = 0\noutput_credits = 0\n'
            )

    def _gateway(self) -> dict[str, str]:
        return {
            "CATALOG_FILES": str(self.folder / "bench.toml"),
            "BENCH_API_KEY": "bench",
            "BENCH_BASE_URL": self.root,
            "LOG_LEVEL": "WARNING",
        }

    def _check(self, complaints: Path) -> None:
        """Who shows nothing is fast: a bot that complains is not measured."""
        lines = complaints.read_text(errors="replace").splitlines()
        said = [line for line in lines if not self.excused or self.excused not in line]
        if said:
            raise SystemExit("the bot complains:\n" + "\n".join(said)[-2000:])


@asynccontextmanager
async def open_gateway(stream_seconds: float) -> AsyncGenerator[tuple[str, Journal, Path]]:
    """Serve the gateway, whose clips are tiny and take so long."""
    with TemporaryDirectory() as name:
        folder, journal = Path(name), Journal()
        options = SandboxOptions(
            state_dir=folder / "sandbox",
            seconds_per_clip=stream_seconds,
            short_side=64,
            fps=8,
            renders_ahead=True,
        )
        gateway = build(options)
        gateway.add_middleware(JournalMiddleware, journal=journal)
        async with serve_app(gateway) as root:
            yield root, journal, folder


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def prompt(stream: str, events: int) -> str:
    """What is asked for: the first word names the stream, the second is for the sandbox."""
    return f"{stream} #events={events} a cat surfing a long wave at sunset"
