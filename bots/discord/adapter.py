"""From interactions and messages to invocations: every way to give a command."""

import logging
import sys
from functools import partial
from typing import Any
from uuid import uuid4

import discord

from bots.answers import Answers
from bots.discord.attachments import attachments
from bots.discord.buttons import DiscordButtons
from bots.discord.carried import pictures_in
from bots.discord.conversation import DiscordPlatform
from bots.discord.form import FORM, Drafts, form
from bots.discord.ids import IDS
from bots.discord.incoming import (
    GivenCommand,
    answer_to,
    asker,
    filled_in,
    is_hidden_press,
    is_private,
    place_of,
    runs_chat,
    targeted,
    typed_in,
)
from bots.discord.languages import Languages
from bots.discord.mentions import Mentions
from bots.discord.payloads import CommandData, FormData
from bots.discord.responses import TROUBLE, acknowledge, fill, remove, respond, whisper
from bots.discord.sharing import brought
from bots.discord.slash import MENUS, menu_named
from bots.discord.suggestions import price_labels, suggest
from core.catalog import Catalog
from core.commands import COMMANDS, Command, Commands
from core.commands.command import PROMPT
from core.commands.dispatch import dispatch
from core.commands.offer import is_offered
from core.engine.engine import Engine
from core.i18n import Locale, locale_of, translate
from core.invocation import Invocation, known
from core.messages.buttons import unpack
from core.platform import MessageRef, View

log = logging.getLogger(__name__)

_CHAT_INPUT = 1


