"""Runs one of our modules as a separate process, where a hostile file can do no harm."""

import asyncio
import atexit
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from core.files import limited
from core.files.forked import ROOT, ForkServer, LostServerError

_SERVER = ForkServer()
# It would end by itself, but Python complains of a process that is left running.
atexit.register(_SERVER.stop)
_Turns = WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """Children of one purpose: no other has to wait for them, and each has its limits.

    Attributes:
        at_once: how many of them work at a time; more wait for their turn.
        seconds: how long each may take by the clock, which a busy machine stretches.
        cpu_seconds: how long all its threads may work.
        memory_bytes: how much each may write to.
        niceness: how far they stand back behind everybody else.
    """

    at_once: int
    seconds: float
    cpu_seconds: int
    memory_bytes: int = 1_000_000_000
    niceness: int = 0
    # A semaphore belongs to one event loop.
    _turns: _Turns = field(default_factory=_Turns, init=False, repr=False)

    async def run(
        self, module: str, *arguments: Path | int | str, seconds: float | None = None
    ) -> bytes:
        """Run a module when it is its turn, `seconds` at most, and give what it writes.

        It is killed when nobody waits for it any more, and ends when we do.

        Raises:
            TimeoutError: it has used up its time.
            ChildProcessError: it has ended with an error.
        """
        loop = asyncio.get_running_loop()
        limits = (self.cpu_seconds, self.memory_bytes, self.niceness)
        async with (
            self._turns.setdefault(loop, asyncio.Semaphore(self.at_once)),
            asyncio.timeout(self.seconds if seconds is None else seconds),
        ):
            output, code = await _run([*map(str, limits), module, *map(_as_text, arguments)])
        if code == limited.OUT_OF_CPU:
            raise TimeoutError(f"{module} has used up its {self.cpu_seconds} s of CPU")
        if code:
            raise ChildProcessError(f"{module} ended with code {code}")
        return output


async def _run(arguments: Sequence[str]) -> tuple[bytes, int | None]:
    if sys.platform != "win32":
        # Once more, because whoever stops the bot may have stopped all its processes with it.
        for _ in range(2):
            with suppress(LostServerError):
                return await _SERVER.run(arguments)
    return await _run_afresh(arguments)


async def _run_afresh(arguments: Sequence[str]) -> tuple[bytes, int | None]:
    """Start an interpreter of its own, which takes four times as long."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", limited.__name__, *arguments),
        cwd=ROOT,
        stdin=PIPE,  # open and empty as long as we are there
        stdout=PIPE,
        stderr=DEVNULL,
        start_new_session=True,  # Ctrl-C on a terminal is for the bot, not for a half-read file
    )
    try:
        output = await process.stdout.read() if process.stdout else b""
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return output, process.returncode


def _as_text(argument: Path | int | str) -> str:
    # The child works in another folder.
    return str(argument.absolute() if isinstance(argument, Path) else argument)
