"""The library's client, where it has to be stricter than it is."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

# As the library says it where an answer is no JSON at all.
NO_ANSWER = "Invalid server response"
Json = Mapping[str, Any]


class ApiRequest(HTTPXRequest):
    """Takes for an answer of the Bot API only what has the form of one."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer.

        Raises:
            TelegramError: something else has answered, such as a proxy.
        """
        # The library does the same, and logs a traceback with whatever it was.
        try:
            told: Any = json.loads(payload.decode("utf-8", "replace"))
        except ValueError as error:
            raise TelegramError(NO_ANSWER) from error
        answer = cast("dict[str, Any]", told if isinstance(told, dict) else {})
        if "result" not in answer and answer.get("ok") is not False:
            raise TelegramError(NO_ANSWER)
        return answer


class RawBot(Bot):
    """A bot that gives updates as they were told."""

    async def raw_updates(self, *, offset: int, seconds: int, kinds: Sequence[str]) -> list[Json]:
        """Wait up to some seconds for updates from that number on; those before are confirmed.

        As they were told, since the library reads all or none, and one may be odd.

        Raises:
            TelegramError: why there are none.
        """
        told: Any = await self._post(
            "getUpdates",
            {"offset": offset or None, "timeout": seconds, "allowed_updates": kinds},
            read_timeout=seconds + 10.0,
        )
        if not isinstance(told, list):
            raise TelegramError(NO_ANSWER)
        found = map(as_update, cast("list[object]", told))
        return [update for update in found if update]


def as_update(told: object) -> Json | None:
    """An update, if it is one at all: it has a number by which it can be told apart."""
    update = cast("Json", told if isinstance(told, dict) else {})
    return update if isinstance(update.get("update_id"), int) else None


def is_garbled(error: TelegramError) -> bool:
    """Whether something in between has answered, or something that is no Bot API."""
    cause = error.__cause__
    # The library chains one of these when it looks for the token.
    if isinstance(cause, InvalidToken):
        return is_garbled(cause)
    return isinstance(cause, TelegramError) or error.message == NO_ANSWER
