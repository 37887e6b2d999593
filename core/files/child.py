"""Runs a module of ours as a process of its own, where a hostile file hurts nobody else."""

import asyncio
import sys
from pathlib import Path
from weakref import WeakKeyDictionary

_ROOT = Path(__file__).parents[2]


class Turns:
    """Lets so many in at once. A semaphore belongs to one event loop, so each loop has its own."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._of = WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore]()

    def turn(self) -> asyncio.Semaphore:
        """What to wait for, and to hold as long as the child runs."""
        loop = asyncio.get_running_loop()
        return self._of.setdefault(loop, asyncio.Semaphore(self._at_once))


async def run_child(module: str, *arguments: Path | int) -> bytes:
    """Run it and give what it writes; it is killed when nobody waits for it any more.

    Its standard input stays open and empty as long as we are there.

    Raises:
        ChildProcessError: it has ended with an error.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *map(_as_text, arguments)),
        cwd=_ROOT,  # a checkout is not on the path of its interpreter
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C on a terminal is for the bot, not for a half-read file
    )
    try:
        output = await process.stdout.read() if process.stdout else b""
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise ChildProcessError(f"{module} ended with code {process.returncode}")
    return output


def _as_text(argument: Path | int) -> str:
    # The child works in another folder.
    return str(argument.absolute() if isinstance(argument, Path) else argument)
