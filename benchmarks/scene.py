"""A bot as its operator runs it, between a chat platform and a gateway of this process."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import psutil
from gateway import MODEL
from journal import Ear, Journal

from sandbox.app import build
from sandbox.options import SandboxOptions
from sandbox.server import serve_app
from tests.fakes.cli import environment

ROOT = Path(__file__).parents[1]
OURS = ("-m", "bots", "run")
_LOOK_SECONDS = 0.2
_STOP_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where bots are started, with a gateway.

    Attributes:
        variables: by which an operator names the chat platform.
        excused: complaints with these words count for nothing.
    """

    root: str
    journal: Journal
    folder: Path
    variables: Mapping[str, str]
    excused: str = ""

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

    def _gateway(self) -> dict[str, str]:
        return {
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

    def _check(self, complaints: Path) -> None:
        """Who shows nothing is fast: a bot that complains is not measured."""
        lines = complaints.read_text(errors="replace").splitlines()
        said = [line for line in lines if not self.excused or self.excused not in line]
        if said:
            raise SystemExit("the bot complains:\n" + "\n".join(said)[-2000:])


@asynccontextmanager
async def open_stage(stream_seconds: float) -> AsyncGenerator[tuple[str, Journal, Path]]:
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
        gateway.add_middleware(Ear, journal=journal)
        async with serve_app(gateway) as root:
            yield root, journal, folder


async def until_posted(
    posted: Callable[[], Iterable[str]], streams: Iterable[str], seconds: float
) -> None:
    """Wait until the platform has the videos of all these streams."""
    missing = set(streams)
    try:
        async with asyncio.timeout(seconds):
            # Not at every write: two hundred chats write too often to look each time.
            while missing := missing.difference(posted()):  # noqa: ASYNC110 - see above
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        raise SystemExit(f"no video of {len(missing)} streams: {sorted(missing)}") from None


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


def refused(statuses: Iterable[int]) -> int:
    """How many answers say that it was too much."""
    return sum(status == 429 for status in statuses)


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
