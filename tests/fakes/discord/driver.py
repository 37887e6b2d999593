"""A member of a server on the Discord stand-in."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from simcord.actors import MemberActor
from simcord.results import InteractionResult

from core.commands import COMMANDS
from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.messages.buttons import unpack
from tests.fakes.discord.bot import EPHEMERAL, DiscordBotHarness
from tests.fakes.discord.wire import DiscordCall, Json
from tests.fakes.driver import DeliveredPost, Seen, said


class DiscordDriver:
    """See `ChatDriver`. What is no command is said to the bot by its name."""

    edits = True

    def __init__(self, discord_bot: DiscordBotHarness) -> None:
        self._bot = discord_bot
        self._asked: InteractionResult | None = None
        self.user = discord_bot.person(discord_bot.ada)

    def bot(self) -> AbstractAsyncContextManager[Engine]:
        return self._bot.bot()

    async def say(self, line: str, *pictures: bytes) -> None:
        name, _, text = line.removeprefix("/").partition(" ")
        if name not in COMMANDS:
            await self._bot.ada.send(self._bot.channel, f"<@{self._bot.bot_id}> {line}")
            return
        words, in_words = text.split(), COMMANDS[name].needs_prompt
        pairs = zip(words[::2], words[1::2], strict=True) if not in_words else ()
        options: Json = {"prompt": text} if in_words and text else dict(pairs)
        for number, picture in enumerate(pictures, 1):
            options[f"image{number}"] = (f"{number}.jpg", picture)
        self._asked = await self._bot.ada.slash(self._bot.channel, name, **options)

    async def complete(self, words: str) -> None:
        asked = self._asked
        assert asked
        await self.until(lambda: asked.modal)
        assert asked.modal
        field = asked.modal["components"][0]["component"]["custom_id"]
        await self._bot.ada.submit_modal(asked, {field: words})

    async def press(self, command: str, words: str = "") -> None:
        self._asked = await self._click(self._bot.ada, command)
        if words:
            await self.complete(words)

    async def _click(self, person: MemberActor, command: str) -> InteractionResult:
        message = self._last_with(command)
        label = _buttons(message)[command]
        return await person.click(self._bot.message(message), label=label)

    def _last_with(self, command: str) -> Json:
        return [m for m in self._bot.messages() if command in _buttons(m)][-1]

    async def stranger_gets_on(self, command: str) -> bool | None:
        if self._last_with(command)["flags"] & EPHEMERAL:
            return None
        eve = self._bot.guild.add_member(self._bot.server.world.create_user("eve"))
        refused = translate(Locale.EN, "button-not-yours")
        before = said(self).count(refused)
        asked = await self._click(eve, command)
        await self.until(lambda: asked.modal or said(self).count(refused) > before)
        return bool(asked.modal)

    async def repeat_press(self) -> None:
        server = self._bot.server
        before = len(server.called("POST /interactions/*"))
        server.gateway.repeat("INTERACTION_CREATE")
        await self.until(lambda: len(server.called("POST /interactions/*")) > before)

    async def share(self) -> str:
        gallery = self._bot.guild.create_text_channel("gallery")
        await self.press("share")
        asked = self._asked
        assert asked
        question = await self.until(lambda: asked.response)
        assert question
        await self.until(lambda: question.components)
        await self._bot.ada.select(question, [gallery])
        (post,) = await self.until(lambda: self._bot.videos(gallery.id))
        return _plain(post["content"])

    def others_see(self) -> bool:
        return any(not message["flags"] & EPHEMERAL for message in self._bot.messages())

    def buttons(self) -> Mapping[str, str]:
        found = map(_buttons, self._bot.messages())
        return {command: label for each in found for command, label in each.items()}

    def messages(self) -> Sequence[Sequence[str]]:
        found: dict[object, list[str]] = {}
        for number, call in enumerate(self._bot.server.calls):
            if text := _text_of(call):
                answer = call.answer if isinstance(call.answer, dict) else {}
                found.setdefault(answer.get("id", number), []).append(text)
        return list(found.values())

    def posts(self) -> Sequence[DeliveredPost]:
        return [
            DeliveredPost(
                data=self._bot.server.file(file["url"]), caption=_plain(message["content"])
            )
            for message in self._bot.videos()
            for file in message["attachments"]
        ]

    async def until(self, predicate: Callable[[], Seen]) -> Seen:
        return await self._bot.server.until(predicate)


def _text_of(call: DiscordCall) -> str:
    """What a request has shown, if it was taken."""
    if call.status not in {200, 204}:
        return ""
    return _plain(str((call.body.get("data") or call.body).get("content") or ""))


def _plain(text: str) -> str:
    """A text as people see it."""
    unlinked = re.sub(r"<(https?://[^>]+)>", r"\1", text)
    return re.sub(r"\\(?=[^\w\s]|_)", "", re.sub(r"^<@\d+> ", "", unlinked))


def _buttons(message: Json) -> dict[str, str]:
    buttons = [b for row in message["components"] for b in row["components"] if "custom_id" in b]
    return {unpack(b["custom_id"]).command: b["label"] for b in buttons if "label" in b}
