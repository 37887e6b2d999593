"""What Telegram's refusals mean: the one place where they become errors of the border."""

from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from core.platform import MessageLostError, SlowDownError, UncertainError
from core.redact import quote

_PAUSE_SECONDS = 2.0
_SHOWN = ("message is not modified", "there is no text in the message to edit")
_LOST = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "chat not found",
    "chat_restricted",
    "chat_write_forbidden",
    "have no rights to send",
    "not enough rights to send",
    "group chat was deactivated",
    "group chat was upgraded",
    "message thread not found",
    "peer_id_invalid",
    "topic_closed",
    "topic_deleted",
)
# As long as the request was not sent to its end, Telegram cannot have acted on it.
_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.WriteError,
    httpx.WriteTimeout,
)


class AlreadyShownError(Exception):
    """The message looks as it should, or is the media by now: there is nothing to edit."""


def meaning(error: TelegramError) -> Exception:
    """The error of the border; `error` itself where it can only be a defect of ours."""
    match error:
        case RetryAfter():
            return SlowDownError(_seconds(error.retry_after))
        case Forbidden() | ChatMigrated():
            return MessageLostError(error.message)
        case BadRequest():
            return _meaning_of_text(error)
        case NetworkError():
            return SlowDownError(_PAUSE_SECONDS)
        case _:
            return error


def meaning_of_post(error: TelegramError) -> Exception:
    """The same for media: what may have arrived must not be posted once more as it is."""
    if not isinstance(error, NetworkError) or isinstance(error, BadRequest):
        return meaning(error)
    if isinstance(error.__cause__, _UNSENT):
        return SlowDownError(_PAUSE_SECONDS)
    return UncertainError(quote(error.message))


def _meaning_of_text(error: BadRequest) -> Exception:
    said = error.message.casefold()
    if any(words in said for words in _SHOWN):
        return AlreadyShownError(error.message)
    if any(words in said for words in _LOST):
        return MessageLostError(error.message)
    return error


def _seconds(pause: int | timedelta) -> float:
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)
