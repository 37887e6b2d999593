"""The log as programs get it: a table for each line, with what its task is about."""

import json
import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from bots.cli.logs import json_formatter

LogLine = Mapping[str, Any]


class LogLines(logging.Handler):
    """Keeps the lines.

    Attributes:
        lines: in the order in which they were logged.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(json_formatter())
        self.lines: list[LogLine] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))

    def with_field(self, name: str) -> list[LogLine]:
        """Those that have a field."""
        return [line for line in self.lines if name in line]


@contextmanager
def log_lines(level: int = logging.INFO) -> Generator[LogLines]:
    """Keep them while the block runs."""
    kept, root = LogLines(), logging.getLogger()
    before = root.level
    root.setLevel(level)
    root.addHandler(kept)
    try:
        yield kept
    finally:
        root.removeHandler(kept)
        root.setLevel(before)
