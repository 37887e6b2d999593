"""Where the console writes: a terminal with lines that change in place, or a plain pipe."""

import shutil
import sys
from collections.abc import Sequence
from typing import Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.utils import get_cwidth

from bots.console.menu import CommandCompleter


class Screen(Protocol):
    """`show` keeps one line per key and changes it in place until it is dropped.

    It is given all lines of a message; the first says the most.
    """

    @property
    def edit_seconds(self) -> float: ...

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


class TerminalScreen:
    """Lines that change stand below the prompt, everything else scrolls above it."""

    edit_seconds = 0.1

    def __init__(self) -> None:
        self._lines: dict[str, str] = {}
        self.session: PromptSession[str] = PromptSession(
            bottom_toolbar=self._toolbar, completer=CommandCompleter(), complete_while_typing=False
        )

    def print(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def show(self, key: str, lines: Sequence[str]) -> None:
        self._lines[key] = " · ".join(lines)
        self.session.app.invalidate()

    def drop(self, key: str) -> None:
        self._lines.pop(key, None)
        self.session.app.invalidate()

    def _toolbar(self) -> FormattedText | None:
        if not self._lines:
            return None
        width = shutil.get_terminal_size().columns
        text = "\n".join(_cut(line, width) for line in self._lines.values())
        return FormattedText([("noreverse", text)])


def _cut(line: str, width: int) -> str:
    """Shorten a line to so many cells: Chinese characters take two."""
    cells = 0
    for position, character in enumerate(line):
        cells += get_cwidth(character)
        if cells > width - 1:
            return line[:position] + "…"
    return line
