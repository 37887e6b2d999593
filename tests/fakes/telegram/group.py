"""A group on Telegram in which people order, press and answer."""

from dataclasses import dataclass

from core.engine.engine import Engine
from core.jobs import Job
from core.platform import User
from tests.fakes.engine_harness import stored_when
from tests.fakes.telegram.bot import GROUP, TelegramBotHarness
from tests.fakes.telegram.chat import TelegramChat, TelegramMessage, TelegramUser


@dataclass(frozen=True, slots=True)
class TelegramGroup:
    """A group in which everything is heard, and what comes of it."""

    here: TelegramBotHarness
    engine: Engine
    group: TelegramChat

    async def order(
        self,
        person: TelegramUser,
        text: str,
        reply_to: TelegramMessage | None = None,
        *,
        photo: bytes | None = None,
    ) -> Job:
        """What somebody has ordered, when it is done."""
        before = self.done
        self.say(person, text, reply_to, photo=photo)
        return await self.ordered(person, before)

    async def ordered(self, person: TelegramUser, before: int) -> Job:
        """Somebody's newest job, when more are done here than before."""
        await self.here.telegram.until(lambda: self.done > before)
        job, *_ = await self.jobs(person)
        return await stored_when(self.engine, job.id, lambda job: job.told)

    @property
    def done(self) -> int:
        """How many orders are done here."""
        return sum("Done in" in post.text for post in self.here.written(self.group))

    def say(
        self,
        person: TelegramUser,
        text: str,
        reply_to: TelegramMessage | None = None,
        *,
        photo: bytes | None = None,
    ) -> TelegramMessage:
        """Write that, or send a picture with it below."""
        say = self.here.telegram.say
        if photo is None:
            return say(self.group, person, text, reply_to=reply_to)
        return say(self.group, person, caption=text, photo=photo, reply_to=reply_to)

    async def jobs(self, person: TelegramUser) -> list[Job]:
        user = User(platform="telegram", id=str(person.id))
        return list(await self.engine.jobs_of(user))

    async def answer(
        self, person: TelegramUser, text: str, reply_to: TelegramMessage | None = None
    ) -> str:
        """What the bot says to that."""
        before = len(self.here.written(self.group))
        self.say(person, text, reply_to)
        written = self.here.written
        await self.here.telegram.until(lambda: len(written(self.group)) > before)
        return written(self.group)[-1].text

    async def press(self, post: TelegramMessage, button: str, person: TelegramUser) -> str:
        """Press a button; gives what is shown over the chat."""
        query = self.here.telegram.press(post, button, person)
        (answer,) = await self.here.telegram.until(lambda: query.answers)
        return str(answer.get("text", ""))

    async def shown(self, text: str) -> TelegramMessage:
        return await self.here.until_shown(text, self.group)

    def posts(self, kind: str) -> list[TelegramMessage]:
        written = self.here.written(self.group)
        return [post for post in written if post.file and post.file.kind == kind]


def telegram_group(here: TelegramBotHarness, engine: Engine, number: int = 0) -> TelegramGroup:
    """The group of that number."""
    here.telegram.world.privacy = False
    return TelegramGroup(here, engine, here.telegram.group(GROUP - number))
