"""A terminal that somebody sits at: lines change in place below the prompt."""

import shutil
import sys
from collections.abc import AsyncGenerator, Sequence

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.utils import get_cwidth

from bots.console.menu import CommandCompleter
from bots.console.screen import CONTINUED
from core.catalog import Catalog


class TerminalScreen:
    """Lines that change stand below the prompt, everything else scrolls above it."""

    edit_seconds = 0.25

    def __init__(self, catalog: Catalog) -> None:
        self._lines: dict[str, str] = {}
        self._session: PromptSession[str] = PromptSession(
            bottom_toolbar=self._toolbar,
            completer=CommandCompleter(catalog),
            complete_while_typing=False,
        )

    async def lines(self) -> AsyncGenerator[str | None]:
        """What is typed, until Ctrl-D, or Ctrl-C where nothing has been begun."""
        line = None
        with patch_stdout(raw=True):
            while True:
                try:
                    line = await self._session.prompt_async("> ")
                except EOFError:
                    yield None
                    return
                except KeyboardInterrupt:
                    is_begun = line and line.rstrip().endswith(CONTINUED)
                    if not (is_begun or self._session.default_buffer.text):
                        return
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
