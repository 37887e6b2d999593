"""A person in a private chat on the Telegram stand-in."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from bots.telegram.conversation import NAME
from core.engine.engine import Engine
from core.messages.buttons import unpack
from core.platform import User
from tests.fakes.driver import DeliveredPost, Seen
from tests.fakes.telegram.bot import TelegramBotHarness
from tests.fakes.telegram.chat import TelegramMessage as Message
from tests.fakes.telegram.schema import Json
from tests.fakes.telegram.world import TelegramQuery


class TelegramDriver:
    """See `ChatDriver`."""

    edits = True

    def __init__(self, telegram_bot: TelegramBotHarness) -> None:
        self._bot = telegram_bot
        self._telegram = telegram_bot.telegram
        self._pressed: TelegramQuery | None = None
        self._update: Json = {}
        self.user = User(platform=NAME, id=str(telegram_bot.ada.id))

    def bot(self) -> AbstractAsyncContextManager[Engine]:
        return self._bot.bot()

    async def say(self, line: str, *pictures: bytes) -> None:
        chat, ada = self._bot.chat, self._bot.ada
        match pictures:
            case ():
                self._telegram.say(chat, ada, line)
            case (picture,):
                self._telegram.say(chat, ada, photo=picture, caption=line)
            case _:
                self._telegram.album(chat, ada, pictures, line)

    async def complete(self, words: str) -> None:
        await self.until(lambda: "form" in self.buttons())
        self._telegram.press(self._message_with("form"), "form?", self._bot.ada)
        await self._answer(words)

    async def press(self, command: str, words: str = "") -> None:
        message, asked = self._message_with(command), len(self._questions)
        self._pressed = self._telegram.press(message, _buttons(message)[command], self._bot.ada)
        self._update = self._telegram.inbox.pending[-1]["callback_query"]
        if words:
            await self._answer(words, after=asked)

    async def _answer(self, words: str, after: int = 0) -> None:
        """Reply to the question that comes after so many others."""
        await self.until(lambda: len(self._questions) > after)
        question = self._questions[-1]
        self._telegram.say(self._bot.chat, self._bot.ada, words, reply_to=question)

    @property
    def _questions(self) -> list[Message]:
        return [message for message in self._answers if "force_reply" in (message.markup or {})]

    async def stranger_gets_on(self, command: str) -> bool:
        eve, message = self._telegram.user(66, "Eve"), self._message_with(command)
        (button,) = [b for b in message.buttons if b["text"] == _buttons(message)[command]]
        if "switch_inline_query" in button:
            query = self._telegram.inline(eve, button["switch_inline_query"])
            (answer,) = await self.until(lambda: query.answers)
            return bool(answer["results"])
        asked = len(self._questions)
        query = self._telegram.press(message, button["text"], eve)
        (answer,) = await self.until(lambda: query.answers)
        if not answer.get("text"):
            await self.until(lambda: len(self._questions) > asked)
        return not answer.get("text")

    async def repeat_press(self) -> None:
        pressed = self._pressed
        assert pressed
        before = len(pressed.answers)
        self._telegram.inbox.put("callback_query", self._update)
        await self.until(lambda: len(pressed.answers) > before)

    async def share(self) -> str:
        query = self._telegram.inline(self._bot.ada)
        (answer,) = await self.until(lambda: query.answers)
        return answer["results"][0].get("caption") or ""

    def others_see(self) -> bool:
        return False

    def buttons(self) -> Mapping[str, str]:
        return {command: text for m in self._answers for command, text in _buttons(m).items()}

    def messages(self) -> Sequence[Sequence[str]]:
        written = [[v.text or v.caption for v in message.history] for message in self._answers]
        return [*written, [draft.text for draft in self._bot.chat.drafted]]

    def posts(self) -> Sequence[DeliveredPost]:
        videos = [m for m in self._answers if m.file and m.file.kind == "video"]
        return [
            DeliveredPost(data=m.file.data or b"", caption=m.caption) for m in videos if m.file
        ]

    async def until(self, predicate: Callable[[], Seen]) -> Seen:
        return await self._telegram.until(predicate)

    @property
    def _answers(self) -> list[Message]:
        return self._telegram.answers(self._bot.chat)

    def _message_with(self, command: str) -> Message:
        return [message for message in self._answers if command in _buttons(message)][-1]


def _buttons(message: Message) -> dict[str, str]:
    told = {unpack(b.get("callback_data", "share?")).command: b for b in message.buttons}
    return {command: button["text"] for command, button in told.items()}
