"""From a message to an invocation, with its pictures and videos, and what it replies to."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from telegram import Message

from bots.answers import Answers
from bots.attachments import LocalFile, kept_of
from bots.telegram.albums import Albums
from bots.telegram.attachments import TelegramAttachment
from bots.telegram.chat_admins import ChatAdmins
from bots.telegram.conversation import TelegramPlatform
from bots.telegram.forwards import Forwards
from bots.telegram.ids import IDS
from bots.telegram.incoming import (
    Holder,
    TelegramFile,
    answered,
    attached_to,
    author_of,
    event_of,
    has_attachment,
    is_masked,
    is_no_picture,
    is_private,
    is_video,
    place_of,
    pointed_at,
    ref_of,
    spoken_in,
    text_of,
    user_of,
    with_ids,
)
from bots.telegram.questions import FormQuestion
from bots.telegram.results import assets_at, result_at
from core.commands import Command, Commands
from core.commands.ask import ASK, HEAR, TALK
from core.commands.command import PROMPT
from core.commands.dispatch import Answer, dispatch
from core.engine.engine import Engine
from core.errors import UserError
from core.i18n import Locale
from core.invocation import Attachment, Invocation, Voice
from core.jobs import Job
from core.messages.views import can_remix
from core.platform import MessageRef
from core.services import Services

# What may be said aloud instead of typed.
_WORDLESS = frozenset({"", ASK.name, TALK.name})


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramCommands:
    """Dispatches the commands that stand in messages."""

    engine: Engine
    services: Services
    platform: TelegramPlatform
    answers: Answers
    chat_admins: ChatAdmins
    albums: Albums
    forwards: Forwards
    default: Locale
    commands: Commands

    async def take(self, message: Message, name: str, text: str) -> None:
        """Do a typed command with everything that came with it."""
        if name in _WORDLESS and not text.strip() and self._is_spoken(message):
            name = HEAR.name
        along = await self._along(message, name)
        command = self.commands.get(name)
        if command and command.person:
            text = with_ids(message, text)
        replied = answered(message)
        invocation = replace(
            self._invocation(message, name, along),
            text=text,
            replied=await self._meant(replied, name) if replied else None,
            replied_user=author_of(replied) if replied else None,
            quoted=self._quoted(message, replied),
        )
        await self._do(invocation)

    def _is_spoken(self, message: Message) -> bool:
        about = pointed_at(message)
        return bool(spoken_in(message) or (about and spoken_in(about)))

    def _quoted(self, message: Message, replied: Message | None) -> str:
        """What is marked in what it replies to, or all of that where we have not written it."""
        if message.quote:
            return message.quote.text
        return text_of(replied) if replied and not self._is_ours(replied) else ""

    async def take_answer(self, message: Message, question: FormQuestion, answer: str) -> None:
        """Do the command that a question was asked for, with what was known before."""
        unusable = UserError("along-unusable") if is_no_picture(message) else None
        pictures = (*question.pictures, *await self.albums.around(message))
        along = _Along(pictures=pictures, objection=unusable)
        invocation = self._invocation(message, question.command, along)
        given = {**question.given, question.asks: answer}
        await self._do(replace(invocation, given=given))

    async def prepare(self, message: Message, name: str) -> tuple[TelegramFile, ...] | None:
        """The pictures for a command whose words are asked for next.

        None where there is no use in asking, which is said.
        """
        along = await self._along(message, name)
        answer = await self._do(replace(self._invocation(message, name, along), asks=PROMPT))
        return along.pictures if answer.asks else None

    async def _do(self, invocation: Invocation) -> Answer:
        answer = await dispatch(self.engine, invocation, self.default, self.commands)
        if answer.view:
            await self.answers.say(
                invocation.conversation, answer.view, invocation.message, user=invocation.user
            )
        return answer

    def _invocation(self, message: Message, name: str, along: "_Along") -> Invocation:
        user, place = user_of(message), place_of(message)
        return Invocation(
            command=name,
            text="",
            user=user,
            conversation=place,
            message=ref_of(message),
            event=event_of(message),
            sent_at=message.date.timestamp(),
            attachments=self._attachments(name, along),
            voice=along.voice,
            place_objection=self._place_objection(name),
            objection=along.objection,
            is_chat_admin=partial(self.chat_admins.include, user, place),
            ids=IDS,
            is_alone=is_private(message),
            is_masked=is_masked(message),
        )

    def _place_objection(self, name: str) -> UserError | None:
        command = self.commands.get(name)
        has_inline = self.platform.bot.bot.supports_inline_queries
        return UserError("share-off") if command and command.place and not has_inline else None

    async def _along(self, message: Message, name: str) -> "_Along":
        """What a command takes of its own message, then of the one that it replies to."""
        command = self.commands.get(name)
        if command is None:
            return _Along()
        if not command.pictures:
            return _Along()
        about = pointed_at(message) or await self._forwarded(message)
        objection = await self._objection(message, about, command)
        if objection:
            return _Along(objection=objection)
        own, voice = await self.albums.around(message), self._voice(message, about, command)
        if command.videos and (kept := await self._kept(about)):
            return _Along(pictures=own, kept=kept, voice=voice)
        return _Along(pictures=(*own, *await self._files_of(about)), voice=voice)

    def _voice(
        self, message: Message, about: Holder | None, command: Command[Any]
    ) -> Voice | None:
        came = message if spoken_in(message) else about
        spoken = spoken_in(came) if came and command.hears else None
        if spoken is None:
            return None
        file, seconds = spoken
        is_own = came is message and message.forward_origin is None
        return Voice(attachment=self._lent(file, command), seconds=seconds, is_own=is_own)

    async def _kept(self, about: Holder | None) -> tuple[LocalFile, ...]:
        """What is on our disk of a result of ours: Telegram gives out no large files."""
        job = await self._result_at(about) if isinstance(about, Message) else None
        assets = assets_at(job, ref_of(about)) if job and isinstance(about, Message) else ()
        return await kept_of(assets)

    async def _forwarded(self, message: Message) -> Message | None:
        """What was forwarded with the command as its comment.

        Waited for in every group: an admin is shown it whatever the privacy mode, and asking
        whether the bot is one takes longer than what is forwarded takes to come.
        """
        return None if has_attachment(message) else await self.forwards.behind(message)

    async def _objection(
        self, message: Message, about: Holder | None, command: Command[Any]
    ) -> UserError | None:
        """Why what came with a command cannot be used."""
        # Said before anything is fetched: no model starts from a video.
        if about is not None and is_video(about) and not command.videos:
            made = await self._result_at(about) if isinstance(about, Message) else None
            if made and self._can_remix(made):
                return UserError("reply-own-video", command=command.name)
            return UserError("reply-video")
        if message.reply_to_story or any(
            is_no_picture(came) and not (command.hears and spoken_in(came))
            for came in (message, about)
            if came
        ):
            return UserError("along-unwatchable" if command.videos else "along-unusable")
        # In privacy mode a group's albums do not come but for the item with the command.
        if await self._is_alone(message):
            return UserError("album-incomplete")
        # What the bot has posted itself it is not told, so one picture of that is what is meant.
        if isinstance(about, Message) and not self._is_ours(about) and await self._is_alone(about):
            return UserError("album-unknown")
        return None

    async def _is_alone(self, message: Message) -> bool:
        """Whether nothing else is known of the album that a message is a part of."""
        return bool(message.media_group_id) and len(await self.albums.around(message)) == 1

    async def _files_of(self, about: Holder | None) -> tuple[TelegramFile, ...]:
        if isinstance(about, Message):
            return await self.albums.around(about)
        file = attached_to(about) if about else None
        return (file,) if file else ()

    def _is_ours(self, message: Message) -> bool:
        # In a channel nobody is named.
        return message.from_user in {None, self.platform.bot.bot}

    def _can_remix(self, job: Job) -> bool:
        model = self.services.model(job.model)
        return model is not None and can_remix(job, model)

    async def _meant(self, replied: Message, name: str) -> MessageRef:
        """The message itself; of one of our albums the one under which it is remembered.

        Finding that out reads all jobs, so only where it matters.
        """
        command = self.commands.get(name)
        job = await self._result_at(replied) if command and command.result else None
        return job.delivered if job and job.delivered else ref_of(replied)

    async def _result_at(self, message: Message) -> Job | None:
        return await result_at(self.services.store, message) if self._is_ours(message) else None

    def _attachments(self, name: str, along: "_Along") -> tuple[Attachment, ...]:
        command = self.commands.get(name)
        return (*(self._lent(picture, command) for picture in along.pictures), *along.kept)

    def _lent(self, file: TelegramFile, command: Command[Any] | None) -> TelegramAttachment:
        return TelegramAttachment(
            bot=self.platform.bot,
            http=self.services.http,
            picture=file,
            videos=command is not None and command.videos,
            local=self.platform.local,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Along:
    """What came with a command, or why it cannot be used.

    Attributes:
        kept: files of ours.
    """

    pictures: tuple[TelegramFile, ...] = ()
    kept: tuple[LocalFile, ...] = ()
    voice: Voice | None = None
    objection: UserError | None = None
