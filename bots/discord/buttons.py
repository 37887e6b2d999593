"""DiscordButtons that people press: who may, and what comes of it."""

from dataclasses import dataclass

import discord

from bots.answers import Answers
from bots.discord.conversation import DiscordPlatform
from bots.discord.incoming import answer_to, asker, place_of, runs_chat
from bots.discord.payloads import ComponentData
from bots.discord.responses import acknowledge, whisper
from bots.discord.sharing import PLACE, SHARE, Sharing
from core.commands.dispatch import dispatch
from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.platform import ConversationRef, Invocation, MessageRef

_ABOUT_JOBS = frozenset({"cancel", "retry", "again"})
# What who runs a server may do for others.
_MANAGED = frozenset({"cancel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordButtons:
    """Does what a button stands for. A button knows all by its name, so it survives restarts."""

    engine: Engine
    platform: DiscordPlatform
    answers: Answers
    sharing: Sharing
    default: Locale

    async def press(self, interaction: discord.Interaction) -> None:
        """Answer one press, or one choice."""
        data = ComponentData.model_validate(interaction.data)
        command, _, argument = data.custom_id.partition(":")
        if command == SHARE:
            await self.sharing.offer(interaction, argument)
        elif command == PLACE:
            await self.sharing.share(interaction, argument, data)
        else:
            await self._do(interaction, command, argument)

    async def _do(self, interaction: discord.Interaction, command: str, argument: str) -> None:
        if not await acknowledge(interaction, thinking=False):
            return
        self.platform.note(interaction, answered=True)
        place = _place(interaction)
        if not await self._may(interaction, command, argument):
            locale = await self.answers.locale(asker(interaction), place, self.default)
            await whisper(interaction, translate(locale, "button-not-yours"))
            return
        invocation = Invocation(
            command=command,
            text=argument,
            user=asker(interaction),
            conversation=place,
            message=_pressed(interaction, place),
            is_chat_admin=runs_chat(interaction),
        )
        answer = await dispatch(self.engine, invocation, self.default)
        if answer.view and answer.done:
            await self.answers.say(place, answer.view, invocation.message)
        elif answer.view:
            await whisper(interaction, answer.view.text)

    async def _may(self, interaction: discord.Interaction, command: str, job_id: str) -> bool:
        if command not in _ABOUT_JOBS:
            return True
        job = await self.engine.services.store.get(job_id)
        if job is None or job.user.party == asker(interaction).party:
            return True
        return command in _MANAGED and runs_chat(interaction)


def _place(interaction: discord.Interaction) -> ConversationRef:
    """Where the message with the button is: what only one person saw stays so."""
    message = interaction.message
    return place_of(interaction, private=bool(message and message.flags.ephemeral))


def _pressed(interaction: discord.Interaction, place: ConversationRef) -> MessageRef:
    """The message with the button; by the press itself where the bot is no member."""
    if place.person or interaction.message is None:
        return answer_to(interaction, place)
    return MessageRef(conversation=place, id=str(interaction.message.id))
