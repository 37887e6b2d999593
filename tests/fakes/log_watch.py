"""Waits until the log says something: for what a test can see nowhere else."""

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager

_PATIENCE_SECONDS = 90


class LogWatch(logging.Handler):
    """Sees every line of the log that has this text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self._said = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if self._text in record.getMessage():
            self._said.set()

    async def wait(self) -> None:
        """Wait for the first; a test whose log never says it fails."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self._said.wait()


@contextmanager
def log_watch(text: str) -> Generator[LogWatch]:
    """Watch while the block runs."""
    watch = LogWatch(text)
    logging.getLogger().addHandler(watch)
    try:
        yield watch
    finally:
        logging.getLogger().removeHandler(watch)
