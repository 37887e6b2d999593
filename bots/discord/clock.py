"""What time it is on Discord: the clock of this machine may be wrong, or be set at any moment."""

import time
from email.utils import parsedate_to_datetime

import discord


class DiscordClock:
    """Goes by what Discord's answers tell, and by this machine's clock before the first."""

    def __init__(self) -> None:
        self._ahead: float | None = None

    def note(self, date: str) -> None:
        """Take note of the `Date` of an answer that was given just now."""
        try:
            told = parsedate_to_datetime(date)
        except ValueError:
            return  # none, or one that says nothing
        self._ahead = told.timestamp() - time.monotonic()

    def age_seconds(self, snowflake: str) -> float:
        """How long ago Discord gave this id to something."""
        return self._now() - discord.utils.snowflake_time(int(snowflake)).timestamp()

    def _now(self) -> float:
        if self._ahead is None:
            return discord.utils.utcnow().timestamp()
        return time.monotonic() + self._ahead
