"""Keeps the commands that Discord has as they should be, wherever it has any."""

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import discord
from discord.http import Route

from bots.discord.errors import ask
from bots.discord.registered import differs, entry_points
from bots.discord.slash import Json, definitions
from bots.runtime import MENU_PAUSE_SECONDS
from core.catalog import Catalog
from core.commands import COMMANDS
from core.messages.patience import pauses
from core.people.sessions import Area
from core.platform import MessageLostError, RefusedError, SlowDownError, UnreachableError

log = logging.getLogger(__name__)

# Where commands are: in one server, or everywhere.
Scope = int | None
EVERYWHERE = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Where the commands are to be seen.

    Attributes:
        guild_ids: the servers that have them; all, and everybody's own, where it is empty.
        areas: what has pages that commands lead to.
    """

    guild_ids: tuple[int, ...] = ()
    areas: Collection[Area] = ()

    async def keep(self, client: discord.Client, catalog: Catalog) -> None:
        """Publish them, and empty every scope that is not meant, until it is cancelled.

        Nothing else depends on it. What fails is tried again; servers are looked at when they are
        known and when the bot joins one.
        """
        due = _Due({EVERYWHERE, *self.guild_ids})

        async def on_ready() -> None:
            due.add(guild.id for guild in client.guilds)

        async def on_guild_join(guild: discord.Guild) -> None:
            due.add([guild.id])

        for listener in (on_ready, on_guild_join):
            client.event(listener)
        await asyncio.sleep(MENU_PAUSE_SECONDS)
        waits = pauses()
        while True:
            taken = due.take()
            due.scopes |= await self.publish(client, catalog, taken)
            if due.scopes - taken:
                continue  # somebody has joined meanwhile
            if not due.scopes:
                waits = pauses()
            await due.more(next(waits) if due.scopes else None)

    async def publish(
        self, client: discord.Client, catalog: Catalog, scopes: Iterable[Scope] | None = None
    ) -> set[Scope]:
        """Publish in some scopes, or in all that are known by name; gives those to try again."""
        again = set[Scope]()
        for scope in scopes or {EVERYWHERE, *self.guild_ids}:
            try:
                await self._publish_in(client, catalog, scope)
            except (SlowDownError, UnreachableError) as error:
                log.warning("the commands could not be published %s: %s", _named(scope), error)
                again.add(scope)
            except (MessageLostError, RefusedError, discord.DiscordException) as error:
                log.warning("the commands were refused %s: %s", _named(scope), error)
        return again

    async def _publish_in(self, client: discord.Client, catalog: Catalog, scope: Scope) -> None:
        meant = self.guild_ids or (EVERYWHERE,)
        wanted = definitions(
            COMMANDS.values(), catalog, everywhere=scope is None, areas=self.areas
        )
        wanted = wanted if scope in meant else []
        found = await _registered(client, scope)
        if not differs(found, wanted):
            return
        # An app that begins with an Activity has one of Discord's own, which may not be left out.
        told, application = [*wanted, *entry_points(found)], _application(client)
        if scope is None:
            await ask(client.http.bulk_upsert_global_commands(application, told))
        else:
            await ask(client.http.bulk_upsert_guild_commands(application, scope, told))
        log.info("the commands were %s %s", "published" if wanted else "removed", _named(scope))


@dataclass(slots=True)
class _Due:
    """The scopes that are still to be looked at."""

    scopes: set[Scope]
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, scopes: Iterable[int]) -> None:
        self.scopes.update(scopes)
        self._news.set()

    def take(self) -> set[Scope]:
        taken, self.scopes = self.scopes, set()
        self._news.clear()
        return taken

    async def more(self, seconds: float | None) -> None:
        """Wait until there are more, or for as long."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return


async def _registered(client: discord.Client, scope: Scope) -> Sequence[Json]:
    """What Discord has. The library does not ask it for the names in other languages."""
    where = "/commands" if scope is None else f"/guilds/{scope}/commands"
    route = Route("GET", f"/applications/{_application(client)}{where}")
    return await ask(client.http.request(route, params={"with_localizations": "true"}))


def _application(client: discord.Client) -> int:
    if client.application_id is None:
        raise TypeError("the client is not logged in")
    return client.application_id


def _named(scope: Scope) -> str:
    return "everywhere" if scope is None else f"in server {scope}"
