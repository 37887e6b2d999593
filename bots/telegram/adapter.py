"""Updates to invocations: every way in which a person gives a command and pictures."""

import logging
from collections import deque
from collections.abc import Sequence
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

from bots.dispatch import dispatch
from bots.telegram.albums import Albums
from bots.telegram.buttons import Buttons
from bots.telegram.conversation import TelegramPlatform
from bots.telegram.form import Form, Forms, lengths_of
from bots.telegram.incoming import (
    Picture,
    Typed,
    is_private,
    person,
    picture_in,
    place_of,
    ref_of,
    text_of,
    typed_in,
    user_of,
)
from bots.telegram.managers import MANAGED, Managers
from bots.telegram.menu import SHARE
from bots.telegram.pictures import TelegramPicture
from bots.telegram.sharing import answer_inline, offer
from bots.telegram.voice import Voice
from core.chat import Invocation, View
from core.commands import COMMANDS
from core.engine import Engine
from core.errors import UserError
from core.i18n import Locale, explain, locale_of, translate

log = logging.getLogger(__name__)

UPDATES = (
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CHANNEL_POST,
    Update.EDITED_CHANNEL_POST,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
)
_START, _VIDEO = "start", "video"
_OURS = frozenset({*COMMANDS, _START, SHARE})
_HINTED = 500

Handler = BaseHandler[Update, ContextTypes.DEFAULT_TYPE, object]


class TelegramAdapter:
    """Takes updates in.

    Args:
        default: the language for people whose own we do not know.
        album_seconds: an album is whole when nothing of it came for so long.
    """

    def __init__(
        self,
        engine: Engine,
        platform: TelegramPlatform,
        default: Locale,
        album_seconds: float = 1.5,
    ) -> None:
        self._engine = engine
        self._bot = platform.bot
        self._default = default
        self._voice = Voice(engine, platform)
        self._managers = Managers(platform.bot)
        self._albums = Albums(album_seconds)
        self._forms = Forms()
        self._hinted: deque[tuple[int, int]] = deque(maxlen=_HINTED)
        self._buttons = Buttons(
            engine=engine,
            voice=self._voice,
            managers=self._managers,
            forms=self._forms,
            default=default,
        )

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
        self._albums.note(message)
        typed = typed_in(message)
        if typed is None:
            await self._take_words(message)
        elif self._is_meant(message, typed):
            await self._take(message, typed)

    def _is_meant(self, message: Message, typed: Typed) -> bool:
        if typed.addressee:
            return typed.addressee == self._bot.username.casefold()
        return is_private(message) or typed.name in _OURS

    async def _take(self, message: Message, typed: Typed) -> None:
        wants_form = typed.name == _VIDEO and not typed.text.strip()
        match typed.name:
            case "start":
                await self._start(message, typed.text.strip())
            case "share":
                await self._share(message)
            case _ if wants_form and await self._admits(message):
                await self._open_form(message)
            case _:
                pictures = await self._pictures(message) if typed.name == _VIDEO else ()
                await self._do(message, typed.name, typed.text, pictures)

    async def _admits(self, message: Message) -> bool:
        access = self._engine.workshop.access
        return await access.admits(user_of(message), place_of(message))

    async def _do(
        self, message: Message, command: str, text: str, pictures: Sequence[Picture] = ()
    ) -> None:
        user, place = user_of(message), place_of(message)
        manages = command in MANAGED and await self._managers.include(user, place)
        invocation = Invocation(
            command=command,
            text=text,
            user=user,
            conversation=place,
            message=ref_of(message),
            attachments=tuple(TelegramPicture(bot=self._bot, picture=p) for p in pictures),
            is_chat_admin=manages,
        )
        answer = await dispatch(self._engine, invocation, self._default)
        if answer.view:
            await self._voice.say(place, answer.view, invocation.message)

    async def _pictures(self, message: Message) -> tuple[Picture, ...]:
        """The command's own pictures, then those of the message that it replies to."""
        own = await self._albums.around(message)
        replied = message.reply_to_message
        if replied is None or picture_in(replied) is None:
            return own
        return (*own, *await self._albums.around(replied))

    async def _start(self, message: Message, payload: str) -> None:
        if payload == _VIDEO and await self._admits(message):
            await self._open_form(message)
            return
        await self._reply(message, "telegram-welcome")

    async def _share(self, message: Message) -> None:
        user, replied = user_of(message), message.reply_to_message
        locale = await self._locale(message)
        about = ref_of(replied) if replied and replied.from_user == self._bot.bot else None
        inline = bool(self._bot.bot.supports_inline_queries)
        try:
            view = await offer(self._engine, user, about, locale, inline=inline)
        except UserError as error:
            view = View(text=explain(locale, error))
        await self._voice.say(place_of(message), view, ref_of(message))

    async def _open_form(self, message: Message) -> None:
        form = Form(
            user=user_of(message),
            locale=await self._locale(message),
            command=ref_of(message),
            pictures=await self._pictures(message),
            lengths=lengths_of(self._engine.workshop.catalog),
        )
        shown = await self._voice.say(place_of(message), form.view(), form.command)
        if shown:
            self._forms.keep(shown, form)

    async def _take_words(self, message: Message) -> None:
        """No command: the prompt that a form has asked for, or somebody who needs a hint."""
        replied = message.reply_to_message
        form = self._forms.at(ref_of(replied)) if replied else None
        if replied and form and form.user.party == user_of(message).party:
            if text_of(message):
                self._forms.take(ref_of(replied))
                pictures = (*form.pictures, *await self._pictures_of_answer(message))
                await self._do(message, _VIDEO, form.text(text_of(message)), pictures)
        elif replied and self._is_question(replied):
            await self._reply(message, "form-lost")
        elif is_private(message) and message.text and not message.via_bot:
            await self._reply(message, "type-a-command")

    async def _pictures_of_answer(self, message: Message) -> tuple[Picture, ...]:
        return await self._albums.around(message)

    def _is_question(self, message: Message) -> bool:
        asked = {translate(locale, "form-prompt") for locale in Locale}
        return message.from_user == self._bot.bot and message.text in asked

    async def _on_edit(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """A command counts as it was sent; who corrects it is told so, once."""
        message = update.effective_message
        typed = typed_in(message) if message else None
        if message is None or typed is None or typed.name not in _OURS:
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
            await answer_inline(self._engine, query, locale)

    async def on_error(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Log what nobody expected, and say so politely."""
        incident = uuid4().hex[:8]
        log.error("unexpected error %s", incident, exc_info=context.error)
        message = update.effective_message if isinstance(update, Update) else None
        if message is None:
            return
        try:
            locale = locale_of(user_of(message).locale, self._default)
            view = View(text=translate(locale, "unexpected-error", id=incident))
            await self._voice.say(place_of(message), view)
        except Exception:
            log.exception("error %s could not be told", incident)

    async def _reply(self, message: Message, key: str) -> None:
        view = View(text=translate(await self._locale(message), key))
        await self._voice.say(place_of(message), view, ref_of(message))

    async def _locale(self, message: Message) -> Locale:
        return await self._voice.locale(user_of(message), place_of(message), self._default)
