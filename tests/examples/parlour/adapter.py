"""Events of the parlour to invocations, and the answers back."""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from pydantic import BaseModel

from bots.answers import Answers
from bots.attachments import fetch_to, insist
from core.commands import COMMANDS, Commands
from core.commands.dispatch import dispatch
from core.commands.typed import meant, read_typed
from core.engine.engine import Engine
from core.i18n import Locale, translate
from core.invocation import Invocation, Place
from core.messages.buttons import unpack
from core.platform import Button, ConversationRef, MessageRef, Party, User, View
from tests.examples.parlour.conversation import ParlourPlatform
from tests.examples.parlour.ids import IDS, NAME


class ParlourEvent(BaseModel):
    """What somebody did. `data` is what stands behind the button that they pressed."""

    number: int
    room: str
    user: str
    language: str = ""
    message: str
    text: str = ""
    data: str = ""
    pictures: tuple[str, ...] = ()

    @property
    def place(self) -> ConversationRef:
        return ConversationRef(platform=NAME, chat=self.room)

    @property
    def person(self) -> User:
        return User(platform=NAME, id=self.user, locale=self.language)


@dataclass(frozen=True, slots=True)
class ParlourPicture:
    """See `core.platform.Attachment`."""

    line: httpx.AsyncClient
    name: str

    @asynccontextmanager
    async def file(self) -> AsyncGenerator[Path]:
        with TemporaryDirectory(prefix="cliprelay-") as folder:
            path = Path(folder) / "picture"
            fetch = partial(fetch_to, path, f"/files/{self.name}", self.line)
            await insist(fetch, self.name, or_else="picture-not-fetched", pause_seconds=1)
            yield path


@dataclass(frozen=True, slots=True, kw_only=True)
class ParlourAdapter:
    """Takes events in."""

    engine: Engine
    platform: ParlourPlatform
    answers: Answers
    default: Locale
    commands: Commands = field(default_factory=lambda: COMMANDS)
    _asked: dict[tuple[str, str], Button] = field(default_factory=dict[tuple[str, str], Button])

    async def take(self, event: ParlourEvent) -> None:
        """Do what an event asks for. What is no command may be the answer to a question."""
        asked = self._asked.pop((event.room, event.user), None)
        if event.data:
            await self._do(event, unpack(event.data))
        elif asked and not read_typed(event.text):
            given = {**asked.given, asked.asks: event.text}
            await self._do(event, Button(label="", command=asked.command, given=given))
        elif typed := read_typed(event.text, alone=True):
            typed = meant(typed, self.engine.services.catalog)
            await self._do(event, Button(label="", command=typed.command), typed.text)

    async def _do(self, event: ParlourEvent, button: Button, text: str = "") -> None:
        place, user = event.place, event.person
        message = MessageRef(conversation=place, id=event.message)
        invocation = Invocation(
            command=button.command,
            text=text,
            given=button.given,
            asks=button.asks,
            user=user,
            conversation=place,
            message=message,
            event=str(event.number),
            sent_at=time.time(),
            place=self._place(event, button),
            attachments=tuple(ParlourPicture(self.platform.line, p) for p in event.pictures),
            ids=IDS,
        )
        answer = await dispatch(self.engine, invocation, self.default, self.commands)
        view = answer.view
        if answer.asks:
            self._asked[event.room, event.user] = button
            locale = await self.answers.locale(user, place, self.default)
            what = translate(locale, answer.asks.description)
            view = View(text=translate(locale, "ask-reply", what=what))
        if view:
            await self.answers.say(place, view, message)

    def _place(self, event: ParlourEvent, button: Button) -> Place | None:
        """The room that somebody wants something brought to: all are open to everybody."""
        command = self.commands.get(button.command)
        room = button.given.get(command.place, "") if command and command.place else ""
        if not IDS.fits(Party(platform=NAME, kind="chat", id=room)):
            return None
        there = ConversationRef(platform=NAME, chat=room)
        return Place(conversation=there, name=room, by=event.user)
