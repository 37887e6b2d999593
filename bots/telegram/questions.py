"""Questions that open the answer field of whoever is asked; only Telegram has them."""

from collections import OrderedDict
from dataclasses import dataclass, field
from html import escape

from telegram import User as TelegramUser

from bots.answers import Answers
from bots.telegram.conversation import TelegramPlatform
from bots.telegram.incoming import TelegramFile
from core.i18n import Locale, translate
from core.platform import ConversationRef, MessageRef, User

# What is asked, and what is said where an earlier process has asked it.
LOST = {"form-prompt": "form-lost", "remix-prompt": "remix-lost"}
_REMEMBERED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A command that lacks only its words.

    Attributes:
        user: who is asked; nobody else's answer counts.
        options: what stands before the answer, in which no options are read.
    """

    user: User
    command: str
    options: str
    pictures: tuple[TelegramFile, ...] = ()

    def text(self, answer: str) -> str:
        """What would have been typed behind the command."""
        return f"{self.options} -- {answer}".lstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Asks, within what the chat accepts. Forgets what it has asked when the bot restarts."""

    answers: Answers
    platform: TelegramPlatform
    _open: OrderedDict[tuple[str, str], Question] = field(
        default_factory=OrderedDict[tuple[str, str], Question]
    )

    async def ask(
        self,
        place: ConversationRef,
        text: str,
        question: Question,
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

    def at(self, message: MessageRef) -> Question | None:
        return self._open.get((message.conversation.chat, message.id))

    def close(self, message: MessageRef) -> None:
        """Take no further answer to that message."""
        self._open.pop((message.conversation.chat, message.id), None)


def lost(text: str) -> str:
    """What is said about a question of an earlier process, as the key of a text."""
    keys = (k for k in LOST for locale in Locale if text.endswith(translate(locale, k)))
    return next((LOST[key] for key in keys), "")