class DiscordAdapter:
    """Takes events in.

    Args:
        default: the language for people whose own we do not know.
        commands: what can be asked for.
    """

    def __init__(
        self,
        engine: Engine,
        platform: DiscordPlatform,
        default: Locale,
        commands: Commands = COMMANDS,
    ) -> None:
        self._engine = engine
        self._services = engine.services
        self._commands = commands
        self._platform = platform
        self._default = default
        self._drafts = Drafts()
        self._languages = Languages()
        self._answers = Answers(self._services, platform, default)
        self._buttons = DiscordButtons(
            engine=engine,
            platform=platform,
            answers=self._answers,
            default=default,
            commands=commands,
        )
        self._mentions = Mentions(
            engine=engine,
            services=self._services,
            client=platform.client,
            answers=self._answers,
            languages=self._languages,
            default=default,
            commands=commands,
        )

    @property
    def catalog(self) -> Catalog:
        """What can be made, which decides what is offered."""
        return self._services.catalog

    def attach(self, client: discord.Client) -> None:
        """Have a client bring its events here."""
        for listener in (self.on_interaction, self.on_message, self.on_error):
            client.event(listener)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Take a command, a press, a form, or the beginning of a value."""
        if self._services.access.bans(asker(interaction), place_of(interaction)):
            return
        self._languages.note(interaction)
        match interaction.type:
            case discord.InteractionType.application_command:
                await self._take(interaction)
            case discord.InteractionType.autocomplete:
                await self._suggest(interaction)
            case discord.InteractionType.component:
                await self._buttons.press(interaction)
            case discord.InteractionType.modal_submit:
                await self._take_form(interaction)
            case discord.InteractionType.ping:
                pass

    async def on_message(self, message: discord.Message) -> None:
        """Take what somebody says to the bot by its name, or in private."""
        await self._mentions.hear(message)

    async def on_error(self, event: str, *args: object) -> None:
        """Log what nobody expected, and say so politely."""
        incident = uuid4().hex[:8]
        log.error("%s: unexpected error %s", event, incident, exc_info=sys.exc_info())
        match args:
            case (discord.Interaction() as interaction, *_):
                locale = self._shown_locale(interaction)
                await whisper(interaction, translate(locale, "unexpected-error", id=incident))
            case (discord.Message() as message, *_):
                await self._mentions.apologize(message, incident)
            case _:
                pass

    async def _take(self, interaction: discord.Interaction) -> None:
        data = CommandData.model_validate(interaction.data)
        if data.type != _CHAT_INPUT:
            await self._open_menu(interaction, data)
            return
        typed = typed_in(data)
        command = self._commands.get(typed.name)
        if not typed.text.strip() and command and self._can_fill_in(command):
            await self._open_form(interaction, command, typed)
        else:
            await self._do(interaction, typed)

    async def _open_menu(self, interaction: discord.Interaction, data: CommandData) -> None:
        locale = self._shown_locale(interaction)
        files, command = targeted(data), self._commands.get(MENUS.get(menu_named(data.name), ""))
        if command and command.result:
            if any(file.is_video for file in files):
                draft = GivenCommand(name=command.name, about=data.target_id)
                await self._open_form(interaction, command, draft)
            else:
                await whisper(interaction, translate(locale, "no-such-video"))
        elif command and (pictures := pictures_in(files)):
            text = translate(locale, "animate-prompt")
            draft = GivenCommand(name=command.name, text=text, pictures=pictures)
            await self._open_form(interaction, command, draft)
        else:
            await whisper(interaction, translate(locale, "animate-nothing"))

    async def _open_form(
        self, interaction: discord.Interaction, command: Command[Any], draft: GivenCommand
    ) -> None:
        if refused := await self._refusal(interaction, command, draft):
            await whisper(interaction, refused.text)
            return
        key, locale = str(interaction.id), self._shown_locale(interaction)
        self._drafts.keep(key, draft)
        try:
            modal = form(key, command, draft, self.catalog, locale)
            await respond(partial(interaction.response.send_modal, modal))
        except TROUBLE as error:
            log.warning("a form could not be opened: %s", error)

    async def _refusal(
        self, interaction: discord.Interaction, command: Command[Any], draft: GivenCommand
    ) -> View | None:
        """What would be refused after a form is refused before it."""
        invocation = Invocation(
            command=command.name,
            text="",
            given=draft.given,
            asks=PROMPT,
            user=asker(interaction),
            conversation=place_of(interaction, private=True),
            is_chat_admin=known(runs_chat(interaction)),
        )
        answer = await dispatch(self._engine, invocation, self._default, self._commands)
        return answer.view

    async def _take_form(self, interaction: discord.Interaction) -> None:
        data = FormData.model_validate(interaction.data)
        kind, _, key = data.custom_id.partition(":")
        if kind == FORM:
            draft = self._drafts.at(key)
        else:
            asked = unpack(data.custom_id)
            draft = GivenCommand(name=asked.command, given=asked.given)
        if draft is None:
            await whisper(interaction, translate(self._shown_locale(interaction), "form-lost"))
        else:
            await self._do(interaction, filled_in(data, draft))

    async def _do(self, interaction: discord.Interaction, typed: GivenCommand) -> None:
        command = self._commands.get(typed.name)
        private = is_private(typed, command) or is_hidden_press(interaction)
        if not await acknowledge(interaction, thinking=True, ephemeral=private):
            return
        self._platform.note(interaction)
        place = place_of(interaction, private=private)
        choice, http = brought(interaction, command, typed), self._services.http
        message = answer_to(interaction, place)
        invocation = Invocation(
            command=typed.name,
            text=typed.text,
            given=typed.given,
            user=asker(interaction),
            conversation=place,
            message=message,
            event=message.event,
            sent_at=interaction.created_at.timestamp(),
            replied=MessageRef(conversation=place, id=typed.about) if typed.about else None,
            attachments=attachments(http, typed.pictures, command),
            place=choice.place,
            place_objection=choice.objection,
            is_chat_admin=known(runs_chat(interaction)),
            ids=IDS,
            is_private=private,
            is_alone=isinstance(interaction.channel, discord.DMChannel),
        )
        answer = await dispatch(self._engine, invocation, self._default, self._commands)
        if answer.view is None:
            await self._close(interaction, invocation)
            return
        # What was refused matters to who asked, and to nobody else.
        if answer.done or private or not await self._say_alone(interaction, answer.view, message):
            await self._answers.say(place, answer.view, message, user=invocation.user)

    async def _say_alone(
        self, interaction: discord.Interaction, view: View, message: MessageRef
    ) -> bool:
        """Say to who asked, and to nobody else, what an acknowledgement that all see stands for.

        Whatever takes the place of that is seen by all as well, even a follow-up while it is still
        "thinking…". So it is filled first, and removed at the end.
        """
        if not self._platform.interactions.take(message):
            return False
        user, place = asker(interaction), place_of(interaction, private=True)
        locale = await self._answers.locale(user, place, self._default)
        filled = await fill(interaction, translate(locale, "answered-privately"))
        alone = answer_to(interaction, place)
        if filled and await self._answers.say(place, view, alone, user=user):
            await remove(interaction)
            return True
        self._platform.interactions.give_back(message)
        return False

    async def _close(self, interaction: discord.Interaction, invocation: Invocation) -> None:
        """Remove "thinking…" where a command has shown its answer elsewhere."""
        if invocation.message and self._platform.interactions.take(invocation.message):
            user, place = invocation.user, invocation.conversation
            locale = await self._answers.locale(user, place, self._default)
            await fill(interaction, translate(locale, "command-done"))

    async def _suggest(self, interaction: discord.Interaction) -> None:
        data = CommandData.model_validate(interaction.data)
        command = self._commands.get(data.name)
        focused = next((o.name for o in data.options if o.focused), "")
        if command is None or not focused:
            return
        values = suggest(self.catalog, command, typed_in(data), focused, data.pictures)
        if not await self._services.access.admits(asker(interaction), place_of(interaction)):
            values = []
        currency = self._services.credits.currency
        locale = locale_of(asker(interaction).locale, self._default)
        labels = price_labels(self.catalog, currency, command, typed_in(data), locale)
        choices = [
            discord.app_commands.Choice(name=labels.get(v, v)[:100], value=v[:100]) for v in values
        ]
        try:
            await interaction.response.autocomplete(choices)
        except TROUBLE as error:
            log.info("suggestions were not taken: %s", error)

    def _can_fill_in(self, command: Command[Any]) -> bool:
        """Whether a command lacks its prompt, and some model could do it."""
        return command.needs_prompt and is_offered(self.catalog, command)

    def _shown_locale(self, interaction: discord.Interaction) -> Locale:
        """The language before there is time to look for a chosen one."""
        return locale_of(asker(interaction).locale, self._default)
