"""The two ways to write: as a member of a channel, and by the token of an interaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from secrets import token_hex
from typing import Protocol

import discord

from bots.discord.keyboard import custom_id, keyboard
from core.chat import Button

NOBODY = discord.AllowedMentions.none()
_LOOKED_THROUGH = 300
_AS_THEY_ARE: Sequence[discord.Attachment | discord.File] = discord.utils.MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
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


class Door(Protocol):
    """Takes new messages and changes old ones; raises what the library raises."""

    async def post(self, letter: Letter) -> discord.Message: ...

    async def change(self, message: str, letter: Letter) -> None:
        """Put other words under a message; files, where there are any, take the place of its."""
        ...


@dataclass(frozen=True, slots=True)
class ChannelDoor:
    """Open as long as the bot may write in a channel."""

    channel: discord.PartialMessageable

    async def post(self, letter: Letter) -> discord.Message:
        if not letter.replying:
            return await self.channel.send(
                letter.content,
                files=letter.files,
                view=_shown(letter),
                nonce=letter.nonce,
                allowed_mentions=NOBODY,
            )
        return await self.channel.send(
            letter.content,
            files=letter.files,
            view=_shown(letter),
            nonce=letter.nonce,
            allowed_mentions=NOBODY,
            reference=self._reference(letter.replying),
        )

    async def change(self, message: str, letter: Letter) -> None:
        await self.channel.get_partial_message(int(message)).edit(
            content=letter.content,
            attachments=letter.files or _AS_THEY_ARE,
            view=keyboard(letter.buttons),
            allowed_mentions=NOBODY,
        )

    async def find(self, buttons: Sequence[Button], since: str) -> discord.Message | None:
        """Find the media that were posted with these buttons; Discord forgets a nonce soon."""
        wanted = {custom_id(button) for button in buttons}
        after = discord.Object(int(since))
        async for message in self.channel.history(after=after, limit=_LOOKED_THROUGH):
            if message.attachments and wanted and _pressable(message) == wanted:
                return message
        return None

    def _reference(self, message: str) -> discord.MessageReference:
        return discord.MessageReference(
            message_id=int(message), channel_id=self.channel.id, fail_if_not_exists=False
        )


@dataclass(frozen=True, slots=True)
class TokenDoor:
    """Open for a quarter of an hour, also where the bot is no member.

    Attributes:
        ephemeral: whether new messages are for one person only.
    """

    webhook: discord.Webhook
    ephemeral: bool

    async def post(self, letter: Letter) -> discord.Message:
        return await self.webhook.send(
            letter.content,
            files=letter.files,
            view=_shown(letter),
            ephemeral=self.ephemeral,
            allowed_mentions=NOBODY,
            wait=True,
        )

    async def change(self, message: str, letter: Letter) -> None:
        await self.webhook.edit_message(
            int(message),
            content=letter.content,
            attachments=letter.files or _AS_THEY_ARE,
            view=keyboard(letter.buttons),
            allowed_mentions=NOBODY,
        )


def _shown(letter: Letter) -> discord.ui.View:
    return keyboard(letter.buttons) or discord.utils.MISSING


def _pressable(message: discord.Message) -> set[str | None]:
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    items = [item for row in rows for item in row.children]
    return {item.custom_id for item in items}
