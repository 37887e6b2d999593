"""Where the console writes, and the plain way of it: a pipe."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from typing import Protocol, TextIO

from bots.console.speech import Speech, is_ended
from core.catalog import Catalog
from core.platform import View

_LINE_BYTES = 4_000_000
CONTINUED = "\\"
"""A line that ends with it goes on in the next."""


class Screen(Protocol):
    """`show` keeps one line per key and changes it in place until it is dropped.

    It is given all lines of a message; the first says the most. `speak` is given an answer as far
    as it has come, and prints each line of it once. Among `lines`, None takes back what was begun
    before it.
    """

    @property
    def edit_seconds(self) -> float: ...

    def lines(self) -> AsyncGenerator[str | None]: ...

    def print(self, text: str) -> None: ...

    def show(self, key: str, lines: Sequence[str]) -> None: ...

    def drop(self, key: str) -> None: ...

    def speak(self, key: str, view: View) -> None: ...


class Speeches:
    """Answers that are being given: one is printed while it comes, the others when they end."""

    def __init__(self) -> None:
        self._given: dict[str, Speech] = {}

    def speech(self, key: str, view: View) -> Speech | None:
        """How much of it is printed already; None where its turn has not come."""
        speech = self._given.setdefault(key, Speech())
        first = next(iter(self._given))
        if is_ended(view):
            return self._given.pop(key)
        return speech if key == first else None


class PipeScreen:
    """Plain lines for programs and log files: a changing line is said again every few seconds."""

    edit_seconds = 5.0

    def __init__(self, source: TextIO, sink: TextIO) -> None:
        self._source = source
        self._sink = sink
        self._said: dict[str, Sequence[str]] = {}
        self._speeches = Speeches()

    def print(self, text: str) -> None:
        self._sink.write(f"{text}\n")
        self._sink.flush()

    def show(self, key: str, lines: Sequence[str]) -> None:
        first, *others = lines
        known = self._said.get(key, ())
        for line in others:
            if line not in known:
                self.print(line)
        self._said[key] = lines
        if first not in known:
            # Between the lines of other messages one has to say what it is about.
            self.print(first if len(self._said) == 1 else " · ".join(lines))

    def drop(self, key: str) -> None:
        self._said.pop(key, None)

    def speak(self, key: str, view: View) -> None:
        """As it was written: programs read Markdown, too."""
        if speech := self._speeches.speech(key, view):
            for line in speech.news(view, _lines, "· {}".format):
                self.print(line)

    async def lines(self) -> AsyncGenerator[str | None]:
        """Lines of the source, without a thread that would keep the program from ending."""
        reader = asyncio.StreamReader(limit=_LINE_BYTES)
        loop = asyncio.get_running_loop()
        try:
            # Asked here, since what the transport is refused it tells nobody.
            loop.add_reader(self._source, lambda: None)
            loop.remove_reader(self._source)
            transport, _ = await loop.connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(reader), self._source
            )
        except (ValueError, OSError):
            # A regular file or /dev/null: it never makes anybody wait.
            for line in _lines_of(self._source):
                yield line
            return
        try:
            async for line in reader:
                yield line.decode("utf-8", "replace")
        finally:
            transport.close()


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _lines_of(file: TextIO) -> list[str]:
    return file.buffer.read().decode("utf-8", "replace").splitlines()


def make_screen(catalog: Catalog) -> Screen:
    """A terminal where somebody sits at one, else a pipe."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        from bots.console.terminal import TerminalScreen  # noqa: PLC0415 - scripts start sooner

        return TerminalScreen(catalog)
    return PipeScreen(sys.stdin, sys.stdout)
