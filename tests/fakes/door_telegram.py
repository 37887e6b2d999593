"""A person in a private chat on the Telegram stand-in."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from bots.telegram.conversation import NAME
from core.engine.engine import Engine
from core.platform import User
from tests.fakes.door import Post, Seen
from tests.fakes.stage import Stage
from tests.fakes.telegram_chat import Post as Message


class TelegramDoor:
    """See `Door`."""

    edits = True

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._telegram = stage.telegram
        self.user = User(platform=NAME, id=str(stage.ada.id))

    def bot(self) -> AbstractAsyncContextManager[Engine]:
        return self._stage.bot()

    async def say(self, line: str, *pictures: bytes) -> None:
        chat, ada = self._stage.chat, self._stage.ada
        match pictures:
            case ():
                self._telegram.say(chat, ada, line)
            case (picture,):
                self._telegram.say(chat, ada, photo=picture, caption=line)
            case _:
                self._telegram.album(chat, ada, pictures, line)

    async def complete(self, words: str) -> None:
        await self.until(lambda: "form" in self.buttons())
        self._telegram.press(self._message_with("form"), "form:go", self._stage.ada)
        question = await self.until(
            lambda: next((m for m in self._answers if "force_reply" in (m.markup or {})), None)
        )
        self._telegram.say(self._stage.chat, self._stage.ada, words, reply_to=question)

    async def press(self, command: str) -> None:
        message = self._message_with(command)
        self._telegram.press(message, _buttons(message)[command], self._stage.ada)

    async def share(self) -> str:
        query = self._telegram.inline(self._stage.ada)
        (answer,) = await self.until(lambda: query.answers)
        return answer["results"][0].get("caption") or ""

    def others_see(self) -> bool:
        return False

    def buttons(self) -> Mapping[str, str]:
        return {command: text for m in self._answers for command, text in _buttons(m).items()}

    def messages(self) -> Sequence[Sequence[str]]:
        return [[v.text or v.caption for v in message.history] for message in self._answers]

    def posts(self) -> Sequence[Post]:
        videos = [m for m in self._answers if m.file and m.file.kind == "video"]
        return [Post(data=m.file.data or b"", caption=m.caption) for m in videos if m.file]

    async def until(self, predicate: Callable[[], Seen]) -> Seen:
        return await self._telegram.until(predicate)

    @property
    def _answers(self) -> list[Message]:
        return self._telegram.answers(self._stage.chat)

    def _message_with(self, command: str) -> Message:
        return [message for message in self._answers if command in _buttons(message)][-1]


def _buttons(message: Message) -> dict[str, str]:
    told = {b.get("callback_data", "share").partition(":")[0]: b for b in message.buttons}
    return {command: button["text"] for command, button in told.items()}
