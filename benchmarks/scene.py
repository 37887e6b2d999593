"""A bot as its operator runs it, between a Telegram and a gateway of this process."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import psutil
from gateway import MODEL
from journal import Ear, Journal, name_in

from sandbox.app import build
from sandbox.options import SandboxOptions
from sandbox.server import serve_app
from tests.fakes.cli import environment
from tests.fakes.telegram import Call, Telegram, telegram_server
from tests.fakes.telegram_chat import Chat

ROOT = Path(__file__).parents[1]
OURS = ("-m", "bots", "run")
_LOOK_SECONDS = 0.2
_STOP_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How long the way from the end of a stream to the video in the chat took, in seconds."""

    total: float
    fetch: float
    probe: float
    post: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where bots are started. The gateway takes `stream_seconds` for each clip."""

    telegram: Telegram
    root: str
    journal: Journal
    folder: Path

    @asynccontextmanager
    async def bot(self, *command: str) -> AsyncGenerator[psutil.Process]:
        """Run a Python program with an operator's variables while the block runs."""
        complaints = self.folder / "complaints.log"
        with complaints.open("wb") as stderr:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *(command or OURS),
                cwd=self.folder,
                env=environment(self._variables()),
                stdin=DEVNULL,
                stdout=DEVNULL,
                stderr=stderr,
            )
        try:
            yield psutil.Process(process.pid)
        finally:
            await _end(process)
            _check(complaints)

    def _variables(self) -> dict[str, str]:
        return {
            "TELEGRAM_BOT_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": self.telegram.url,
            "CATALOG_FILES": str(self.folder / "bench.toml"),
            "BENCH_API_KEY": "bench",
            "BENCH_BASE_URL": self.root,
            "LOG_LEVEL": "WARNING",
        }

    def write_catalog(self, concurrency: int) -> None:
        """Tell the bot what the gateway sells, and how many jobs it takes at once."""
        (self.folder / "bench.toml").write_text(
            f'[[gateway]]\nname = "bench"\nenv = "BENCH"\nbase_url = "{self.root}"\n'
            f"concurrency = {concurrency}\n"
            f'[[model]]\ngateway = "bench"\nname = "{MODEL}"\ndialect = "chat_video"\n'
            "credits = 0\nexpected_seconds = 30\ndeadline_seconds = 900\n",
            encoding="utf-8",
        )

    async def until_taken(self, streams: Iterable[str], seconds: float) -> None:
        """Wait until Telegram has the videos of all these streams."""
        missing = set(streams)
        try:
            async with asyncio.timeout(seconds):
                # Not at every write: two hundred chats write too often to look each time.
                while missing := missing - self._posts().keys():  # noqa: ASYNC110 - see above
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            raise SystemExit(f"no video of {len(missing)} streams: {sorted(missing)}") from None

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

    def _offers(self) -> list[Call]:
        return [call for call in self.telegram.called("sendVideo") if call.status != 429]

    def _posts(self) -> dict[str, float]:
        chats = self.telegram.world.chats.values()
        posts = (post for chat in chats for post in self.telegram.answers(chat) if post.file)
        return {name_in(post.caption): post.history[0].at for post in posts}

    def writes(self, chat: Chat) -> list[Call]:
        """Everything that the bot wanted to write into a chat, refused or not."""
        return [
            call
            for call in self.telegram.calls
            if call.method.startswith(("send", "edit"))
            and int(call.params.get("chat_id", 0)) == chat.id
        ]


@asynccontextmanager
async def open_scene(stream_seconds: float, concurrency: int = 4) -> AsyncGenerator[Scene]:
    """Serve Telegram, with its limits, and the gateway, whose clips are tiny."""
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
        gateway.add_middleware(Ear, journal=journal)
        async with serve_app(gateway) as root, telegram_server() as telegram:
            scene = Scene(telegram=telegram, root=root, journal=journal, folder=folder)
            scene.write_catalog(concurrency)
            yield scene


def _check(complaints: Path) -> None:
    """Who shows nothing is fast: a bot that complains is not measured."""
    if said := complaints.read_text(errors="replace"):
        raise SystemExit(f"the bot complains:\n{said[-2000:]}")


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


def refused(calls: Iterable[Call]) -> int:
    """How many of them were too many."""
    return sum(call.status == 429 for call in calls)


def spread(seconds: list[float]) -> str:
    """Median and the slow end."""
    return f"{median(seconds):.2f} s, {quantiles(seconds, n=100)[98]:.2f} s"


def verdict(*, is_met: bool) -> str:
    """How an aim stands in the table."""
    return "met" if is_met else "**missed**"


def print_row(*cells: str) -> None:
    """Print one line of a table as it stands in docs/benchmarks.md."""
    print(f"| {' | '.join(cells)} |")


def print_head(*cells: str) -> None:
    """Print the head of a table."""
    print_row(*cells)
    print("|---" * len(cells) + "|")
