"""One way in to the bot, whatever the platform: what a person does there and what they see."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from core.engine.engine import Engine
from core.platform import User

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredPost:
    """A result as it came.

    Attributes:
        caption: what stands with it, or under it.
    """

    data: bytes
    caption: str


class ChatDriver(Protocol):
    """A person in a chat, and the bot behind the real adapter, client and sockets.

    Attributes:
        user: the person.
        edits: whether messages change in place; else each version is a line of its own.
    """

    @property
    def user(self) -> User: ...

    @property
    def edits(self) -> bool: ...

    def bot(self) -> AbstractAsyncContextManager[Engine]:
        """A process's worth of bot; leaving it is an orderly stop."""
        ...

    async def say(self, line: str, *pictures: bytes) -> None:
        """Give a command, with pictures."""
        ...

    async def complete(self, words: str) -> None:
        """Give the words that a command without them has asked for."""
        ...

    async def press(self, command: str, words: str = "") -> None:
        """Press the last button of that command, or type it where there are none.

        `words` are what is then asked for.
        """
        ...

    async def stranger_gets_on(self, command: str) -> bool | None:
        """Whether anything but a refusal comes of it when somebody else presses that button.

        None where nobody else can.
        """
        ...

    async def repeat_press(self) -> None:
        """Have the platform tell the last press again, and wait until the bot has heard it."""
        ...

    async def share(self) -> str:
        """What others read under the last result, once it is shared."""
        ...

    def others_see(self) -> bool:
        """Whether anybody else reads something that the bot has written."""
        ...

    def buttons(self) -> Mapping[str, str]:
        """The labels of the buttons that can be pressed, by command."""
        ...

    def messages(self) -> Sequence[Sequence[str]]:
        """What each message of the bot has shown, oldest first."""
        ...

    def posts(self) -> Sequence[DeliveredPost]:
        """The results in the chat."""
        ...

    async def until(self, predicate: Callable[[], Seen]) -> Seen:
        """Wait until it gives something true, and give that."""
        ...


def said(driver: ChatDriver) -> str:
    """All that the bot has ever shown."""
    return "\n".join(version for message in driver.messages() for version in message)


async def until_said(driver: ChatDriver, text: str) -> None:
    """Wait until the bot has shown that."""
    await driver.until(lambda: text in said(driver))
