"""Buttons that people press: what comes of it, and what is still asked for."""

import logging
from dataclasses import dataclass, replace
from functools import partial

import discord

from bots.answers import Answers
from bots.discord.conversation import DiscordPlatform
from bots.discord.form import question_form
from bots.discord.incoming import (
    GivenCommand,
    answer_to,
    asker,
    is_hidden_press,
    pressed_in,
    runs_chat,
)
from bots.discord.keyboard import channel_choice
from bots.discord.payloads import ComponentData
from bots.discord.responses import TROUBLE, acknowledge, fill, respond, whisper
from bots.discord.sharing import brought
from core.commands import Commands
from core.commands.dispatch import dispatch
from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.invocation import Invocation, known
from core.messages.buttons import unpack
from core.options.options import OptionHelp, OptionKind
from core.platform import Button, ConversationRef, MessageRef, View

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordButtons:
    """Does what a button stands for. A button knows all by its name, so it survives restarts."""

    engine: Engine
    platform: DiscordPlatform
    answers: Answers
    default: Locale
    commands: Commands

    async def press(self, interaction: discord.Interaction) -> None:
        """Answer one press, or one choice."""
        data = ComponentData.model_validate(interaction.data)
        button = unpack(data.custom_id)
        if not button.asks:
            await self._do(interaction, button)
        elif data.values:
            await self._choose(interaction, button, data)
        else:
            await self._ask(interaction, button)

    async def _do(self, interaction: discord.Interaction, button: Button) -> None:
        if not await acknowledge(interaction, thinking=False):
            return
        self.platform.note(interaction, answered=True)
        invocation = _invocation(interaction, button)
        answer = await dispatch(self.engine, invocation, self.default, self.commands)
        if answer.view and answer.done:
            place = invocation.conversation
            await self.answers.say(place, answer.view, invocation.message, user=invocation.user)
        elif answer.view:
            await self._tell(interaction, answer.view)

    async def _choose(
        self, interaction: discord.Interaction, button: Button, data: ComponentData
    ) -> None:
        """Do it with what was chosen, and say in place of the choice what came of it."""
        if not await acknowledge(interaction, thinking=False):
            return
        given = {**button.given, button.asks: data.values[0]}
        typed = GivenCommand(name=button.command, given=given, channels=data.resolved.channels)
        choice = brought(interaction, self.commands.get(button.command), typed)
        invocation = replace(
            _invocation(interaction, button),
            given=given,
            asks="",
            place=choice.place,
            place_objection=choice.objection,
        )
        answer = await dispatch(self.engine, invocation, self.default, self.commands)
        if answer.view and not await fill(interaction, answer.view.text):
            await self._tell(interaction, answer.view)

    async def _tell(self, interaction: discord.Interaction, view: View) -> None:
        """Say to who pressed, and to nobody else, why nothing came of it; directly if need be."""
        if not await whisper(interaction, view.text):
            alone = self.platform.privately(pressed_in(interaction), asker(interaction))
            await self.answers.say(alone, view)

    async def _ask(self, interaction: discord.Interaction, button: Button) -> None:
        """Ask who pressed, and nobody else, for what the command lacks."""
        typed = GivenCommand(name=button.command, given=button.given)
        choice = brought(interaction, self.commands.get(button.command), typed)
        invocation = replace(_invocation(interaction, button), place_objection=choice.objection)
        answer = await dispatch(self.engine, invocation, self.default, self.commands)
        if answer.view:
            await whisper(interaction, answer.view.text)
        elif answer.asks:
            user, place = invocation.user, invocation.conversation
            locale = await self.answers.locale(user, place, self.default)
            await _show_question(interaction, button, answer.asks, answer.current, locale)


async def _show_question(
    interaction: discord.Interaction,
    button: Button,
    option: OptionHelp,
    current: str,
    locale: Locale,
) -> None:
    try:
        if option.kind is OptionKind.PLACE:
            text = translate(locale, "ask-choice", what=translate(locale, option.description))
            choice, say = channel_choice(button), interaction.response.send_message
            await respond(partial(say, text, view=choice, ephemeral=True))
        else:
            form = question_form(button, option, current, locale)
            await respond(partial(interaction.response.send_modal, form))
    except TROUBLE as error:
        log.warning("a question could not be asked: %s", error)


def _invocation(interaction: discord.Interaction, button: Button) -> Invocation:
    place = pressed_in(interaction)
    return Invocation(
        command=button.command,
        text="",
        given=button.given,
        asks=button.asks,
        user=asker(interaction),
        conversation=place,
        message=_pressed(interaction, place),
        event=answer_to(interaction, place).event,
        sent_at=interaction.created_at.timestamp(),
        is_chat_admin=known(runs_chat(interaction)),
        is_private=is_hidden_press(interaction),
        is_alone=isinstance(interaction.channel, discord.DMChannel),
    )


def _pressed(interaction: discord.Interaction, place: ConversationRef) -> MessageRef:
    """The message with the button; by the press itself where the bot is no member."""
    if place.person or interaction.message is None:
        return answer_to(interaction, place)
    return MessageRef(conversation=place, id=str(interaction.message.id))
