"""The two ways to write: as a member of a channel, and by the token of an interaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from secrets import token_hex
from typing import Protocol

import discord

from bots.discord.keyboard import keyboard
from core.messages.buttons import pack, unpack
from core.platform import Button

# Prompts are other people's words: whoever they name must not be pinged by the bot.
NOBODY = discord.AllowedMentions.none()
_LOOKED_THROUGH = 300
_AS_THEY_ARE: Sequence[discord.Attachment | discord.File] = discord.utils.MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """What is written, in Discord's own markup.

    Attributes:
        nonce: by which Discord knows a repetition.
        replying: the id of the message that is answered.
    """

    content: str
    buttons: Sequence[Button] = ()
    files: Sequence[discord.File] = ()
    nonce: str = field(default_factory=partial(token_hex, 12))
    replying: str = ""


class MessageChannel(Protocol):
    """Takes new messages and changes old ones; raises what the library raises."""

    async def post(self, outgoing: OutgoingMessage) -> discord.Message: ...

    async def change(self, message: str, outgoing: OutgoingMessage) -> None:
        """Put other words under a message; files, where there are any, take the place of its."""
        ...


@dataclass(frozen=True, slots=True)
class MemberChannel:
    """Open as long as the bot may write in a channel."""

    channel: discord.PartialMessageable

    async def post(self, outgoing: OutgoingMessage) -> discord.Message:
        if not outgoing.replying:
            return await self.channel.send(
                outgoing.content,
                files=outgoing.files,
                view=_shown(outgoing),
                nonce=outgoing.nonce,
                allowed_mentions=NOBODY,
            )
        return await self.channel.send(
            outgoing.content,
            files=outgoing.files,
            view=_shown(outgoing),
            nonce=outgoing.nonce,
            allowed_mentions=NOBODY,
            reference=self._reference(outgoing.replying),
        )

    async def change(self, message: str, outgoing: OutgoingMessage) -> None:
        await self.channel.get_partial_message(int(message)).edit(
            content=outgoing.content,
            attachments=outgoing.files or _AS_THEY_ARE,
            view=keyboard(outgoing.buttons),
            allowed_mentions=NOBODY,
        )

    async def find(self, buttons: Sequence[Button], since: str) -> discord.Message | None:
        """Find the media that were posted with these buttons; Discord forgets a nonce soon."""
        wanted = {pack(button) for button in buttons}
        after = discord.Object(int(since))
        async for message in self.channel.history(after=after, limit=_LOOKED_THROUGH):
            if message.attachments and wanted and _pressable(message) == wanted:
                return message
        return None

    def _reference(self, message: str) -> discord.MessageReference:
        return discord.MessageReference(
            # A command that was deleted meanwhile must not cost its answer.
            message_id=int(message),
            channel_id=self.channel.id,
            fail_if_not_exists=False,
        )


@dataclass(frozen=True, slots=True)
class InteractionChannel:
    """Open for a quarter of an hour, also where the bot is no member.

    Attributes:
        ephemeral: whether new messages are for one person only.
    """

    webhook: discord.Webhook
    ephemeral: bool

    async def post(self, outgoing: OutgoingMessage) -> discord.Message:
        return await self.webhook.send(
            outgoing.content,
            files=outgoing.files,
            view=_shown(outgoing),
            ephemeral=self.ephemeral,
            allowed_mentions=NOBODY,
            wait=True,
        )

    async def change(self, message: str, outgoing: OutgoingMessage) -> None:
        await self.webhook.edit_message(
            int(message),
            content=outgoing.content,
            attachments=outgoing.files or _AS_THEY_ARE,
            view=keyboard(outgoing.buttons),
            allowed_mentions=NOBODY,
        )


def _shown(outgoing: OutgoingMessage) -> discord.ui.View:
    return keyboard(outgoing.buttons) or discord.utils.MISSING


def _pressable(message: discord.Message) -> set[str]:
    """What the buttons of a message do, also such as an earlier version has written."""
    # Packed anew: buttons of earlier versions say the same in other words.
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    items = [item for row in rows for item in row.children]
    return {pack(unpack(item.custom_id)) for item in items if item.custom_id}
