"""What Discord's refusals mean: the one place where they become errors of the border."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord

from core.platform import (
    BrokenUploadError,
    LostAnswerError,
    MessageLostError,
    RefusalScope,
    RefusedError,
    SlowDownError,
    TooLargeError,
    UncertainError,
    UnreachableError,
)
from core.redact import quote

T = TypeVar("T")

# What aiohttp says where the library has closed its session.
_CLOSED = "Session is closed"
_PAUSE_SECONDS = 2.0
_LEAST_PAUSE_SECONDS = 0.5
_TOO_LARGE_STATUS = 413
_SLOW_STATUS = 429
_BROKEN_STATUS = 500
_TOO_LARGE_CODE = 40005
_OLD_MESSAGE_CODE = 30046
# Whoever may not read the history of a channel may not reply in it either.
_NO_REPLY = frozenset({160002, 160009})
# Beside whatever is forbidden (403) or gone (404).
_LOST = frozenset(
    {
        10062,  # unknown interaction
        40094,  # an app that only this user has installed has followed up often enough
        50005,  # written by somebody else
        50007,  # takes no direct messages
        50024,  # no channel for this
        50027,  # the token of the interaction has expired
        50083,  # the thread is archived
        50278,  # no server in common, so no direct messages
        160005,  # the thread is locked
    }
)


class NoReplyError(MessageLostError):
    """Messages can be written here, but not as a reply."""


async def ask(call: Awaitable[T], explain: Callable[[Exception], Exception] | None = None) -> T:
    """Do one request.

    Raises:
        MessageLostError: there is nothing to write to.
        SlowDownError: Discord wants a pause.
        UnreachableError: it cannot be reached; nothing is lost by repeating.
    """
    try:
        return await call
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise (explain or meaning)(error) from error
    except RuntimeError as error:
        if str(error) != _CLOSED:
            raise
        raise UnreachableError("the connection is being set up anew") from error


def meaning(error: Exception) -> Exception:
    """The error of the border; `error` itself where it can only be a defect of ours."""
    match error:
        case discord.RateLimited():
            return SlowDownError(error.retry_after)
        case discord.HTTPException():
            return _meaning_of_answer(error)
        # As long as there was no connection, Discord cannot have acted on it.
        case aiohttp.ClientConnectorError():
            return UnreachableError(type(error).__name__)
        case aiohttp.ClientError() | OSError():
            return LostAnswerError(type(error).__name__)
        case _:
            return error


def meaning_of_post(error: Exception) -> Exception:
    """The same for media: what is refused may be taken in another form."""
    match error:
        case aiohttp.ClientConnectorError():
            return meaning(error)
        case aiohttp.ClientError() | OSError():
            return BrokenUploadError(type(error).__name__)
        # Discord is broken, or just breaks over this file: then not for ever.
        case discord.HTTPException() if error.status >= _BROKEN_STATUS or _is_garbled(error):
            return BrokenUploadError(quote(str(error)))
        case _:
            return meaning(error)


def meaning_of_follow_up(error: Exception) -> Exception:
    """The same for media that Discord would not know again if they came twice."""
    broken = isinstance(error, discord.HTTPException) and error.status >= _BROKEN_STATUS
    dropped = isinstance(error, aiohttp.ClientError | OSError)
    # As long as there was no connection, Discord cannot have acted on it.
    unsent = isinstance(error, aiohttp.ClientConnectorError)
    if broken or (dropped and not unsent):
        return UncertainError(quote(str(error)))
    return meaning_of_post(error)


def _meaning_of_answer(error: discord.HTTPException) -> Exception:
    said = f"{error.status}/{error.code}: {quote(error.text)}"
    if error.status == _TOO_LARGE_STATUS or error.code == _TOO_LARGE_CODE:
        return TooLargeError(said)
    if error.code in _NO_REPLY:
        return NoReplyError(said)
    if error.status == _SLOW_STATUS:
        return SlowDownError(_pause(error), _scope(error))
    if error.status >= _BROKEN_STATUS or _is_garbled(error):
        is_broken = error.status >= _BROKEN_STATUS
        return LostAnswerError(said) if is_broken else UnreachableError(said)
    if isinstance(error, discord.Forbidden | discord.NotFound) or error.code in _LOST:
        return MessageLostError(said)
    return RefusedError(said)


def _is_garbled(error: discord.HTTPException) -> bool:
    """Whether the answer came from something in between, such as a proxy."""
    return not error.code and error.text.lstrip().startswith("<")


def _scope(error: discord.HTTPException) -> RefusalScope:
    if error.code == _OLD_MESSAGE_CODE:
        return "message"
    headers = error.response.headers
    # What does not come from Discord's own servers bars the whole address.
    everywhere = headers.get("X-RateLimit-Scope") == "global" or "Via" not in headers
    return "bot" if everywhere else "method"


def _pause(error: discord.HTTPException) -> float:
    try:
        told = float(error.response.headers["Retry-After"])
    except (KeyError, ValueError):
        return _PAUSE_SECONDS
    return max(told, _LEAST_PAUSE_SECONDS)
