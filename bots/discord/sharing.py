"""A finished video in another channel of the server: as a new message, from our disk."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bots.answers import Answers
from bots.discord.conversation import NAME, DiscordPlatform
from bots.discord.incoming import asker, place_of
from bots.discord.payloads import Channel, ComponentData
from bots.discord.responses import acknowledge, fill
from core.delivery.delivery import is_native, post
from core.engine.engine import Engine
from core.errors import UserError
from core.files.transcode import transcode
from core.i18n import Locale, explain, translate
from core.jobs import Job, JobState
from core.media import Asset
from core.messages.views import excerpt
from core.platform import (
    ConversationRef,
    Limits,
    MediaPost,
    MessageLostError,
    UncertainError,
    View,
)

SHARE, PLACE = "share", "share-to"
_THREADS = frozenset(
    {
        discord.ChannelType.news_thread,
        discord.ChannelType.public_thread,
        discord.ChannelType.private_thread,
    }
)
_CHANNELS = [discord.ChannelType.text, discord.ChannelType.news, *_THREADS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Asks where a video shall go, and brings it there."""

    engine: Engine
    platform: DiscordPlatform
    answers: Answers
    default: Locale

    async def offer(self, interaction: discord.Interaction, job_id: str) -> None:
        """Ask for a channel, which only who presses sees."""
        if not await acknowledge(interaction, thinking=True, ephemeral=True):
            return
        locale = await self._locale(interaction)
        try:
            job = await self._job(interaction, job_id)
            _check_server(interaction)
        except UserError as error:
            await fill(interaction, explain(locale, error))
        else:
            await fill(interaction, translate(locale, "share-where"), _question(job))

    async def share(
        self, interaction: discord.Interaction, job_id: str, data: ComponentData
    ) -> None:
        """Post the video in the channel that was chosen."""
        if not await acknowledge(interaction, thinking=False):
            return
        locale = await self._locale(interaction)
        channel_id = data.values[0]
        try:
            job = await self._job(interaction, job_id)
            _check_channel(interaction, channel_id, data.resolved.channels.get(channel_id))
            await self._post(interaction, job, channel_id)
        except UserError as error:
            said = explain(locale, error)
        except (MessageLostError, UncertainError):
            said = translate(locale, "share-refused")
        else:
            said = translate(locale, "share-done", channel=f"<#{channel_id}>")
        await fill(interaction, said)

    async def _job(self, interaction: discord.Interaction, job_id: str) -> Job:
        """The job, if this person may share it and it is still on our disk."""
        user, services = asker(interaction), self.engine.services
        job = await services.store.get(job_id)
        if job is None or job.user.party != user.party:
            raise UserError("button-not-yours")
        if not await services.access.admits(user, place_of(interaction)):
            place = place_of(interaction).party
            raise UserError("access-denied", chat=str(place), user=str(user.party))
        if job.state is not JobState.DONE or not await asyncio.to_thread(_is_kept, job.assets):
            raise UserError("share-gone")
        return job

    async def _post(self, interaction: discord.Interaction, job: Job, channel_id: str) -> None:
        place = ConversationRef(platform=NAME, chat=str(interaction.guild_id), thread=channel_id)
        conversation = self.platform.conversation(place)
        budget = self.engine.services.budgets.of(place, conversation.limits)
        media = MediaPost(
            key=str(interaction.id),
            assets=await _fitted(job.assets, conversation.limits),
            view=View(text=_caption(job, interaction.user.mention)),
            spoiler=job.request.spoiler,
        )
        await post(conversation, budget, media, replacing=None)

    async def _locale(self, interaction: discord.Interaction) -> Locale:
        place = place_of(interaction)
        return await self.answers.locale(asker(interaction), place, self.default)


def _question(job: Job) -> discord.ui.View:
    view = discord.ui.View()
    select: discord.ui.ChannelSelect[discord.ui.View] = discord.ui.ChannelSelect(
        custom_id=f"{PLACE}:{job.id}", channel_types=_CHANNELS
    )
    view.add_item(select)
    view.stop()  # as in keyboard.py
    return view


def _check_server(interaction: discord.Interaction) -> None:
    """Only where the bot is a member has it channels to post to."""
    if interaction.guild_id is None or interaction.guild is None:
        raise UserError("share-server-only")
    if interaction.is_user_integration() and not interaction.is_guild_integration():
        raise UserError("share-server-only")


def _check_channel(
    interaction: discord.Interaction, channel_id: str, chosen: Channel | None
) -> None:
    """Both have to be allowed to post a video there by themselves."""
    _check_server(interaction)
    if chosen is None or not _may_post(discord.Permissions(chosen.permissions), chosen.type):
        raise UserError("share-not-you")
    guild = interaction.guild
    channel = guild.get_channel_or_thread(int(channel_id)) if guild else None
    # A thread that the bot does not know yet refuses by itself, where it does.
    if guild and channel and not _may_post(channel.permissions_for(guild.me), chosen.type):
        raise UserError("share-not-me")


def _may_post(may: discord.Permissions, channel_type: int) -> bool:
    threads = {kind.value for kind in _THREADS}
    speaks = may.send_messages_in_threads if channel_type in threads else may.send_messages
    return may.view_channel and speaks and may.attach_files


def _caption(job: Job, who: str) -> str:
    locale = Locale(job.locale)
    shared = translate(locale, "share-by", who=who)
    if job.request.private:
        return shared
    return f"{job.model_name} · {excerpt(job.request.prompt)}\n{shared}"


async def _fitted(assets: Sequence[Asset], limits: Limits) -> tuple[Asset, ...]:
    """The assets as the channel takes them."""
    ready: list[Asset] = []
    for asset in assets:
        limit = limits.upload_bytes
        fitted = (
            None if limit is None or is_native(asset, limits) else await transcode(asset, limit)
        )
        ready.append(fitted or asset)
    return tuple(ready)


def _is_kept(assets: Sequence[Asset]) -> bool:
    return bool(assets) and all(asset.path.exists() for asset in assets)
