"""Where the log goes and what it looks like: one line per event, no secrets."""

import logging
import sys
import threading
from pathlib import Path
from types import TracebackType

import structlog
from structlog.contextvars import merge_contextvars
from structlog.typing import EventDict, Processor

from bots.cli.repeats import Repeats
from core.errors import StorageError
from core.redact import printable, redact

log = logging.getLogger(__name__)


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Also makes a line of what its own library cannot."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        try:
            return super().format(record)
        except Exception as error:  # noqa: BLE001 - a library's arguments do not fit its own text
            said = f"{record.name}: {record.msg!r} with {record.args!r}: {error!r}"
        told = {"name": record.name, "levelno": record.levelno, "levelname": record.levelname}
        return super().format(logging.makeLogRecord({**told, "msg": said}))


def configure_logs(level: str, file: Path | None = None) -> None:
    """Send the log to a file, or to stderr: a line an event, on a terminal in words, else as JSON.

    A terminal that somebody types in wants a file.

    What nobody has caught is logged, too: left to Python, it would be printed as it is.

    Raises:
        StorageError: the file cannot be written.
    """
    handler = logging.StreamHandler(sys.stderr) if file is None else _file_handler(file)
    in_words = file is None and sys.stderr.isatty()
    handler.setFormatter(_formatter(*_WORDS) if in_words else json_formatter())
    handler.addFilter(Repeats())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # What cannot be written, as on a full disk, Python would print: as it is, and into a chat.
    logging.raiseExceptions = False
    sys.excepthook = _log_crash
    threading.excepthook = _log_crash_of
    sys.unraisablehook = _log_crash_of
    # httpx logs every URL, and a URL may carry a signature.
    for chatty in ("httpx", "httpcore", "alembic", "procrastinate", "psycopg"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def json_formatter() -> logging.Formatter:
    """One object of JSON for each event, with what its task is about."""
    return _formatter(_head_first, structlog.processors.JSONRenderer(ensure_ascii=False))


def _formatter(*renderers: Processor) -> logging.Formatter:
    return _Formatter(
        foreign_pre_chain=[
            structlog.stdlib.ExtraAdder(),
            merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso"),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _without_secrets,
            *renderers,
        ],
    )


def _without_secrets(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Take secrets out of all there is in an event, in whatever form they are.

    Nothing but text and numbers is left: before a line is made of it, or what is cut out would
    take signs along that the line needs.
    """
    return {redact(name): _plain(value) for name, value in event.items()}


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(value if isinstance(value, str) else repr(value))


def _head_first(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Put first what people look for in a line."""
    head = {name: event.get(name) for name in ("timestamp", "level", "event")}
    return {**head, **event}


def _harmless(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Let nobody's text steer the terminal, or look like another event."""
    told = {name: printable(v) if isinstance(v, str) else v for name, v in event.items()}
    return {**told, "event": str(told["event"]).replace("\n", "\\n")}


_WORDS: tuple[Processor, ...] = (_harmless, structlog.dev.ConsoleRenderer())


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
        # A gateway's text may hold halves of characters, which are none in UTF-8.
        return logging.FileHandler(file, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise StorageError(f"The log {file} cannot be written: {error.strerror}") from error
