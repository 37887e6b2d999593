"""Where the log goes and what it looks like: one line per event, no secrets."""

import logging
import sys
import threading
from pathlib import Path
from types import TracebackType

import structlog

from bots.cli.repeats import Repeats
from core.errors import StorageError
from core.redact import redact

log = logging.getLogger(__name__)


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Takes secrets out at the very end, wherever in an event and in whatever form they are."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        try:
            line = super().format(record)
        except Exception as error:  # noqa: BLE001 - a library's arguments do not fit its own text
            line = f"{record.name}: {record.msg!r} with {record.args!r}: {error!r}"
        return redact(line)


def configure_logs(level: str, file: Path | None = None) -> None:
    """Send the log to a file, or to stderr. A terminal that somebody types in wants a file.

    What nobody has caught is logged, too: left to Python, it would be printed as it is.

    Raises:
        StorageError: the file cannot be written.
    """
    handler = logging.StreamHandler(sys.stderr) if file is None else _file_handler(file)
    handler.setFormatter(
        _Formatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.dev.ConsoleRenderer(colors=file is None and sys.stderr.isatty()),
            ],
        )
    )
    handler.addFilter(Repeats())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_crash
    threading.excepthook = _log_crash_of
    sys.unraisablehook = _log_crash_of
    # httpx logs every URL, and a URL may carry a signature.
    for chatty in ("httpx", "httpcore", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _log_crash_of(crash: "threading.ExceptHookArgs | sys.UnraisableHookArgs") -> None:
    error = crash.exc_value or crash.exc_type()
    _log_crash(crash.exc_type, error, crash.exc_traceback)


def _log_crash(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("cliprelay has crashed", exc_info=(kind, error, trace))


def _file_handler(file: Path) -> logging.Handler:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return logging.FileHandler(file, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"The log {file} cannot be written: {error.strerror}") from error
