"""A terminal that somebody sits at: lines change in place below the prompt."""

import shutil
import sys
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import nullcontext
from functools import partial

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.input import create_input
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.utils import get_cwidth

from bots.console.menu import CommandCompleter
from bots.console.paint import dim, painted
from bots.console.screen import CONTINUED, Speeches
from bots.console.speech import begun, is_ended
from core.catalog import Catalog
from core.platform import View

_STOP = "/stop"
# Of what is being written, so much is shown while it is not whole.
_BEGUN_ROWS = 6


class TerminalScreen:
    """Lines that change stand below the prompt, everything else scrolls above it."""

    edit_seconds = 0.25

    def __init__(self, catalog: Catalog) -> None:
        self._lines: dict[str, str] = {}
        self._begun: dict[str, str] = {}
        self._speeches = Speeches()
        keys = create_input()
        # Each line that is printed would let the terminal itself have the keys for that moment:
        # Ctrl-C would end the program instead of an answer, and Ctrl-D would be lost.
        keys.cooked_mode = nullcontext
        self._session: PromptSession[str] = PromptSession(
            input=keys,
            bottom_toolbar=self._toolbar,
            completer=CommandCompleter(catalog),
            complete_while_typing=False,
        )

    async def lines(self) -> AsyncGenerator[str | None]:
        """What is typed, until Ctrl-D, or Ctrl-C where nothing has been begun.

        Ctrl-C first stops the answers that are being given.
        """
        line = None
        with patch_stdout(raw=True):
            while True:
                try:
                    # Its own way with SIGINT would take away that of the program for ever.
                    line = await self._session.prompt_async("> ", handle_sigint=False)
                except EOFError:
                    yield None
                    return
                except KeyboardInterrupt:
                    is_begun = line and line.rstrip().endswith(CONTINUED)
                    if not (is_begun or self._session.default_buffer.text):
                        if not self._begun:
                            return
                        yield _STOP
                    line = None
                yield line

    def print(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def show(self, key: str, lines: Sequence[str]) -> None:
        self._lines[key] = " · ".join(lines)
        self._session.app.invalidate()

    def drop(self, key: str) -> None:
        self._lines.pop(key, None)
        self._session.app.invalidate()

    def speak(self, key: str, view: View) -> None:
        """Print what is whole, and show below the prompt what is being written."""
        if speech := self._speeches.speech(key, view):
            cells = shutil.get_terminal_size().columns
            for line in speech.news(view, partial(painted, cells=cells), dim):
                self.print(line)
        if is_ended(view):
            self._begun.pop(key, None)
        else:
            stop = f"[Ctrl-C: {view.buttons[0].label}]"
            self._begun[key] = "\n".join((begun(view.text), stop))
        self._session.app.invalidate()

    def _toolbar(self) -> FormattedText | None:
        width = shutil.get_terminal_size().columns
        rows = [_cut(line, width) for line in self._lines.values()]
        for text in self._begun.values():
            folded = [row for line in text.split("\n") for row in _folded(line, width)]
            rows += folded[-_BEGUN_ROWS:]
        return FormattedText([("noreverse", "\n".join(rows))]) if rows else None


def _folded(line: str, width: int) -> Iterator[str]:
    """A line in rows of so many cells."""
    row, cells = "", 0
    for character in line:
        cells += get_cwidth(character)
        if cells > width - 1:
            yield row
            row, cells = "", get_cwidth(character)
        row += character
    yield row


def _cut(line: str, width: int) -> str:
    """Shorten a line to so many cells: Chinese characters take two."""
    cells = 0
    for position, character in enumerate(line):
        cells += get_cwidth(character)
        if cells > width - 1:
            return line[:position] + "…"
    return line
