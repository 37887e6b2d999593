"""What Telegram's refusals mean: the one place where they become errors of the border."""

from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bots.telegram.client import is_garbled
from core.platform import (
    BrokenUploadError,
    CaptionRefusedError,
    LostAnswerError,
    MessageLostError,
    RefusedError,
    SlowDownError,
    TooLargeError,
    UncertainError,
    UnreachableError,
)
from core.redact import quote

# Telegram has no error codes below the HTTP status: its sentences are all there is to go by.
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
# Rights that one form of a post lacks; another form may have them.
_FORM_RIGHTS = ("not enough rights to send", "have no rights to send")
_TEXT_RIGHTS = ("rights to send text", "rights to send a message", "rights to send messages")
_TOO_LARGE = ("entity too large", "(413)", "file is too big", "file too large")
_CAPTION = ("caption", "can't parse entities", "message is too long")
# As long as there was no connection, or no room for one, nothing was sent.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# Proxies, and Telegram too, may close the connection in the middle of a body that is too large.
_CUT_OFF = (httpx.WriteError, httpx.WriteTimeout)


class AlreadyShownError(Exception):
    """The message looks as it should, or is the media by now: there is nothing to edit."""


def meaning(error: TelegramError) -> Exception:
    """The error of the border; `error` itself where it can only be a defect of ours."""
    if isinstance(error, RetryAfter):
        return SlowDownError(seconds_of(error.retry_after))
    match error:
        # A proxy's 400 or 403 says nothing about the chat.
        case BadRequest() | Forbidden() | InvalidToken() if is_garbled(error):
            return UnreachableError(quote(error.message))
        case Forbidden() | ChatMigrated():
            return MessageLostError(error.message)
        case BadRequest():
            return _meaning_of_text(error)
        case NetworkError():
            unsent = isinstance(error.__cause__, _UNSENT)
            return (UnreachableError if unsent else LostAnswerError)(quote(error.message))
        case _:
            return UnreachableError(quote(error.message)) if is_garbled(error) else error


def meaning_of_post(error: TelegramError) -> Exception:
    """The same for media: what may have arrived must not be posted once more as it is.

    What is refused is refused in this form: as a file, or in other words, it may be taken.
    """
    said = error.message.casefold()
    cause = error.__cause__
    if isinstance(error, RetryAfter | ChatMigrated):
        return meaning(error)
    if any(words in said for words in _TOO_LARGE):
        return TooLargeError(quote(error.message))
    if isinstance(error, BadRequest | Forbidden) and not is_garbled(error):
        return _meaning_of_refusal(error, said)
    if isinstance(cause, _UNSENT):
        return UnreachableError(quote(error.message))
    # A page that blocks may pass, or may be about this very file: then not for ever.
    if isinstance(cause, _CUT_OFF) or (isinstance(error, Forbidden) and is_garbled(error)):
        return BrokenUploadError(quote(error.message))
    return UncertainError(quote(error.message))


def _meaning_of_refusal(error: BadRequest | Forbidden, said: str) -> Exception:
    if any(words in said for words in _TEXT_RIGHTS):
        return MessageLostError(error.message)
    if any(words in said for words in _FORM_RIGHTS):
        return RefusedError(error.message)
    if any(words in said for words in _CAPTION):
        return CaptionRefusedError(error.message)
    return meaning(error)


def _meaning_of_text(error: BadRequest) -> Exception:
    said = error.message.casefold()
    if any(words in said for words in _SHOWN):
        return AlreadyShownError(error.message)
    if any(words in said for words in _LOST):
        return MessageLostError(error.message)
    return RefusedError(quote(error.message))


def seconds_of(pause: int | timedelta) -> float:
    """How long Telegram wants to be left alone."""
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)
