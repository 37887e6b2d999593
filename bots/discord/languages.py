"""The languages of people: Discord tells them with interactions, but not with messages."""

from collections import OrderedDict
from dataclasses import dataclass, field

import discord

from bots.discord.incoming import user_of
from core.platform import User

_REMEMBERED = 10_000


@dataclass(slots=True)
class Languages:
    """Those that were told lately. Forgotten when the bot restarts."""

    _told: OrderedDict[int, discord.Locale] = field(
        default_factory=OrderedDict[int, discord.Locale]
    )

    def note(self, interaction: discord.Interaction) -> None:
        """Remember what somebody's Discord speaks."""
        self._told[interaction.user.id] = interaction.locale
        self._told.move_to_end(interaction.user.id)
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)

    def author(self, message: discord.Message) -> User:
        """Who wrote a message, with the language that is known of them."""
        return user_of(message.author, self._told.get(message.author.id))
