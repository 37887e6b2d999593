"""Updates to invocations: every way in which a person gives a command and pictures."""

import logging
from collections import deque
from uuid import uuid4

from telegram import Message, Update
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bots.answers import Answers
from bots.telegram.albums import Albums
from bots.telegram.buttons import TelegramButtons
from bots.telegram.chat_admins import ChatAdmins
from bots.telegram.commands import TelegramCommands
from bots.telegram.conversation import TelegramPlatform
from bots.telegram.form import Form, Forms, is_guided, offer_of
from bots.telegram.incoming import (
    TypedCommand,
    is_private,
    person,
    place_of,
    ref_of,
    text_of,
    typed_in,
    user_of,
)
from bots.telegram.questions import Question, Questions, is_question
from bots.telegram.sharing import answer_inline
from bots.telegram.supergroups import Supergroups
from core.catalog import Catalog
from core.commands import COMMANDS, Commands
from core.commands.examples import first_example
from core.commands.offer import is_offered
from core.engine.engine import Engine
from core.i18n import Locale, locale_of, translate
from core.platform import MessageRef, View

log = logging.getLogger(__name__)

UPDATES = (
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CHANNEL_POST,
    Update.EDITED_CHANNEL_POST,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
)
# What Telegram's clients send by themselves when somebody opens the bot.
_START = "start"
_HINTED = 500

Handler = BaseHandler[Update, ContextTypes.DEFAULT_TYPE, object]


class TelegramAdapter:
    """Takes updates in.

    Args:
        default: the language for people whose own we do not know.
        album_seconds: an album is whole when nothing of it came for so long.
        commands: what can be asked for.
    """

    def __init__(
        self,
        engine: Engine,
        platform: TelegramPlatform,
        default: Locale,
        album_seconds: float = 1.5,
        commands: Commands = COMMANDS,
    ) -> None:
        services = engine.services
        self._services = services
        self._table = commands
        self._ours = frozenset({_START, *(c.name for c in commands.values() if c.is_typed)})
        self._bot = platform.bot
        self._default = default
        self._answers = Answers(services, platform)
        self._supergroups = Supergroups(services, platform.moved)
        self._albums = Albums(album_seconds)
        self._forms = Forms()
        self._questions = Questions(answers=self._answers, platform=platform)
        self._hinted: deque[tuple[int, int]] = deque(maxlen=_HINTED)
        chat_admins = ChatAdmins(platform.bot)
        self._commands = TelegramCommands(
            engine=engine,
            services=services,
            platform=platform,
            answers=self._answers,
            chat_admins=chat_admins,
            albums=self._albums,
            default=default,
            commands=commands,
        )
        self._buttons = TelegramButtons(
            engine=engine,
            answers=self._answers,
            questions=self._questions,
            chat_admins=chat_admins,
            forms=self._forms,
            default=default,
            commands=commands,
        )

    @property
    def catalog(self) -> Catalog:
        """What can be made, which decides what is offered."""
        return self._services.catalog

    def handlers(self) -> list[Handler]:
        """What an application needs to bring the updates here."""
        edited = filters.UpdateType.EDITED
        return [
            MessageHandler(filters.ALL & ~edited, self._on_message),
            MessageHandler(edited, self._on_edit),
            CallbackQueryHandler(self._on_press),
            InlineQueryHandler(self._on_inline),
        ]

    async def _on_message(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        message = update.effective_message
        # A channel's post comes once more in the group for its comments.
        if message is None or message.is_automatic_forward:
            return
        await self._supergroups.follow(message)
        self._albums.note(message)
        typed = typed_in(message)
        if typed is None:
            await self._take_words(message)
        elif self._is_meant(message, typed):
            await self._take(message, typed)

    def _is_meant(self, message: Message, typed: TypedCommand) -> bool:
        if typed.addressee:
            return typed.addressee == self._bot.username.casefold()
        return is_private(message) or typed.name in self._ours

    async def _take(self, message: Message, typed: TypedCommand) -> None:
        text = typed.text.strip()
        starts = typed.name == _START
        # A link to the bot may name a command, which then has no words.
        name, words = (text, "") if starts else (typed.name, text)
        command = self._table.get(name)
        if not words and command and is_guided(command) and is_offered(self.catalog, command):
            await self._open_form(message, name)
        elif starts:
            await self._reply(message, "how-to-start" if self.catalog.chosen else "no-model-ready")
        else:
            await self._commands.take(message, name, typed.text)

    async def _open_form(self, message: Message, name: str) -> None:
        pictures = await self._commands.prepare(message, name)
        if pictures is None:
            return
        form = Form(
            user=user_of(message),
            locale=await self._locale(message),
            command=name,
            opened_by=ref_of(message),
            pictures=pictures,
            offer=offer_of(self.catalog),
        )
        shown = await self._answers.say(place_of(message), form.view(), form.opened_by)
        if shown:
            self._forms.keep(shown, form)

    async def _take_words(self, message: Message) -> None:
        """No command: the answer to a question of ours, or somebody who needs a hint."""
        replied = message.reply_to_message
        ours = replied if replied and replied.from_user == self._bot.bot else None
        question = self._questions.at(ref_of(ours)) if ours else None
        if ours and question:
            await self._take_answer(message, ref_of(ours), question)
        elif ours and is_question(text_of(ours)):
            await self._reply(message, "ask-lost")
        elif is_private(message) and message.text and not message.via_bot:
            await self._reply(message, "type-a-command")

    async def _take_answer(self, message: Message, asked: MessageRef, question: Question) -> None:
        answer = text_of(message)
        if not answer or question.user.party != user_of(message).party:
            return
        self._questions.close(asked)
        await self._commands.take_answer(message, question, answer)

    async def _on_edit(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """A command counts as it was sent; who corrects it is told so, once."""
        message = update.effective_message
        typed = typed_in(message) if message else None
        if message is None or typed is None or typed.name not in self._ours:
            return
        name = (message.chat.id, message.message_id)
        if self._is_meant(message, typed) and name not in self._hinted:
            self._hinted.append(name)
            await self._reply(message, "edited-command")

    async def _on_press(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        if update.callback_query:
            await self._buttons.press(update.callback_query)

    async def _on_inline(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        query = update.inline_query
        if query:
            locale = locale_of(person(query.from_user).locale, self._default)
            await answer_inline(self._services, query, locale)

    async def on_error(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Log what nobody expected, and say so politely."""
        incident = uuid4().hex[:8]
        log.error("unexpected error %s", incident, exc_info=context.error)
        message = update.effective_message if isinstance(update, Update) else None
        if message is None:
            return
        locale = locale_of(user_of(message).locale, self._default)
        view = View(text=translate(locale, "unexpected-error", id=incident))
        await self._answers.say(place_of(message), view)  # the library logs what goes wrong here

    async def _reply(self, message: Message, key: str) -> None:
        locale = await self._locale(message)
        example = first_example(locale, self.catalog, self._table.values())
        view = View(text=translate(locale, key, example=example))
        await self._answers.say(place_of(message), view, ref_of(message))

    async def _locale(self, message: Message) -> Locale:
        return await self._answers.locale(user_of(message), place_of(message), self._default)
