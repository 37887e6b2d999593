"""The first word to an interaction, which has three seconds, and words only its user sees."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp
import discord

log = logging.getLogger(__name__)

_UNKNOWN, _ANSWERED = 10062, 40060
_TEXT_CHARS = 2000
_BROKEN_STATUS = 500
# As long as Discord waits; then it tells the user by itself that nothing came.
_ANSWER_SECONDS = 3.0
_PAUSES = (0.2, 0.8)
# What a call to Discord may raise; nothing but words depends on the calls here.
TROUBLE = (discord.DiscordException, aiohttp.ClientError, OSError)


async def acknowledge(
    interaction: discord.Interaction, *, thinking: bool, ephemeral: bool = False
) -> bool:
    """Say that the interaction was taken.

    What was asked for counts whatever becomes of that, and is shown in the channel then. False
    only where Discord has given it up, and so has told its user that it failed, or where it has
    been answered already: then nothing may be done.
    """
    try:
        await respond(partial(interaction.response.defer, thinking=thinking, ephemeral=ephemeral))
    except TROUBLE as error:
        log.warning("an interaction could not be acknowledged: %s", error or type(error).__name__)
        return _code(error) not in {_UNKNOWN, _ANSWERED}
    return True


async def respond(call: Callable[[], Awaitable[object]]) -> None:
    """Give the first word to an interaction, again where it may not have arrived.

    Raises:
        DiscordException, ClientError, OSError: it was refused, or nobody knows whether it came.
    """
    async with asyncio.timeout(_ANSWER_SECONDS):
        for attempt, pause in enumerate((*_PAUSES, None)):
            try:
                await call()
            except TROUBLE as error:
                if attempt and _code(error) == _ANSWERED:
                    return  # an earlier attempt had arrived; only its answer was lost
                if pause is None or _is_refusal(error):
                    raise
                await asyncio.sleep(pause)
            else:
                return


async def whisper(interaction: discord.Interaction, text: str) -> bool:
    """Say something to who asked, which nobody else sees. Tells whether Discord has taken it."""
    text = text[:_TEXT_CHARS]
    try:
        if not interaction.response.is_done() and await _is_first_word(interaction, text):
            return True
        await interaction.followup.send(text, ephemeral=True)
    except TROUBLE as error:
        log.info("an answer was not taken: %s", error or type(error).__name__)
        return False
    return True


async def _is_first_word(interaction: discord.Interaction, text: str) -> bool:
    """Say it as the first word; False where that had arrived although nobody told us."""
    try:
        await respond(partial(interaction.response.send_message, text, ephemeral=True))
    except discord.HTTPException as error:
        if error.code != _ANSWERED:
            raise
        return False
    return True


async def fill(
    interaction: discord.Interaction, text: str, view: discord.ui.View | None = None
) -> bool:
    """Put text and components in place of Discord's "thinking…"; tells whether it was taken."""
    try:
        await interaction.edit_original_response(content=text[:_TEXT_CHARS], view=view)
    except TROUBLE as error:
        log.info("an answer was not taken: %s", error or type(error).__name__)
        return False
    return True


async def remove(interaction: discord.Interaction) -> None:
    """Remove what an acknowledgement has become, if that works."""
    try:
        await interaction.delete_original_response()
    except TROUBLE as error:
        log.info("an acknowledgement could not be removed: %s", error or type(error).__name__)


def _code(error: BaseException) -> int:
    return error.code if isinstance(error, discord.HTTPException) else 0


def _is_refusal(error: BaseException) -> bool:
    """Whether an answer was given that will not change."""
    if isinstance(error, discord.HTTPException):
        return error.status < _BROKEN_STATUS
    return isinstance(error, discord.DiscordException)
