"""Finds out who the operator is on Telegram: whoever sends the bot the code on the screen."""

import asyncio
from collections.abc import Iterable

import httpx
from pydantic import BaseModel, Field, ValidationError

_POLL_SECONDS = 10
_PAUSE_SECONDS = 1.0
_LOOK_SECONDS = 45.0


class _Sender(BaseModel):
    id: int
    first_name: str = ""


class _Message(BaseModel):
    text: str = ""
    sender: _Sender | None = Field(default=None, alias="from")


class _Update(BaseModel):
    message: _Message | None = None


class _Updates(BaseModel):
    result: tuple[_Update, ...] = ()


async def find_sender(root: str, text: str, http: httpx.AsyncClient) -> int | None:
    """Look for whoever has sent this text to the bot; None if nobody does so in 45 seconds.

    The updates are only looked at: without an offset none counts as delivered, so the bot gets
    them all when it runs, and the kinds that it has asked for stay as they are.

    Args:
        root: where the methods of the Bot API stand for this bot.
        text: what nobody else knows.
        http: asks it.
    """
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            while True:
                answer = await http.get(f"{root}/getUpdates", params={"timeout": _POLL_SECONDS})
                # Refused while somebody else fetches them: a running bot, or its webhook.
                if not answer.is_success:
                    return None
                if (found := _sender_of(text, _read(answer))) is not None:
                    return found
                # Those that wait are given at once each time.
                await asyncio.sleep(_PAUSE_SECONDS)
    except (TimeoutError, httpx.RequestError):
        return None


def _read(answer: httpx.Response) -> Iterable[_Update]:
    try:
        return _Updates.model_validate_json(answer.content).result
    except ValidationError:
        return ()


def _sender_of(text: str, updates: Iterable[_Update]) -> int | None:
    said = (each.message for each in updates if each.message)
    return next((each.sender.id for each in said if each.sender and each.text == text), None)
