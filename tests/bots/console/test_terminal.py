"""A terminal whose keys are the program's own, also while a line is printed."""

import os
import pty
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.fakes.cli import environment

ROOT = Path(__file__).parents[3]
# More than any terminal keeps for somebody who does not read: the program stands in the middle.
PRINTS = """
import asyncio, signal
from bots.console.terminal import TerminalScreen
from core.catalog import Catalog
from core.catalog.load import CatalogData

async def main():
    data = CatalogData(gateways={}, models=())
    screen = TerminalScreen(Catalog(data=data, ready_gateways=frozenset()))
    line = "BEGIN" + "x" * 1_000_000
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, screen.print, line)
    async for _ in screen.lines():
        pass

asyncio.run(main())
"""


def is_raw(terminal: int) -> bool:
    """Whether keys go to the program as they are, Ctrl-C too."""
    return not termios.tcgetattr(terminal)[3] & (termios.ICANON | termios.ISIG)


def read_until(terminal: int, mark: bytes) -> None:
    seen = b""
    while mark not in seen:
        seen += os.read(terminal, 64)


@pytest.mark.skipif(sys.platform != "linux", reason="the other end of a terminal tells its state")
def test_keys_are_the_programs_own_while_a_line_is_printed() -> None:
    ours, theirs = pty.openpty()
    variables = environment({"PROMPT_TOOLKIT_NO_CPR": "1"})
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", PRINTS], cwd=ROOT, env=variables, stdin=theirs, stdout=theirs
    ) as program:
        os.close(theirs)
        try:
            read_until(ours, b">")
            assert is_raw(ours)
            program.send_signal(signal.SIGUSR1)
            read_until(ours, b"BEGIN")
            assert is_raw(ours)
        finally:
            program.kill()
    os.close(ours)
