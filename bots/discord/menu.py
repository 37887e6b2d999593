"""Tells Discord the commands when they have changed."""

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path

import discord

from bots.discord.slash import Json, definitions
from core.catalog import Catalog
from core.commands import COMMANDS

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Where the commands are to be seen, and what was published there.

    Attributes:
        file: what was published where, as hashes; if it is lost, all is published once more.
        guild_ids: the servers that have them; all, and everybody's own, where it is empty.
    """

    file: Path
    guild_ids: tuple[int, ...] = ()

    async def publish(self, client: discord.Client, catalog: Catalog) -> None:
        """Publish what has changed. Nothing else depends on it."""
        wanted = definitions(COMMANDS.values(), catalog, everywhere=not self.guild_ids)
        for guild_id in self.guild_ids or (None,):
            try:
                await self._publish_in(client, guild_id, wanted)
            except discord.DiscordException as error:
                place = f"in server {guild_id}" if guild_id else "everywhere"
                log.warning("the commands could not be published %s: %s", place, error)

    async def _publish_in(
        self, client: discord.Client, guild_id: int | None, wanted: list[Json]
    ) -> None:
        application = client.application_id
        if application is None:
            raise TypeError("the client is not logged in")
        place, state = f"{application}/{guild_id or 'everywhere'}", _hash(wanted)
        if self._published().get(place) == state:
            return
        if guild_id is None:
            await client.http.bulk_upsert_global_commands(application, wanted)
        else:
            await client.http.bulk_upsert_guild_commands(application, guild_id, wanted)
        self._remember(place, state)
        log.info("the commands were published: %s", place)

    def _published(self) -> dict[str, str]:
        try:
            return dict(json.loads(self.file.read_text("utf-8")))
        except (OSError, ValueError):
            return {}

    def _remember(self, place: str, state: str) -> None:
        try:
            self.file.write_text(json.dumps({**self._published(), place: state}), "utf-8")
        except OSError as error:
            log.warning("%s cannot be written, so commands are published again: %s", place, error)


def _hash(wanted: list[Json]) -> str:
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
