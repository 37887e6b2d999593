"""Where the console writes, and the plain way of it: a pipe."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

_LINE_BYTES = 4_000_000


class Screen(Protocol):
    """`show` keeps one line per key and changes it in place until it is dropped.

    It is given all lines of a message; the first says the most.
    """

    @property
    def edit_seconds(self) -> float: ...

    def lines(self) -> AsyncGenerator[str]: ...

    def print(self, text: str) -> None: ...

    def show(self, key: str, lines: Sequence[str]) -> None: ...

    def drop(self, key: str) -> None: ...


class PipeScreen:
    """Plain lines for programs and log files: a changing line is said again every few seconds."""

    edit_seconds = 5.0

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def print(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def show(self, key: str, lines: Sequence[str]) -> None:
        if key not in self._said:
            self.print("\n".join(lines[1:]))
        if self._said.get(key) != lines[0]:
            self.print(lines[0])
        self._said[key] = lines[0]

    def drop(self, key: str) -> None:
        self._said.pop(key, None)

    async def lines(self) -> AsyncGenerator[str]:
        """Lines of standard input, without a thread that would keep the program from ending."""
        reader = asyncio.StreamReader(limit=_LINE_BYTES)
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
            )
        except (ValueError, OSError):
            # A regular file or /dev/null: it never makes anybody wait.
            for line in _file_lines():
                yield line
            return
        try:
            async for line in reader:
                yield line.decode("utf-8", "replace")
        finally:
            transport.close()


def _file_lines() -> list[str]:
    return sys.stdin.buffer.read().decode("utf-8", "replace").splitlines()


def make_screen() -> Screen:
    """A terminal where somebody sits at one, else a pipe."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        from bots.console.terminal import TerminalScreen  # noqa: PLC0415 - scripts start sooner

        return TerminalScreen()
    return PipeScreen()
