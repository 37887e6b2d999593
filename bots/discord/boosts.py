"""How large a file each server takes, which grows with the boosts of its members."""

import asyncio
import logging
from dataclasses import dataclass, field

import discord

from bots.discord.errors import ask
from bots.discord.limits import UPLOAD_BYTES
from core.platform import (
    ConversationRef,
    MessageLostError,
    RefusedError,
    SlowDownError,
    UnreachableError,
)

log = logging.getLogger(__name__)

_KEPT_SECONDS = 3600.0
# A result need not wait for this longer: a smaller file is better than none.
_PATIENCE_SECONDS = 10.0


@dataclass(slots=True)
class _Told:
    upload_bytes: int
    until: float


@dataclass(slots=True)
class Boosts:
    """Servers that were asked about, since no event has told of them.

    Whoever listens hears of all servers. A process that only works has to ask.
    """

    _told: dict[int, _Told] = field(default_factory=dict[int, _Told])

    def upload_bytes(self, client: discord.Client, place: ConversationRef) -> int:
        """The largest file that everybody's view of a place takes, as far as we know."""
        server = int(place.chat) if place.thread else 0
        if guild := client.get_guild(server):
            return guild.filesize_limit
        told = self._told.get(server)
        return told.upload_bytes if told else UPLOAD_BYTES

    async def learn(self, client: discord.Client, place: ConversationRef) -> None:
        """Ask about a place, if that is news; where nobody answers it takes what all take."""
        if place.person or not place.thread or client.is_ready():
            return
        now, server = asyncio.get_running_loop().time(), int(place.chat)
        told = self._told.get(server)
        if told and now < told.until:
            return
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                guild = await ask(client.fetch_guild(server, with_counts=False))
            largest = guild.filesize_limit
        except (MessageLostError, RefusedError):
            # One that the bot is no member of, where somebody has brought it along.
            largest = UPLOAD_BYTES
        except (SlowDownError, UnreachableError, TimeoutError) as error:
            log.info("nobody knows how large a file server %s takes: %s", server, error)
            return
        self._told[server] = _Told(upload_bytes=largest, until=now + _KEPT_SECONDS)
