"""One fault does not fill the log."""

import logging
from collections.abc import Iterator

import pytest

from bots.cli.repeats import Repeats


class Kept(logging.Handler):
    """Keeps what passes its filter."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.now = 0.0
        self.addFilter(Repeats(lambda: self.now))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def kept() -> Iterator[Kept]:
    handler, logger = Kept(), logging.getLogger("test_repeats")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


@pytest.fixture
def log(kept: Kept) -> logging.Logger:
    assert kept
    return logging.getLogger("test_repeats")


def test_a_line_is_written_once_a_minute_and_the_next_one_says_how_many_were_not(
    kept: Kept, log: logging.Logger
) -> None:
    for kept.now in (0, 1, 59, 60, 61, 120, 300):
        log.warning("no %s", "room")
    log.warning("no %s", "bread")

    assert kept.lines == [
        "no room",
        "no room (2 more like this)",
        "no room (1 more like this)",
        "no room",
        "no bread",
    ]


def test_the_same_words_about_another_error_are_another_line(
    kept: Kept, log: logging.Logger
) -> None:
    for error in (OSError("full"), OSError("full"), OSError("worn out")):
        log.error("broken", exc_info=error)

    assert kept.lines == ["broken", "broken"]


def test_what_is_remembered_stays_small(kept: Kept, log: logging.Logger) -> None:
    for number in (*range(1001), 0):
        log.warning("line %d", number)

    assert kept.lines.count("line 0") == 2  # by then it was forgotten


def test_the_lines_of_jobs_are_never_left_out() -> None:
    handler, log = Kept(), logging.getLogger("core.records")
    log.addHandler(handler)
    for _ in range(2):
        log.warning("job 1: failed: upstream")
    log.removeHandler(handler)

    assert handler.lines == ["job 1: failed: upstream"] * 2


def test_a_line_that_cannot_be_written_harms_nobody(kept: Kept) -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "%d", ("no number",), None)

    assert kept.filter(record)
