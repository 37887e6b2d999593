"""People on Telegram, each alone with the bot: they order, regret it, and keep what they read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.chaos.verdict import Ordered, ShownMessage
from tests.chaos.wishes import CrowdWish
from tests.fakes.telegram.bot import picture
from tests.fakes.telegram.chat import TelegramMessage
from tests.fakes.telegram.server import TelegramServer

_FIRST_ID = 1000
_STOPS = ("cancel?", "stop?")


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramCrowd:
    """Everybody there.

    Attributes:
        commands: what they have ordered, by its word.
        buttons: under which message a Stop has stood, and what it sends.
    """

    server: TelegramServer
    people: int
    commands: dict[str, TelegramMessage] = field(default_factory=dict[str, TelegramMessage])
    buttons: dict[str, tuple[TelegramMessage, str]] = field(
        default_factory=dict[str, tuple[TelegramMessage, str]]
    )

    @property
    def variables(self) -> dict[str, str]:
        return {
            "TELEGRAM_BOT_TOKEN": self.server.token,
            "TELEGRAM_API_URL": self.server.url,
        }

    @property
    def requests(self) -> int:
        """How much the bot has asked of it."""
        return len(self.server.calls)

    @property
    def connections(self) -> int:
        """How often a bot has begun to listen there."""
        return len(self.server.called("deleteWebhook"))

    @property
    def is_heard(self) -> bool:
        """Whether all that was said is taken, and answered."""
        return not self.server.inbox.pending and all(
            any(not is_open(post) for post in self.answers(word)) for word in self.commands
        )

    async def until(self, predicate: Callable[[], bool], seconds: float) -> None:
        await self.server.until(predicate, seconds)

    async def order(self, wish: CrowdWish) -> None:
        """Let the next of them say it, whether or not the bot is there."""
        user = self.server.user(_FIRST_ID + len(self.commands) % self.people)
        chat = self.server.private(user)
        line = f"/{wish.command} --model {wish.model} {wish.prompt}"
        said = (
            self.server.say(chat, user, caption=line, photo=picture())
            if wish.pictured
            else self.server.say(chat, user, line)
        )
        self.commands[wish.word] = said

    def answers(self, word: str) -> list[TelegramMessage]:
        """What the bot has written to that order."""
        command = self.commands[word]
        return [post for post in self.server.answers(command.chat) if post.reply_to is command]

    def stop(self, word: str, *, times: int = 1) -> bool:
        """Press Stop under what goes on, or where it stood before; tells whether it ever did."""
        for post in self.answers(word):
            self.buttons.update((word, (post, data)) for data in stops(post))
        if word not in self.buttons:
            return False
        post, data = self.buttons[word]
        for _ in range(times):
            self.server.forge(post, data, self.commands[word].sender or self.server.me)
        return True

    def silent(self) -> list[float]:
        return []

    def ordered(self) -> Iterator[Ordered]:
        for word, said in self.commands.items():
            yield Ordered(word=word, chat=str(said.chat.id), message=str(said.id))

    def shown(self) -> Iterator[ShownMessage]:
        for chat in {said.chat.id: said.chat for said in self.commands.values()}.values():
            for post in self.server.answers(chat):
                yield ShownMessage(
                    chat=str(chat.id),
                    id=str(post.id),
                    text=post.caption or post.text,
                    is_open=is_open(post),
                    replies_to=str(post.reply_to.id) if post.reply_to else "",
                    media_at=next((v.at for v in post.history if v.file), None),
                )


def is_open(post: TelegramMessage) -> bool:
    """Whether a message still shows something that can be stopped."""
    return bool(stops(post))


def stops(post: TelegramMessage) -> list[str]:
    """What its Stop and Cancel buttons send."""
    told = (str(button.get("callback_data", "")) for button in post.buttons)
    return [data for data in told if data.startswith(_STOPS)]
