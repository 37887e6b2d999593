"""Whether answers go as rich messages, as long as the server and the text are made for it."""

import logging
from dataclasses import dataclass

from telegram.error import BadRequest, EndPointNotFound, TelegramError

from bots.telegram.client import is_garbled
from bots.telegram.errors import meaning
from bots.telegram.formatting import units
from bots.telegram.limits import TEXT_CHARS
from bots.telegram.rich import RICH_CHARS, RichContent, rich_content
from core.platform import RefusedError, TextTooLongError, View

log = logging.getLogger(__name__)

# What a server says that knows no such method, or passes over the field and misses the text.
_UNKNOWN = ("method not found", "unknown method", "message text is empty")


class RichUnknownError(RefusedError):
    """The server does not know rich messages."""


@dataclass(slots=True)
class RichServer:
    """What is known of the Bot API server.

    Attributes:
        is_used: whether the operator wants rich messages, and the server knows them.
    """

    is_used: bool = False


class RichWriting:
    """Decides for one conversation; what is refused there once is not tried again."""

    def __init__(self, server: RichServer) -> None:
        self._server = server
        self._refused = False

    @property
    def markdown_chars(self) -> int:
        """How long an answer in one message may be, as it goes now."""
        return RICH_CHARS if self._is_used else TEXT_CHARS

    @property
    def _is_used(self) -> bool:
        return self._server.is_used and not self._refused

    def check(self, view: View) -> None:
        """Raise TextTooLongError for what was cut for a rich message, and is none any more."""
        if not self._is_used and _is_too_long(view):
            raise TextTooLongError

    def content(self, view: View) -> RichContent | None:
        """What is sent of a view; None where it goes as a text.

        Raises:
            TextTooLongError: it cannot be rich, and no text is so long.
        """
        content = rich_content(view) if self._is_used else None
        if self._is_used and content is None and _is_too_long(view):
            self._refused = True
            raise TextTooLongError
        return content

    def refuse(self, view: View, error: RefusedError) -> None:
        """Let everything go as a text from now on: here, or everywhere.

        Raises:
            TextTooLongError: no text is so long.
        """
        if isinstance(error, RichUnknownError):
            log.warning("the Bot API server knows no rich messages: %s", error)
            self._server.is_used = False
        else:
            log.warning("an answer goes as a text, not as a rich message: %s", error)
            self._refused = True
        if _is_too_long(view):
            raise TextTooLongError from error


def _is_too_long(view: View) -> bool:
    return view.is_markdown and units(view.text) > TEXT_CHARS


def meaning_of_rich(error: TelegramError) -> Exception:
    """The same as `meaning`, for what a server may not know."""
    if is_garbled(error):
        return meaning(error)
    said = error.message.casefold()
    is_unknown = isinstance(error, BadRequest) and any(words in said for words in _UNKNOWN)
    if is_unknown or isinstance(error, EndPointNotFound):
        return RichUnknownError(error.message)
    return meaning(error)
