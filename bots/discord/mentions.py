"""Commands in plain messages: "@bot portrait a cat", or "/video a cat" in private."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import discord
import httpx

from bots.answers import Answers
from bots.attachments import LocalFile, kept_of
from bots.discord.attachments import DiscordAttachment, attachments
from bots.discord.carried import DiscordFile, attached_to, carried_by, media_in, pictures_in
from bots.discord.forwards import DiscordForwards
from bots.discord.ids import IDS
from bots.discord.incoming import (
    GivenCommand,
    author_runs_chat,
    is_automatic,
    is_hidden,
    is_said,
    place_of_message,
    plain_words,
    ref_of,
    replied_to,
    typed_to,
    user_of,
    words_of,
)
from bots.discord.languages import Languages
from core.commands import Command, Commands
from core.commands.ask import ASK, HEAR, TALK
from core.commands.dispatch import dispatch
from core.engine.engine import Engine
from core.errors import UserError
from core.i18n import Locale, translate
from core.invocation import Attachment, Invocation, Voice, known
from core.platform import View
from core.services import Services

# What may be said aloud instead of typed.
_WORDLESS = frozenset({"", ASK.name, TALK.name})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """Hears what is said to the bot. Discord shows it no other messages."""

    engine: Engine
    services: Services
    client: discord.Client
    answers: Answers
    languages: Languages
    default: Locale
    commands: Commands
    forwards: DiscordForwards = field(default_factory=DiscordForwards)

    async def hear(self, message: discord.Message) -> None:
        """Do what a message asks for, if it is meant for the bot."""
        if self.client.user is None or not is_said(message):
            return
        typed = typed_to(self.client.user, message, self.services.catalog)
        words = plain_words(self.client.user, message)
        if words and await self._goes_on(message):
            # Whatever the words begin with: they belong to the conversation.
            typed = GivenCommand(name=TALK.name, text=f"-- {words}")
        if typed is None or not await self._may_speak(message):
            return
        if message.content or not await self.forwards.belongs(message):
            await self._do(message, typed)

    async def _goes_on(self, message: discord.Message) -> bool:
        """Whether it replies to an answer of a chat model."""
        replied = replied_to(message)
        return bool(replied and await self.services.exchanges.said_in(ref_of(replied)))

    async def _may_speak(self, message: discord.Message) -> bool:
        """Whether it is no other program, or one that an admin wants to be heard; nor banned."""
        author, place = user_of(message.author), place_of_message(message)
        if self.services.access.bans(author, place):
            return False
        if not is_automatic(message):
            return True
        # Else two bots could answer each other for ever, and pay.
        own = message.author == self.client.user
        return not own and await self.services.access.is_named(author)

    async def apologize(self, message: discord.Message, incident: str) -> None:
        """Say that something went wrong which nobody expected."""
        typed = self.client.user and typed_to(self.client.user, message, self.services.catalog)
        if typed is not None and is_said(message) and not is_automatic(message):
            text = translate(self.default, "unexpected-error", id=incident)
            await self._answer(message, View(text=text))

    async def _do(self, message: discord.Message, typed: GivenCommand) -> None:
        replied, ref = replied_to(message), ref_of(message)
        voice = _voice(self.services.http, message, replied)
        if voice and typed.name in _WORDLESS and not typed.text.strip():
            typed = GivenCommand(name=HEAR.name)
        command = self.commands.get(typed.name)
        along, objection = await self._along(message, command)
        invocation = Invocation(
            command=typed.name,
            text=typed.text,
            user=self.languages.author(message),
            conversation=place_of_message(message),
            message=ref,
            event=ref.event,
            sent_at=message.created_at.timestamp(),
            attachments=along,
            replied=ref_of(replied) if replied else None,
            replied_user=user_of(replied.author) if replied else None,
            quoted=words_of(replied) if replied and not self._is_ours(replied) else "",
            voice=voice if command and command.hears else None,
            objection=objection,
            is_chat_admin=known(author_runs_chat(message)),
            ids=IDS,
            is_alone=isinstance(message.channel, discord.DMChannel),
        )
        answer = await dispatch(self.engine, invocation, self.default, self.commands)
        if answer.view:
            await self._answer(message, answer.view)

    async def _answer(self, message: discord.Message, view: View) -> None:
        await self.answers.say(
            place_of_message(message), view, ref_of(message), user=self.languages.author(message)
        )

    async def _along(
        self, message: discord.Message, command: Command[Any] | None
    ) -> tuple[tuple[Attachment, ...], UserError | None]:
        """The command's own files, then those of what it replies to or came forwarded.

        And why these cannot be used, where that is so.
        """
        if command is None or not command.pictures:
            return (), None
        http, own, replied = self.services.http, attached_to(message), replied_to(message)
        if command.hears:
            own = _silent(own)
        if replied and is_hidden(replied):
            return (), UserError("reply-unseen" if command.videos else "reply-hidden")
        if replied and command.videos and (kept := await self._kept(replied)):
            return (*attachments(http, own, command), *kept), None
        # Who has given a picture already sends no other behind it, and waits for nothing.
        others = [replied] if replied else [] if own else await self.forwards.along(message)
        theirs = [file for other in others for file in carried_by(other)]
        if command.hears:
            theirs = _silent(theirs)
        found = media_in(theirs) if command.videos else pictures_in(theirs)
        if theirs and not found:
            return (), _unusable(theirs, command)
        return attachments(http, (*own, *found), command), None

    def _is_ours(self, message: discord.Message) -> bool:
        return message.author == self.client.user

    async def _kept(self, replied: discord.Message) -> tuple[LocalFile, ...]:
        """What is on our disk of a result of ours, which may be larger than what is fetched."""
        if not self._is_ours(replied):
            return ()
        at = ref_of(replied)
        job = await self.services.store.posted_as(at.conversation, at.id)
        return await kept_of(job.assets) if job else ()


def _silent(files: Iterable[DiscordFile]) -> tuple[DiscordFile, ...]:
    return tuple(file for file in files if not file.is_sound)


def _voice(
    http: httpx.AsyncClient, message: discord.Message, replied: discord.Message | None
) -> Voice | None:
    """What was said aloud, in the message or in what it replies to."""
    for said in filter(None, (message, replied)):
        for file in carried_by(said):
            if file.is_sound:
                lent = DiscordAttachment(http=http, picture=file)
                # A forwarded one has words of somebody else.
                is_own = said is message and file in attached_to(message)
                return Voice(attachment=lent, seconds=file.seconds, is_own=is_own)
    return None


def _unusable(files: Sequence[DiscordFile], command: Command[Any]) -> UserError:
    if command.videos:
        is_page = any(file.is_video for file in files)
        return UserError("embed-unwatchable" if is_page else "along-unwatchable")
    if any(file.is_video for file in files):
        return UserError("reply-video")
    return UserError("picture-not-image", name=files[0].name)
