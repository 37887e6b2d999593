"""Where the log goes and what it looks like: one line per event, no secrets."""

import logging
import sys
from pathlib import Path

import structlog
from structlog.typing import EventDict, WrappedLogger

from core.errors import StorageError
from core.redact import redact


def configure_logs(level: str, file: Path | None = None) -> None:
    """Send the log to a file, or to stderr. A terminal that somebody types in wants a file.

    Raises:
        StorageError: the file cannot be written.
    """
    if file is None:
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
    else:
        handler = _file_handler(file)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _redact,
                structlog.dev.ConsoleRenderer(colors=file is None and sys.stderr.isatty()),
            ],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # httpx logs every URL, and a URL may carry a signature.
    for chatty in ("httpx", "httpcore", "alembic", "aiosqlite"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _file_handler(file: Path) -> logging.Handler:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return logging.FileHandler(file, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"The log {file} cannot be written: {error.strerror}") from error


def _redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {key: redact(v) if isinstance(v, str) else v for key, v in event.items()}
