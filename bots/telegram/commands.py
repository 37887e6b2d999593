"""A command in a message to an invocation: with the pictures, and what it replies to."""

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import Message

from bots.answers import Answers
from bots.telegram.albums import Albums
from bots.telegram.attachments import TelegramAttachment
from bots.telegram.chat_admins import MANAGED, ChatAdmins
from bots.telegram.conversation import TelegramPlatform
from bots.telegram.duplicates import PAID, Duplicates
from bots.telegram.ids import IDS
from bots.telegram.incoming import (
    TelegramFile,
    answered,
    author_of,
    is_video,
    picture_in,
    place_of,
    ref_of,
    user_of,
)
from bots.telegram.results import result_at
from core.commands import COMMANDS
from core.commands.dispatch import dispatch
from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.jobs import Job
from core.messages.views import can_remix
from core.platform import Invocation, MessageRef, View

_NAMING = frozenset({"allow", "deny"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramCommands:
    """Has the commands done that stand in messages, each once."""

    engine: Engine
    platform: TelegramPlatform
    answers: Answers
    chat_admins: ChatAdmins
    albums: Albums
    duplicates: Duplicates
    default: Locale

    async def take(self, message: Message, name: str, text: str) -> None:
        """Do a typed command with all that came along."""
        pictures = await self.gather(message, name)
        if pictures is not None:
            await self.do(message, name, text, pictures)

    async def admits(self, message: Message) -> bool:
        access = self.engine.services.access
        return await access.admits(user_of(message), place_of(message))

    async def gather(self, message: Message, name: str) -> tuple[TelegramFile, ...] | None:
        """The pictures for a command: its own, then those of the message that it replies to.

        None where something else came along that was perhaps meant, which is said.
        """
        command = COMMANDS.get(name)
        if command is None or not command.pictures or not await self.admits(message):
            return ()
        if command.needs and not self.engine.services.catalog.knows(command.needs):
            return ()  # it is refused, whatever came along
        objection = await self._objection(message, name)
        if objection:
            locale = await self.answers.locale(user_of(message), place_of(message), self.default)
            view = View(text=translate(locale, objection))
            await self.answers.say(place_of(message), view, ref_of(message))
            return None
        return await self._pictures(message)

    async def do(
        self, message: Message, name: str, text: str, pictures: Sequence[TelegramFile]
    ) -> None:
        """Do a command, unless this message was done before."""
        user, place, replied = user_of(message), place_of(message), answered(message)
        if name in PAID and await self.duplicates.has(user, ref_of(message)):
            return
        author = author_of(replied) if replied else None
        if name in _NAMING and replied and author is None:
            text = text.strip() or "user"  # somebody is meant, and it is asked who
        invocation = Invocation(
            command=name,
            text=text,
            user=user,
            conversation=place,
            message=ref_of(message),
            attachments=tuple(map(self._lent, pictures)),
            replied=await self._begin_of(replied) if replied and _is_about_video(name) else None,
            replied_user=author,
            is_chat_admin=name in MANAGED and await self.chat_admins.include(user, place),
            ids=IDS,
        )
        answer = await dispatch(self.engine, invocation, self.default)
        if answer.view:
            await self.answers.say(place, answer.view, invocation.message)

    async def _objection(self, message: Message, name: str) -> str:
        """Why nothing can be made of what came along, as the key of a text."""
        replied = answered(message)
        if replied is not None and is_video(replied):
            made = await self._result_at(replied) if name == "video" else None
            return "reply-own-video" if made and self._can_remix(made) else "reply-video"
        # In privacy mode a group's albums do not come but for the item with the command.
        if message.media_group_id and len(await self.albums.around(message)) == 1:
            return "album-incomplete"
        return ""

    def _can_remix(self, job: Job) -> bool:
        model = self.engine.services.model(job.model)
        return model is not None and can_remix(job, model)

    async def _begin_of(self, message: Message) -> MessageRef:
        """The message itself; of one of our albums the one under which it is remembered."""
        job = await self._result_at(message)
        return job.delivered if job and job.delivered else ref_of(message)

    async def _result_at(self, message: Message) -> Job | None:
        # In a channel nobody is named.
        ours = message.from_user in {None, self.platform.bot.bot}
        return await result_at(self.engine.services.store, message) if ours else None

    async def _pictures(self, message: Message) -> tuple[TelegramFile, ...]:
        own = await self.albums.around(message)
        replied = message.reply_to_message
        if replied is None or picture_in(replied) is None:
            return own
        return (*own, *await self.albums.around(replied))

    def _lent(self, picture: TelegramFile) -> TelegramAttachment:
        http = self.engine.services.http
        return TelegramAttachment(
            bot=self.platform.bot,
            http=http,
            picture=picture,
            own_server=self.platform.own_server,
        )


def _is_about_video(name: str) -> bool:
    """Whether a command asks which video is replied to: finding that out reads all jobs."""
    command = COMMANDS.get(name)
    return command is not None and "of" in command.options.model_fields
