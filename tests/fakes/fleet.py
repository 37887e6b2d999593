"""Several programs on one Postgres, each as on a machine of its own, between the stand-ins."""

import asyncio
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psycopg

from sandbox.options import SandboxOptions
from sandbox.orders.ledger import read_ledger
from sandbox.orders.order import PaidOrder
from sandbox.server import serve
from tests.fakes.change_signal import ChangeSignal
from tests.fakes.cli import running
from tests.fakes.discord.process import DiscordProcess, discord_process
from tests.fakes.postgres import PostgresServer
from tests.fakes.telegram.server import TelegramServer, telegram_server

Seen = TypeVar("Seen")
PATIENCE_SECONDS = 90.0
"""So long others may take to go on with what somebody has left."""


class FleetProcess:
    """One program of a fleet.

    Attributes:
        folder: where it runs, with a MEDIA_DIR of its own.
        process: to be killed, frozen or stopped.
        log: the lines that it has written so far.
    """

    def __init__(self, folder: Path, process: Process) -> None:
        self.folder = folder
        self.process = process
        self.log: list[str] = []
        self._changed = ChangeSignal()

    async def until(self, predicate: Callable[[], Seen], seconds: float | None = None) -> Seen:
        """Wait until it gives something true; it is asked at every line of the log."""
        try:
            return await self._changed.until(predicate, seconds or PATIENCE_SECONDS)
        except TimeoutError as error:
            error.add_note("\n".join(self.log[-30:]))
            raise

    async def until_logged(self, text: str, *, times: int = 1) -> None:
        """Wait until so many lines of its log have that in them."""
        await self.until(lambda: self.said(text) >= times)

    def said(self, text: str) -> int:
        """How many lines of its log have that in them."""
        return sum(text in line for line in self.log)

    async def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """Ask it to end, and wait until it has; gives its exit code."""
        self.process.terminate()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self.process.wait()
        except TimeoutError as error:
            error.add_note("\n".join(self.log[-30:]))
            raise

    def freeze(self) -> None:
        """Let it stand still, as a machine that swaps or is suspended does."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    async def listen(self) -> None:
        """Take note of what it writes, until it has ended."""
        assert self.process.stderr
        async for line in self.process.stderr:
            self.log.append(line.decode(errors="replace").rstrip())
            self._changed.notify()


@dataclass(kw_only=True)
class Fleet:
    """What all of its programs share, and the programs.

    Attributes:
        url: the database, as DATABASE_URL has it; put a relay's in its place to cut it off.
        variables: what else is set for all that are started from now on.
        state: where the gateway keeps its ledger.
        stack: ends the programs.
    """

    folder: Path
    url: str
    telegram: TelegramServer
    discord: DiscordProcess
    variables: dict[str, str]
    state: Path
    stack: AsyncExitStack
    members: list[FleetProcess] = field(default_factory=list[FleetProcess])

    async def start(self, command: str = "run", **variables: str) -> FleetProcess:
        """Start one more, with these variables besides; it is killed at the end."""
        folder = self.folder / f"machine-{len(self.members) + 1}"
        folder.mkdir()
        given = {**self.variables, "DATABASE_URL": self.url, **variables}
        process = await self.stack.enter_async_context(running(folder, command, variables=given))
        member = FleetProcess(folder, process)
        self.members.append(member)
        reading = asyncio.create_task(member.listen())
        self.stack.push_async_callback(asyncio.wait, [reading])
        self.stack.callback(_end, process)
        return member

    def holder(self, lease: str) -> FleetProcess | None:
        """Who holds that lease, like that of a platform to which one process listens."""
        pids = {
            str(holder).rsplit("-", 2)[1]
            for name, holder in self.rows("SELECT name, holder FROM leases")
            if name == lease
        }
        return next((each for each in self.members if str(each.process.pid) in pids), None)

    def paid(self) -> list[PaidOrder]:
        """All orders that the gateway has taken money for."""
        return read_ledger(self.state)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the database answers."""
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()


def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()


@asynccontextmanager
async def fleet(
    folder: Path, server: PostgresServer, *, speed: float = 10.0
) -> AsyncGenerator[Fleet]:
    """A database on that server, both platforms, and a gateway so many times as fast as usual."""
    state = folder / "gateway"
    options = SandboxOptions(state_dir=state, speed=speed, short_side=64, fps=4)
    async with (
        serve(options) as root,
        telegram_server() as telegram,
        discord_process() as discord,
        AsyncExitStack() as stack,
    ):
        variables = {
            # One whose videos come in a stream, which nobody else can go on with, and one whose
            # tasks have names.
            "APIYI_API_KEY": "sk-secret-key",
            "APIYI_BASE_URL": f"{root}/v1",
            "WHATAI_API_KEY": "sk-secret-key",
            "WHATAI_BASE_URL": f"{root}/v1",
            "GATEWAY_ORDER": "apiyi,whatai",
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            **discord.variables,
        }
        yield Fleet(
            folder=folder,
            url=server.new_database(),
            telegram=telegram,
            discord=discord,
            variables=variables,
            state=state,
            stack=stack,
        )
