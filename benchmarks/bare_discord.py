"""The baseline of a start and of an acknowledgment: the least that discord.py can be."""

import sys

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route


class DeferringBot(discord.AutoShardedClient):
    """Defers whatever it is asked."""

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Say that it was heard."""
        await interaction.response.defer(thinking=True)


def main(token: str, root: str, gateway: str) -> None:
    """Be connected until it is stopped."""
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = root, yarl.URL(gateway)
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
    DeferringBot(intents=intents, max_messages=None).run(token, log_handler=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
