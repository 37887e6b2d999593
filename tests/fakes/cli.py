"""The program as an operator runs it: a subprocess, on a pipe or on a terminal."""

import asyncio
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pyte

ROOT = Path(__file__).parents[2]
COLUMNS, ROWS = 120, 30
_COMMAND = (sys.executable, "-m", "bots")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A program that has ended."""

    code: int
    out: str
    err: str


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the machine's but what a program needs to start."""
    return {
        "PYTHONPATH": str(ROOT),
        "PATH": os.defpath,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "HTTP_PORT": "0",  # tests at the same time would take it from each other
        **variables,
    }


@asynccontextmanager
async def running(
    folder: Path,
    *arguments: str,
    variables: Mapping[str, str] | None = None,
    source: Path | None = None,
) -> AsyncGenerator[Process]:
    """Run `python -m bots` in a folder; it is killed at the end if it still runs.

    Its input is a pipe, or that file.
    """
    with source.open("rb") if source else nullcontext(PIPE) as stdin:
        process = await asyncio.create_subprocess_exec(
            *_COMMAND,
            *arguments,
            cwd=folder,
            env=environment(variables or {}),
            stdin=stdin,
            stdout=PIPE,
            stderr=PIPE,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate(b"" if process.stdin else None)


async def run(
    folder: Path, *arguments: str, said: str = "", variables: Mapping[str, str] | None = None
) -> Finished:
    """Run it with that on its input until it ends."""
    async with running(folder, *arguments, variables=variables) as process, asyncio.timeout(120):
        out, err = await process.communicate(said.encode())
    return Finished(code=process.returncode or 0, out=out.decode(), err=err.decode())


class Terminal:
    """A terminal that somebody sits at. `text` is what stands on it now."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._news = asyncio.Event()
        os.set_blocking(descriptor, False)
        asyncio.get_running_loop().add_reader(descriptor, self._read)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display).strip()

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    async def wait_for(self, text: str) -> None:
        """Wait until the screen shows that."""
        async with asyncio.timeout(120):
            while text not in self.text:
                self._news.clear()
                await self._news.wait()

    async def wait_for_hidden(self) -> None:
        """Wait until a secret can be typed.

        What was typed earlier is thrown away: the program shows its question, turns the echo off,
        drops what has come by then, and moves the cursor on.
        """
        async with asyncio.timeout(120):
            while termios.tcgetattr(self._descriptor)[3] & termios.ECHO:
                self._news.clear()
                await self._news.wait()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._descriptor)
        os.close(self._descriptor)

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:  # the program has gone
            asyncio.get_running_loop().remove_reader(self._descriptor)
            return
        self._stream.feed(data)
        if b"\x1b[6n" in data:  # the program asks where the cursor is
            cursor = self._screen.cursor
            self.type(f"\x1b[{cursor.y + 1};{cursor.x + 1}R")
        self._news.set()


def _sit_down() -> None:
    """Have the terminal, as a program that a shell there has started."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # Whoever runs the tests in the background may have them ignore it, and all that they start.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@asynccontextmanager
async def terminal(
    folder: Path, *arguments: str, variables: Mapping[str, str] | None = None
) -> AsyncGenerator[tuple[Terminal, Process]]:
    """Run the program on a terminal; it is killed at the end if it still runs."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = await asyncio.create_subprocess_exec(
        *_COMMAND,
        *arguments,
        cwd=folder,
        env=environment(variables or {}),
        stdin=theirs,
        stdout=theirs,
        stderr=DEVNULL,
        # Ctrl-C is a signal while the program reads no keys, and goes to whoever has the terminal.
        start_new_session=True,
        preexec_fn=_sit_down,
    )
    os.close(theirs)
    screen = Terminal(ours)
    try:
        async with asyncio.timeout(180):
            yield screen, process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        screen.close()
