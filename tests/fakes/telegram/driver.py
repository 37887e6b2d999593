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


class TelegramDriver:
    """See `ChatDriver`."""

    edits = True

    def __init__(self, telegram_bot: TelegramBotHarness) -> None:
        self._bot = telegram_bot
        self._telegram = telegram_bot.telegram
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
        question = await self.until(
            lambda: next((m for m in self._answers if "force_reply" in (m.markup or {})), None)
        )
        self._telegram.say(self._bot.chat, self._bot.ada, words, reply_to=question)

    async def press(self, command: str) -> None:
        message = self._message_with(command)
        self._telegram.press(message, _buttons(message)[command], self._bot.ada)

    async def share(self) -> str:
        query = self._telegram.inline(self._bot.ada)
        (answer,) = await self.until(lambda: query.answers)
        return answer["results"][0].get("caption") or ""

    def others_see(self) -> bool:
        return False

    def buttons(self) -> Mapping[str, str]:
        return {command: text for m in self._answers for command, text in _buttons(m).items()}

    def messages(self) -> Sequence[Sequence[str]]:
        return [[v.text or v.caption for v in message.history] for message in self._answers]

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
