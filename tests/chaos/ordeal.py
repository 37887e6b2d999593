"""A bot in an ordeal: started, killed and started again, between crowds and a gateway."""

import asyncio
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psutil

from tests.chaos.discord_crowd import DiscordCrowd
from tests.chaos.rows import Rows
from tests.chaos.telegram_crowd import TelegramCrowd
from tests.chaos.verdict import Evidence, Ordered, ShownMessage, duplicates, faults, stale, unheard
from tests.chaos.wishes import WORD, CrowdWish, Regret
from tests.fakes.cli import environment
from tests.fakes.discord.server import DiscordServer
from tests.fakes.gateway_process import GatewayProcess, gateway_process
from tests.fakes.telegram.server import telegram_server

CATALOG = Path(__file__).with_name("models.toml")
_START_SECONDS = 90.0
_STOP_SECONDS = 60.0
_LOOK_SECONDS = 0.25
_WRONG = 2
# Connections that are kept for the next request.
_SPARE_DESCRIPTORS = 8
_OUTCRIES = ("Traceback", "unexpected error", "Task exception was never retrieved")


class PlatformCrowd(Protocol):
    """The people on one platform."""

    @property
    def variables(self) -> Mapping[str, str]:
        """By which an operator names the platform."""
        ...

    @property
    def requests(self) -> int:
        """How much the bot has asked of it."""
        ...

    @property
    def connections(self) -> int:
        """How often a bot has begun to listen."""
        ...

    @property
    def is_heard(self) -> bool:
        """Whether all is taken and answered."""
        ...

    async def until(self, predicate: Callable[[], bool], seconds: float) -> None: ...

    async def order(self, wish: CrowdWish) -> None:
        """Let somebody say it."""
        ...

    def stop(self, word: str, *, times: int = 1) -> bool:
        """Press Stop under what goes on, or where it stood before; tells whether it ever did."""
        ...

    def silent(self) -> list[float]:
        """When those were asked that were taken, and then heard nothing but that."""
        ...

    def ordered(self) -> Iterator[Ordered]: ...

    def shown(self) -> Iterator[ShownMessage]: ...


@dataclass(slots=True, kw_only=True)
class Ordeal:
    """Where the bot lives, and what was seen of it.

    Attributes:
        variables: of its operator, beside those of the platforms and the gateway.
        kills: when it was killed, by the clock of the stand-ins.
        struck: the states of what went on then.
        left: what should not be there, as it was found.
        log: what it says.
        regrets: what is to be stopped, and how.
    """

    folder: Path
    log: Path
    gateway: GatewayProcess
    crowds: Sequence[PlatformCrowd]
    variables: dict[str, str] = field(default_factory=dict[str, str])
    kills: list[float] = field(default_factory=list[float])
    struck: Counter[str] = field(default_factory=Counter[str])
    left: list[str] = field(default_factory=list[str])
    regrets: dict[str, tuple[PlatformCrowd, Regret]] = field(
        default_factory=dict[str, tuple[PlatformCrowd, Regret]]
    )

    @property
    def rows(self) -> Rows:
        return Rows(self.folder / "jobs.db")

    @property
    def requests(self) -> int:
        return sum(crowd.requests for crowd in self.crowds)

    @asynccontextmanager
    async def life(self) -> AsyncGenerator[Process]:
        """Run the bot; who does not kill it in the block sees it end in order."""
        process = await self.start()
        try:
            yield process
            if process.returncode is None:
                await self.end(process)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def start(self) -> Process:
        """Start it and wait until it listens everywhere."""
        before = [crowd.connections for crowd in self.crowds]
        process = await self._run()
        try:
            for crowd, known in zip(self.crowds, before, strict=True):
                await crowd.until(lambda c=crowd, n=known: c.connections > n, _START_SECONDS)
        except TimeoutError as error:
            process.kill()
            await process.wait()
            error.add_note(self.log.read_text(errors="replace")[-3000:])
            raise
        return process

    async def refused(self) -> str:
        """Start it where it cannot, and give what it says about that."""
        said = self.log.stat().st_size
        process = await self._run()
        async with asyncio.timeout(_START_SECONDS):
            code = await process.wait()
        self.left += [] if code == _WRONG else [f"its start ended with {code}"]
        return self.log.read_bytes()[said:].decode(errors="replace")

    async def kill(self, process: Process) -> None:
        """End it at once, and see that nothing of it goes on."""
        helpers = psutil.Process(process.pid).children(recursive=True)
        # Not afterwards: whoever opens its database first takes up what it has left there.
        self.struck.update(self.rows.open_states())
        process.kill()
        await process.wait()
        self.kills.append(time.monotonic())
        _, left = await asyncio.to_thread(psutil.wait_procs, helpers, 5)
        self.left += [f"a helper outlives its bot: {each}" for each in left if _lives(each)]

    async def end(self, process: Process) -> None:
        """Ask it to end."""
        process.terminate()
        async with asyncio.timeout(_STOP_SECONDS):
            code = await process.wait()
        self.left += [f"its end was {code}"] if code else []

    async def order(self, crowd: PlatformCrowd, wish: CrowdWish) -> None:
        """Let somebody there order; whether they regret it is seen later."""
        await crowd.order(wish)
        if wish.regret:
            self.regrets[wish.word] = crowd, wish.regret

    def regret(self) -> None:
        """Let those press Stop who want to, and can."""
        for word, (crowd, regret) in list(self.regrets.items()):
            # Who is late presses until the end, and then once more.
            if crowd.stop(word, times=2 if regret == "twice" else 1) and regret != "late":
                del self.regrets[word]

    async def quiet(self, seconds: float) -> None:
        """Wait until all has ended, but not for ever: the verdict says what has not."""
        ends = time.monotonic() + seconds
        # Three processes and a database are looked at: no one event says that all is over.
        while time.monotonic() < ends and not self._is_quiet():  # noqa: ASYNC110 - see above
            await asyncio.sleep(_LOOK_SECONDS)

    async def _run(self) -> Process:
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bots", "run"),
                cwd=self.folder,
                env=environment(self._variables()),
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _is_quiet(self) -> bool:
        return self.rows.are_over() and all(crowd.is_heard for crowd in self.crowds)

    def evidence(self) -> Evidence:
        """Everything, when all is over."""
        return Evidence(
            orders=[order for crowd in self.crowds for order in crowd.ordered()],
            shown=[shown for crowd in self.crowds for shown in crowd.shown()],
            rows=self.rows.all(),
            paid=[word for order in self.gateway.paid() for word in WORD.findall(order.prompt)],
            kills=self.kills,
            silent=[at for crowd in self.crowds for at in crowd.silent()],
            left=[*self.left, *self._outcries(), *self.rows.unbalanced()],
        )

    def descriptors(self, process: Process) -> int:
        """How many files and connections it has open; notes zombies on the way."""
        bot = psutil.Process(process.pid)
        dead = [each for each in bot.children(recursive=True) if not _lives(each)]
        self.left += [f"a zombie: {each}" for each in dead]
        return bot.num_fds()

    def compare(self, before: int, after: int) -> None:
        """Note descriptors that have become more by the same work."""
        if after > before + _SPARE_DESCRIPTORS:
            self.left.append(f"descriptors have grown from {before} to {after}")

    def _outcries(self) -> list[str]:
        lines = self.log.read_text(errors="replace").splitlines()
        return [line[:300] for line in lines if any(each in line for each in _OUTCRIES)]

    def _variables(self) -> dict[str, str]:
        return {
            **operator(self.gateway),
            **{name: value for crowd in self.crowds for name, value in crowd.variables.items()},
            **self.variables,
        }


