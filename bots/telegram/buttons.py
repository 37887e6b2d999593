"""TelegramButtons that people press: who may, and what comes of it."""

import asyncio
from dataclasses import dataclass

from telegram import CallbackQuery, Chat, Message
from telegram.error import BadRequest

from bots.answers import Answers
from bots.telegram.chat_admins import MANAGED, ChatAdmins
from bots.telegram.duplicates import Duplicates
from bots.telegram.form import COMMAND, READY, Forms
from bots.telegram.incoming import is_private, person, place_of, ref_of
from bots.telegram.keyboard import pressed
from bots.telegram.questions import Question, Questions
from core.commands.dispatch import Answer, dispatch
from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.platform import Invocation, User

_ABOUT_JOBS = frozenset({"cancel", "confirm", "retry", "again"})
_REMIX = "remix"
# How long a press may stay unanswered; what is refused later is said in a message.
_ANSWER_SECONDS = 1.0
_ALERT_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramButtons:
    """Does what a button stands for. Every press is answered, else it goes on turning."""

    engine: Engine
    answers: Answers
    questions: Questions
    chat_admins: ChatAdmins
    forms: Forms
    duplicates: Duplicates
    default: Locale

    async def press(self, query: CallbackQuery) -> None:
        """Answer one press."""
        if self.duplicates.took(query.id):
            return
        message = query.message
        if not isinstance(message, Message):  # too old for Telegram to say what it was
            await _answer(query)
            return
        command, argument = pressed(query.data or "")
        if command == COMMAND:
            await self._fill(query, message, argument)
        elif command == _REMIX and await self._admits(query, message):
            await self._ask_change(query, message, argument)
        else:
            await self._do(query, message, command, argument)

    async def _do(
        self, query: CallbackQuery, message: Message, command: str, argument: str
    ) -> None:
        user, place = person(query.from_user), place_of(message)
        manages = command in MANAGED and await self.chat_admins.include(user, place)
        if command in _ABOUT_JOBS:
            acting = await self._acting(user, message, argument)
            if acting is None and not manages:
                locale = await self.answers.locale(user, place, self.default)
                await _answer(query, translate(locale, "button-not-yours"))
                return
            user = acting or user
        invocation = Invocation(
            command=command,
            text=argument,
            user=user,
            conversation=place,
            message=ref_of(message),
            is_chat_admin=manages,
        )
        await self._dispatch(query, invocation)

    async def _admits(self, query: CallbackQuery, message: Message) -> bool:
        access = self.engine.services.access
        return await access.admits(person(query.from_user), place_of(message))

    async def _ask_change(self, query: CallbackQuery, message: Message, job_id: str) -> None:
        """Ask who presses what is to be different in a video, whosever it is."""
        user, place = person(query.from_user), place_of(message)
        locale = await self.answers.locale(user, place, self.default)
        if message.chat.type == Chat.CHANNEL:  # nobody can answer there under their own name
            await _answer(query, translate(locale, "remix-here"))
            return
        await _answer(query)
        await self.questions.ask(
            place,
            translate(locale, "remix-prompt"),
            Question(user=user, command=_REMIX, options=f"--of {job_id}"),
            replying=ref_of(message),
            person=None if is_private(message) else query.from_user,
        )

    async def _acting(self, user: User, message: Message, job_id: str) -> User | None:
        """For whom the press counts; None when the job is somebody else's.

        Who runs a chat acts for it where the chat itself has ordered, as a channel does.
        """
        job = await self.engine.services.store.get(job_id)
        if job is None or job.user.party == user.party:
            return user
        place = place_of(message)
        chats_own = job.user.id == place.chat
        return job.user if chats_own and await self.chat_admins.include(user, place) else None

    async def _dispatch(self, query: CallbackQuery, invocation: Invocation) -> None:
        async with asyncio.TaskGroup() as group:
            work = group.create_task(dispatch(self.engine, invocation, self.default))
            await asyncio.wait([work], timeout=_ANSWER_SECONDS)
            early = work.result() if work.done() else None
            refused = _refusal(early)
            await _answer(query, refused)
            answer = await work
        if answer.view and not refused:
            await self.answers.say(invocation.conversation, answer.view, invocation.message)

    async def _fill(self, query: CallbackQuery, message: Message, argument: str) -> None:
        shown, user, place = ref_of(message), person(query.from_user), place_of(message)
        form = self.forms.at(shown)
        if form is None or form.user.party != user.party:
            locale = await self.answers.locale(user, place, self.default)
            key = "form-lost" if form is None else "button-not-yours"
            await _answer(query, translate(locale, key))
            return
        await _answer(query)
        if argument != READY:
            form = form.choose(argument)
            self.forms.keep(shown, form)
            await self.answers.change(shown, form.view())
            return
        self.forms.close(shown)
        await self.questions.ask(
            place,
            translate(form.locale, "form-prompt"),
            Question(user=user, command="video", options=form.options, pictures=form.pictures),
            replying=form.command,
        )


def _refusal(answer: Answer | None) -> str:
    return answer.view.text[:_ALERT_CHARS] if answer and answer.view and not answer.done else ""


async def _answer(query: CallbackQuery, text: str = "") -> None:
    try:
        await query.answer(text or None, show_alert=bool(text))
    except BadRequest:  # the press is too old; what it stands for counts all the same
        return
