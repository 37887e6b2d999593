"""The first word to an interaction, which has three seconds, and words only its user sees."""

import logging

import aiohttp
import discord

log = logging.getLogger(__name__)

_ANSWERED = 40060
_TEXT_CHARS = 2000
# What a call to Discord may raise; nothing but words depends on the calls here.
TROUBLE = (discord.DiscordException, aiohttp.ClientError, OSError)


async def acknowledge(
    interaction: discord.Interaction, *, thinking: bool, ephemeral: bool = False
) -> bool:
    """Say that the interaction was taken; False when Discord takes it for unanswered.

    Then nothing may be done, since its user has been told that it failed.
    """
    for attempt in (1, 2):
        try:
            await interaction.response.defer(thinking=thinking, ephemeral=ephemeral)
        except discord.HTTPException as error:
            if attempt > 1 and error.code == _ANSWERED:
                return True  # the first attempt had arrived; only its answer was lost
            log.warning("an interaction could not be acknowledged: %s", error)
            return False
        except TROUBLE as error:
            log.warning("an interaction could not be acknowledged: %s", type(error).__name__)
        else:
            return True
    return False


async def whisper(interaction: discord.Interaction, text: str) -> None:
    """Say something to who asked, which nobody else sees."""
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text[:_TEXT_CHARS], ephemeral=True)
        else:
            await interaction.response.send_message(text[:_TEXT_CHARS], ephemeral=True)
    except TROUBLE as error:
        log.info("an answer was not taken: %s", error)


async def fill(
    interaction: discord.Interaction, text: str, view: discord.ui.View | None = None
) -> None:
    """Put text and components in place of Discord's "thinking…"."""
    try:
        await interaction.edit_original_response(content=text[:_TEXT_CHARS], view=view)
    except TROUBLE as error:
        log.info("an answer was not taken: %s", error)