def _lives(process: psutil.Process) -> bool:
    """Whether it runs: who is nobody's child may wait as a zombie for the system to notice."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def operator(gateway: GatewayProcess) -> dict[str, str]:
    """The variables of an operator with a key at that gateway, and no patience."""
    return {
        "CATALOG_FILES": str(CATALOG),
        "CHAOS_API_KEY": "sk-chaos",
        "CHAOS_BASE_URL": gateway.root,
        "KEYED_API_KEY": "sk-keyed",
        "KEYED_BASE_URL": gateway.root,
        "DATABASE_URL": "sqlite:///jobs.db",
        "MEDIA_DIR": "media",
        "PER_MINUTE": "0",
        "JOBS_PER_USER": "4",
        "DAILY_CREDITS": "1000000",
    }


def judged(ordeal: Ordeal, seed: int) -> str:
    """What to say of an ordeal that went wrong; nothing of one that went well."""
    evidence = ordeal.evidence()
    found = faults(evidence)
    told = (
        f"--seed={seed}: {len(evidence.orders)} orders, {len(evidence.paid)} paid, "
        f"{len(evidence.kills)} kills which struck {dict(ordeal.struck)}; "
        f"ended {dict(Counter(row.state for row in evidence.rows))}; "
        f"{duplicates(evidence)} posted twice, {stale(evidence)} left behind, "
        f"{unheard(evidence)} not heard"
    )
    print(told)  # noqa: T201 - pytest shows it with a failure, and with -rP
    return "\n".join([told, *found]) if found else ""


@asynccontextmanager
async def ordeal_of(
    folder: Path, *, telegram: int = 0, discord: int = 0, home: Path | None = None
) -> AsyncGenerator[Ordeal]:
    """A bot between so many people on each platform and a gateway, each of them for itself.

    It lives in `home`, or in a folder there.
    """
    home = home or folder / "home"
    await asyncio.to_thread(home.mkdir, exist_ok=True)
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(gateway_process(folder / "gateway", CATALOG))
        crowds: list[PlatformCrowd] = []
        if telegram:
            server = await stack.enter_async_context(telegram_server())
            crowds.append(TelegramCrowd(server=server, people=telegram))
        if discord:
            there = await stack.enter_async_context(DiscordServer())
            crowds.append(DiscordCrowd.of(there, discord))
        yield Ordeal(folder=home, log=folder / "bot.log", gateway=gateway, crowds=crowds)
