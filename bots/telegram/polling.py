"""Asks Telegram for updates, and confirms only what is stored."""

import asyncio
import logging
from collections.abc import Sequence

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut

from bots.outages import Outages
from bots.telegram.client import RawBot, is_garbled
from bots.telegram.errors import seconds_of
from bots.telegram.ids import NAME
from bots.telegram.intake import UpdateIntake
from core.errors import StorageError
from core.redact import quote

log = logging.getLogger(__name__)

_POLL_SECONDS = 30
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0


async def poll(bot: RawBot, intake: UpdateIntake, kinds: Sequence[str], outages: Outages) -> None:
    """Fetch updates of these kinds, for ever.

    To ask for the next ones confirms those before, so it is done when they are stored.
    """
    offset, pause = 0, _FIRST_PAUSE_SECONDS
    while True:
        await intake.room()
        try:
            updates = await bot.raw_updates(offset=offset, seconds=_POLL_SECONDS, kinds=kinds)
            await intake.take(updates)
        except RetryAfter as error:
            outages.fails(NAME)
            log.warning("Telegram wants to be asked for updates later: %s", error)
            await asyncio.sleep(seconds_of(error.retry_after))
        except (TelegramError, StorageError) as error:
            if isinstance(error, TelegramError):
                outages.fails(NAME)
            _complain(error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        else:
            offset = max((each["update_id"] + 1 for each in updates), default=offset)
            pause = _FIRST_PAUSE_SECONDS
            outages.works(NAME)


def _complain(error: TelegramError | StorageError) -> None:
    """Nothing here ends the program: other platforms and running jobs are not concerned."""
    match error:
        case TimedOut():
            log.info("Telegram has not answered for %d s", _POLL_SECONDS)
        case Conflict():
            # Another program with this token, or a webhook that somebody has set.
            log.error("updates go to somebody else: %s", quote(error.message))
        case InvalidToken() if not is_garbled(error):
            log.error("TELEGRAM_BOT_TOKEN: Telegram does not accept it any more")
        case TelegramError():
            log.warning("updates could not be fetched: %s", quote(error.message))
        case StorageError():
            log.error("updates stay at Telegram, since they cannot be stored: %s", error)
