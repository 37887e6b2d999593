"""Who and what is on the Discord stand-in: simcord's world, without a client inside of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import discord
from simcord.backend import Backend, serializers
from simcord.backend.cdn import CDN_BASE, CdnStore
from simcord.backend.errors import BackendError
from simcord.builders import GuildHandle
from simcord.env import Env

from tests.fakes.discord.wire import Json

MIB = 1 << 20
TIER_BYTES = (10 * MIB, 10 * MIB, 50 * MIB, 100 * MIB)
LINK_SECONDS = 86_400
MEMBER_LIMIT = 1 << 21
PRIVATE_PERMISSIONS = discord.Permissions(
    attach_files=True, embed_links=True, mention_everyone=True
)


class DiscordWorld(Env):
    """simcord's builders and actors. They wait for nothing: the bot is somewhere else.

    Attributes:
        outside: servers and group chats of which the bot is no member.
        tiers: the boost tier of servers.
        nitro_bytes: how much some users may upload.
        locales: the language of users.
    """

    def __init__(self) -> None:
        super().__init__(discord.Client(intents=discord.Intents(guilds=True)))
        self.backend = Backend()
        # The clock agrees with the bot's at first, but then it stands still: nothing times out
        # because a machine is slow
        self.backend.clock.advance((datetime.now(UTC) - self.backend.clock.now()).total_seconds())
        self.cdn = LoopbackCdn(self.backend)
        self.backend.cdn = self.cdn
        self.outside: set[int] = set()
        self.tiers: dict[int, int] = {}
        self.nitro_bytes: dict[int, int] = {}
        self.locales: dict[int, str] = {}
        # Otherwise nobody could press a button under a message of this world
        self._message_states.add(self.bot._connection)  # pyright: ignore[reportPrivateUsage] - simcord's own way to say so

    async def _settle_internal(self, **_: Any) -> None:
        """Do not wait as simcord does for the tasks of a bot inside of it."""

    def stranger_guild(self, name: str = "Elsewhere") -> GuildHandle:
        """Make a server that has not got the bot; some of its people bring it along."""
        guild_id = self.backend.snowflake() + MEMBER_LIMIT
        self.outside.add(guild_id)
        return self.create_guild(name, id=guild_id)

    def kick(self, guild: GuildHandle) -> None:
        """Throw the bot out."""
        self.backend.emit("GUILD_DELETE", {"id": str(guild.id)})
        self.outside.add(guild.id)

    def boost(self, guild: GuildHandle, tier: int) -> None:
        """Give a server another boost tier."""
        self.tiers[guild.id] = tier
        self.backend.emit("GUILD_UPDATE", self.describe(guild.id))

    def describe(self, guild_id: int) -> Json:
        """A server as events tell it."""
        guild = self.backend.get_guild(guild_id)
        payload = serializers.guild_create_payload(self.backend, guild)
        return {**payload, "premium_tier": self.tiers.get(guild_id, 0)}

    def tell_of(self, guild_id: int) -> Json:
        """A server as those are told who ask; simcord knows no boosts."""
        if guild_id in self.outside:
            raise BackendError(403, 50001, "Missing Access")
        return self.describe(guild_id)

    def is_outside(self, channel_id: int) -> bool:
        """Tell whether the bot has no access to a channel by its own token."""
        channel = self.backend.channels.get(channel_id)
        guild_id = channel.guild_id if channel else None
        return channel_id in self.outside or guild_id in self.outside

    def upload_bytes(self, channel_id: int, user_id: int | None = None) -> int:
        """How large a file may be: what the server allows, or the user for whom it is."""
        channel = self.backend.channels.get(channel_id)
        tier = self.tiers.get(channel.guild_id or 0, 0) if channel else 0
        return max(TIER_BYTES[tier], self.nitro_bytes.get(user_id or 0, 0))

    def store(self, channel_id: int, *files: tuple[str, bytes]) -> list[Json]:
        """Upload files, for `UserHandle.send_dm(attachments=...)`."""
        return self.backend.store_attachments(channel_id, files)

    def tell(self, event: str, payload: Mapping[str, Any]) -> Json | None:
        """An event as the gateway sends it; None where the bot does not hear of it."""
        told = dict(payload)
        if event == "INTERACTION_CREATE":
            return self._complete(told)
        guild_id = told.get("id") if event.startswith("GUILD_") else told.get("guild_id")
        channel_id = int(told.get("channel_id") or 0)
        if int(guild_id or 0) in self.outside or channel_id in self.outside:
            return None
        if event == "GUILD_CREATE":
            del told["unavailable"]  # it is not told when the bot joins
        return told

    def _complete(self, told: Json) -> Json:
        """Add to an interaction what simcord does not model."""
        channel_id = int(told["channel_id"])
        guild_id = told.get("guild_id")
        user_id = (told.get("user") or told["member"]["user"])["id"]
        told["locale"] = self.locales.get(int(user_id), "en-US")
        told["attachment_size_limit"] = self.upload_bytes(channel_id, int(user_id))
        told["authorizing_integration_owners"] = {"0": guild_id or "0"}
        if guild_id:
            told["guild"] = {"id": guild_id, "locale": "en-US", "features": []}
        if self.is_outside(channel_id):
            told["authorizing_integration_owners"] = {"1": user_id}
            told["app_permissions"] = str(PRIVATE_PERMISSIONS.value)
            told["context"] = 0 if guild_id else 2
        return told


class LoopbackCdn(CdnStore):
    """Gives the files addresses on this machine, which expire.

    Attributes:
        root: the address of the server.
    """

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self.root = ""
        self._backend = backend

    def store_attachment(
        self,
        attachment_id: int,
        channel_id: int,
        filename: str,
        data: bytes,
        description: str | None,
    ) -> dict[str, Any]:
        told = super().store_attachment(attachment_id, channel_id, filename, data, description)
        expires_at = int(self._backend.clock.now().timestamp()) + LINK_SECONDS
        path = f"attachments/{channel_id}/{attachment_id}/{quote(filename)}"
        url = f"{self.root}/cdn/{path}?ex={expires_at:x}"
        return told | {"url": url, "proxy_url": url}

    def fetch(self, url: str) -> bytes | None:
        """What is at an address, unless that has expired."""
        where = urlsplit(url)
        expires_at = int(where.query.removeprefix("ex=") or "0", 16)
        if self._backend.clock.now().timestamp() > expires_at:
            return None
        return self.get(CDN_BASE + unquote(where.path).removeprefix("/cdn"))
