"""Questions that open the answer field of whoever is asked; only Telegram has them."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

from telegram import User as TelegramUser

from bots.answers import Answers
from bots.telegram.conversation import TelegramPlatform
from bots.telegram.incoming import TelegramFile
from core.i18n import Locale, translate
from core.options.options import OptionHelp
from core.platform import ConversationRef, MessageRef, User

_REMEMBERED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FormQuestion:
    """A command that lacks one option.

    Attributes:
        user: who is asked; nobody else's answer counts.
        asks: the option that the answer is.
    """

    user: User
    command: str
    given: Mapping[str, str]
    asks: str
    pictures: tuple[TelegramFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Asks, within what the chat accepts. Forgets what it has asked when the bot restarts."""

    answers: Answers
    platform: TelegramPlatform
    _open: OrderedDict[tuple[str, str], FormQuestion] = field(
        default_factory=OrderedDict[tuple[str, str], FormQuestion]
    )

    async def ask(
        self,
        place: ConversationRef,
        text: str,
        question: FormQuestion,
        *,
        replying: MessageRef,
        person: TelegramUser | None = None,
    ) -> None:
        """Ask for an answer in words. A `person` is named, who has not written `replying`."""
        named = f"{person.mention_html()}: " if person else ""
        conversation = self.platform.conversation(place)
        asked = await self.answers.send(
            place, lambda: conversation.ask(f"{named}{escape(text)}", replying=replying)
        )
        if asked:
            self._open[asked.conversation.chat, asked.id] = question
            if len(self._open) > _REMEMBERED:
                self._open.popitem(last=False)

    def at(self, message: MessageRef) -> FormQuestion | None:
        return self._open.get((message.conversation.chat, message.id))

    def close(self, message: MessageRef) -> None:
        """Take no further answer to that message."""
        self._open.pop((message.conversation.chat, message.id), None)


def text_for(option: OptionHelp, locale: Locale) -> str:
    """How an option is asked for."""
    return translate(locale, "ask-reply", what=translate(locale, option.description))


def is_question(text: str) -> bool:
    """Whether a message of the bot's has asked something, if only in an earlier process."""
    asking = (translate(locale, "ask-reply", what="") for locale in Locale)
    return any(words.strip(" :：.。") in text for words in asking)
