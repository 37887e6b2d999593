"""What somebody forwards with a comment: Discord sends the two as messages of their own."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import discord

from bots.discord.carried import carried_by


@dataclass(frozen=True, slots=True)
class _Held:
    message: discord.Message
    claimed: asyncio.Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordForwards:
    """Brings a command together with what was forwarded right before or behind it.

    Only in private: elsewhere the bot is shown nothing that does not name it.

    Args:
        before_seconds: how long something forwarded waits for its command.
        behind_seconds: how long a command waits for what is forwarded behind it.
    """

    before_seconds: float = 2.0
    behind_seconds: float = 0.7
    _held: defaultdict[int, list[_Held]] = field(
        default_factory=lambda: defaultdict[int, list[_Held]](list)
    )
    _awaited: dict[int, asyncio.Future[discord.Message]] = field(
        default_factory=dict[int, asyncio.Future[discord.Message]]
    )

    async def belongs(self, message: discord.Message) -> bool:
        """Whether a message is part of a command, and nothing by itself; waits to find out."""
        if message.guild or not message.message_snapshots or not carried_by(message):
            return False
        place, held = message.channel.id, _Held(message, asyncio.Event())
        if (awaited := self._awaited.get(place)) and not awaited.done():
            awaited.set_result(message)
            return True
        self._held[place].append(held)
        try:
            await asyncio.wait_for(held.claimed.wait(), self.before_seconds)
        except TimeoutError:
            self._held[place].remove(held)
            return False
        return True

    async def along(self, command: discord.Message) -> Sequence[discord.Message]:
        """What was forwarded with a command."""
        place = command.channel.id
        if command.guild:
            return ()
        if before := self._held.pop(place, []):
            for held in before:
                held.claimed.set()
            return [held.message for held in before]
        self._awaited[place] = awaited = asyncio.get_running_loop().create_future()
        try:
            return [await asyncio.wait_for(awaited, self.behind_seconds)]
        except TimeoutError:
            return ()
        finally:
            # A command that came meanwhile waits for its own.
            if self._awaited.get(place) is awaited:
                del self._awaited[place]
