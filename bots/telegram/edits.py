"""What messages said when they came: who corrects a command is told that it counts as it was."""

from collections import OrderedDict, deque

from telegram import Message

from bots.telegram.incoming import text_of

_REMEMBERED = 500


class Edits:
    """Remembers what the last messages said, and of which it was told that they were edited."""

    def __init__(self) -> None:
        self._texts = OrderedDict[tuple[int, int], str]()
        self._told: deque[tuple[int, int]] = deque(maxlen=_REMEMBERED)

    def remember(self, message: Message) -> None:
        """Take note of what a message says."""
        self._texts[_name(message)] = text_of(message)
        if len(self._texts) > _REMEMBERED:
            self._texts.popitem(last=False)

    def is_news(self, message: Message) -> bool:
        """Whether it says something else than it did; once for each message."""
        name = _name(message)
        # A link preview or a pin is told as an edit, too.
        if self._texts.get(name) == text_of(message) or name in self._told:
            return False
        self._told.append(name)
        return True


def _name(message: Message) -> tuple[int, int]:
    return message.chat.id, message.message_id
