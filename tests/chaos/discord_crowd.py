"""People on Discord, each in a channel: they order by slash commands, and keep what they read."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.builders import ChannelHandle

from tests.chaos.verdict import Ordered, ShownMessage
from tests.chaos.wishes import CrowdWish
from tests.fakes.discord.people import raw_channel
from tests.fakes.discord.server import DiscordServer
from tests.fakes.discord.wire import DiscordCall, Json

_STOPS = ("cancel?", "stop?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody, and the channel that they use."""

    person: MemberActor
    channel: ChannelHandle


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordCrowd:
    """Everybody there. A bot that is away hears nothing of what they order.

    Attributes:
        words: who has ordered what.
        buttons: under which message a Stop has stood, and what it sends.
    """

    server: DiscordServer
    members: tuple[Member, ...]
    words: dict[str, Member] = field(default_factory=dict[str, Member])
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])

    @classmethod
    def of(cls, server: DiscordServer, people: int) -> "DiscordCrowd":
        guild = server.world.create_guild("Films")
        names = [f"person-{number}" for number in range(people)]
        members = (
            Member(
                person=guild.add_member(server.world.create_user(name)),
                channel=guild.create_text_channel(name),
            )
            for name in names
        )
        return cls(server=server, members=tuple(members))

    @property
    def variables(self) -> dict[str, str]:
        return {"DISCORD_BOT_TOKEN": self.server.token, "DISCORD_API_URL": self.server.api}

    @property
    def requests(self) -> int:
        return len(self.server.calls)

    @property
    def connections(self) -> int:
        # Nobody can order before there are commands, which are registered once.
        registered = any(call.status for call in self.server.called("PUT /applications/*"))
        return self.server.gateway.identified if registered else 0

    @property
    def is_heard(self) -> bool:
        """What was not heard was told to whoever said it: nothing is waited for."""
        return True

    async def until(self, predicate: Callable[[], bool], seconds: float) -> None:
        await self.server.until(predicate, seconds)

    async def order(self, wish: CrowdWish) -> None:
        member = self.members[len(self.words) % len(self.members)]
        self.words[wish.word] = member
        told = {"prompt": wish.prompt, "model": wish.model}
        await member.person.slash(member.channel, wish.command, **told)

    def stop(self, word: str, *, times: int = 1) -> bool:
        """Press Stop under what goes on, or where it stood before; tells whether it ever did."""
        member = self.words[word]
        for message in self._messages(member):
            if word in message["content"]:
                self.buttons.update((word, (message["id"], data)) for data in stops(message))
        if word not in self.buttons:
            return False
        id_, data = self.buttons[word]
        here = raw_channel(self.server.world, member.channel)
        for _ in range(times):
            here.press(member.person, int(id_), data)
        return True

    def ordered(self) -> Iterator[Ordered]:
        for word, member in self.words.items():
            yield Ordered(word=word, chat=str(member.channel.id))

    def shown(self) -> Iterator[ShownMessage]:
        posted = {message: call.at for call in self._posts() for message in _answered(call)}
        for member in self.members:
            for message in self._messages(member):
                yield ShownMessage(
                    chat=str(member.channel.id),
                    id=str(message["id"]),
                    text=message["content"],
                    is_open=bool(stops(message)),
                    media_at=posted.get(str(message["id"])) if message["attachments"] else None,
                )

    def silent(self) -> list[float]:
        records = self.server.world.backend.interactions
        waiting = [id_ for id_, each in records.items() if each.responded and each.loading]
        return [self.server.asked[id_] for id_ in waiting]

    def _messages(self, member: Member) -> list[Json]:
        backend = self.server.world.backend
        found = backend.messages[member.channel.id].values()
        told: list[Json] = [dict(serializers.message_payload(backend, each)) for each in found]
        return [each for each in told if each["author"]["id"] == str(backend.bot_user.id)]

    def _posts(self) -> Iterator[DiscordCall]:
        return (call for call in self.server.calls if call.files and call.status == 200)


def _answered(call: DiscordCall) -> list[str]:
    """The message that a call has made or changed."""
    return [str(call.answer["id"])] if isinstance(call.answer, dict) else []


def stops(message: Json) -> list[str]:
    """What the Stop and Cancel buttons of a message send."""
    rows = json.loads(json.dumps(message.get("components", [])))
    told = (str(item.get("custom_id", "")) for row in rows for item in row.get("components", ()))
    return [data for data in told if data.startswith(_STOPS)]
