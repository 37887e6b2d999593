"""What happens when a button is pressed: a message, a question, or an alert over the chat."""

import asyncio
import logging
import time
from dataclasses import dataclass
from functools import partial

from telegram import CallbackQuery, Chat, Message
from telegram.error import TelegramError

from bots.answers import Answers
from bots.telegram.chat_admins import ChatAdmins
from bots.telegram.form import COMMAND, Forms
from bots.telegram.incoming import is_private, person, place_of, ref_of
from bots.telegram.questions import FormQuestion, Questions, text_for
from core.commands import Commands
from core.commands.command import PROMPT
from core.commands.dispatch import Answer, dispatch
from core.engine.engine import Engine
from core.errors import UserError
from core.i18n import Locale, explain, translate
from core.invocation import Invocation
from core.messages.buttons import unpack
from core.options.options import OptionHelp
from core.platform import Button
from core.redact import quote

log = logging.getLogger(__name__)

# How long a press may stay unanswered; what is refused later is said in a message.
_ANSWER_SECONDS = 1.0
_ALERT_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramButtons:
    """Does what a button stands for. Every press is answered, or the button keeps spinning."""

    engine: Engine
    answers: Answers
    questions: Questions
    chat_admins: ChatAdmins
    forms: Forms
    default: Locale
    commands: Commands

    async def press(self, query: CallbackQuery) -> None:
        """Answer one press."""
        message = query.message
        if not isinstance(message, Message):  # too old for Telegram to say what it was
            await _answer(query)
            return
        button = unpack(query.data or "")
        if button.command == COMMAND:
            await self._fill(query, message, button)
        else:
            await self._do(query, message, button)

    async def _do(self, query: CallbackQuery, message: Message, button: Button) -> None:
        user, place = person(query.from_user), place_of(message)
        invocation = Invocation(
            command=button.command,
            text="",
            given=button.given,
            asks=button.asks,
            user=user,
            conversation=place,
            message=ref_of(message),
            event=query.id,
            # Telegram does not tell when; a press is brought at once.
            sent_at=time.time(),
            is_chat_admin=partial(self.chat_admins.include, user, place),
            is_alone=is_private(message),
        )
        answer, refused = await self._dispatch(query, message, invocation)
        if answer.asks and not refused:
            await self._ask(query, message, button, answer.asks)
        elif answer.view and not refused:
            await self.answers.say(place, answer.view, invocation.message, user=user)

    async def _dispatch(
        self, query: CallbackQuery, message: Message, invocation: Invocation
    ) -> tuple[Answer, str]:
        """Do it, and answer the press in time; gives what an alert has refused."""
        async with asyncio.TaskGroup() as group:
            doing = dispatch(self.engine, invocation, self.default, self.commands)
            work = group.create_task(doing)
            # Telegram shows a turning button until it is answered, and gives up after a while.
            await asyncio.wait([work], timeout=_ANSWER_SECONDS)
            early = work.result() if work.done() else None
            refused = _refusal(early)
            if early and early.asks and message.chat.type == Chat.CHANNEL:
                refused = await self._cannot_ask(invocation, early.asks)
            await _answer(query, refused)
            return await work, refused

    async def _cannot_ask(self, invocation: Invocation, option: OptionHelp) -> str:
        """In a channel nobody can answer under their own name."""
        user, place = invocation.user, invocation.conversation
        locale = await self.answers.locale(user, place, self.default)
        what = translate(locale, option.description)
        return translate(locale, "ask-here", command=invocation.command, what=what)

    async def _ask(
        self, query: CallbackQuery, message: Message, button: Button, option: OptionHelp
    ) -> None:
        user, place = person(query.from_user), place_of(message)
        locale = await self.answers.locale(user, place, self.default)
        await self.questions.ask(
            place,
            text_for(option, locale),
            FormQuestion(user=user, command=button.command, given=button.given, asks=button.asks),
            replying=ref_of(message),
            person=None if is_private(message) else query.from_user,
        )

    async def _fill(self, query: CallbackQuery, message: Message, button: Button) -> None:
        shown, user, place = ref_of(message), person(query.from_user), place_of(message)
        form = self.forms.at(shown)
        if form is None or form.user.party != user.party:
            locale = await self.answers.locale(user, place, self.default)
            key = "form-lost" if form is None else "button-not-yours"
            await _answer(query, translate(locale, key))
            return
        try:
            await self.engine.services.access.check(user, place)
        except UserError as error:
            await _answer(query, explain(form.locale, error)[:_ALERT_CHARS])
            return
        await _answer(query)
        # A choice changes the form; the button without one asks for the prompt.
        if button.given:
            form = form.choose(button.given)
            self.forms.keep(shown, form)
            await self.answers.change(shown, form.view())
            return
        self.forms.close(shown)
        option = self.commands[form.command].option(PROMPT)
        if option:
            question = FormQuestion(
                user=user,
                command=form.command,
                given=form.chosen,
                asks=PROMPT,
                pictures=form.pictures,
            )
            text = text_for(option, form.locale)
            await self.questions.ask(place, text, question, replying=form.opened_by)


def _refusal(answer: Answer | None) -> str:
    return answer.view.text[:_ALERT_CHARS] if answer and answer.view and not answer.done else ""


async def _answer(query: CallbackQuery, text: str = "") -> None:
    try:
        await query.answer(text or None, show_alert=bool(text))
    # An answer only stops the spinning. What the press stands for counts, whatever becomes of it.
    except TelegramError as error:
        log.info("a press could not be answered: %s", quote(error.message))
