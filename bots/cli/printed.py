"""How commands that only look print what they have found."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from core.redact import printable

_WIDEST = 10_000


def print_json(told: object) -> None:
    """For programs."""
    print(json.dumps(told, ensure_ascii=False, indent=2))  # noqa: T201 - the answer


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; only a terminal has a width that it is folded to."""
    table = Table(*heads)
    for row in rows:
        table.add_row(*(printable(cell) for cell in row))
    console = Console(highlight=False, markup=False)
    whole = Measurement.get(console, console.options.update(max_width=_WIDEST), table).maximum
    width = console.width if console.is_terminal else whole
    Console(width=width, highlight=False, markup=False).print(table)


def utc(at: float | None) -> str | None:
    """A time as programs read it."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def local(at: float) -> str:
    """A time as it is where we are."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
