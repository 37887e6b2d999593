"""What is sent with the forms of the page to invocations, and the answers onto the page."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bots.attachments import LocalFile
from bots.playground.board import FieldAsked
from bots.playground.conversation import PlaygroundPlatform
from bots.playground.ids import HERE, NAME, PERSON
from core.commands import COMMANDS, Commands
from core.commands.command import PROMPT
from core.commands.dispatch import dispatch
from core.commands.typed import meant, read_typed
from core.engine.engine import Engine
from core.errors import UserError
from core.i18n import Locale, translate
from core.invocation import Invocation
from core.messages.buttons import unpack
from core.platform import Button, User, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What comes with everything that is sent.

    Attributes:
        event: the same when it is sent once more; "" where that cannot be known.
        locale: the language of the browser.
    """

    event: str
    locale: Locale
    files: tuple[LocalFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaygroundAdapter:
    """Does what the forms of the page ask for."""

    engine: Engine
    platform: PlaygroundPlatform
    commands: Commands = field(default_factory=lambda: COMMANDS)

    async def say(self, line: str, sent: Submission) -> None:
        """Do what somebody has typed as in any chat."""
        typed = read_typed(line, alone=True)
        if typed:
            typed = meant(typed, self.engine.services.catalog)
            await self._do(Button(label="", command=typed.command), sent, text=typed.text)

    async def order(
        self, name: str, text: str, given: Mapping[str, str], sent: Submission
    ) -> None:
        """Do a command whose form was filled in."""
        await self._do(Button(label="", command=name, given=given), sent, text=text)

    async def press(self, note_id: str, data: str, sent: Submission) -> None:
        """Do what a button under a message says; one that asks for something asks first."""
        await self._do(unpack(data), sent)
        self.platform.board.pressed(note_id)

    async def answer(self, note_id: str, words: str, sent: Submission) -> None:
        """Do what a message has asked something for."""
        note = self.platform.board.note(note_id)
        if note is None or note.asked is None:
            self.refuse(translate(sent.locale, "ask-lost"))
            return
        button = note.asked.button
        given = {**button.given, button.asks: words}
        is_done = await self._do(Button(label="", command=button.command, given=given), sent)
        # What was refused can be put right where it stands.
        asked = None if is_done else replace(note.asked, current=words)
        self.platform.board.put(replace(note, asked=asked, presses=note.presses + 1))

    def refuse(self, text: str) -> None:
        """Say why nothing was done."""
        self.platform.conversation(HERE).say(View(text=text), is_refusal=True)

    async def _do(self, button: Button, sent: Submission, text: str = "") -> bool:
        """Do it, and show the answer; gives whether it was not refused."""
        command = self.commands.get(button.command)
        asks = button.asks
        if command and command.needs_prompt and not (text.strip() or PROMPT in button.given):
            asks = asks or PROMPT
        invocation = Invocation(
            command=button.command,
            text=text,
            given=button.given,
            asks=asks,
            user=User(platform=NAME, id=PERSON, locale=sent.locale.value),
            conversation=HERE,
            event=sent.event,
            sent_at=time.time(),
            attachments=sent.files if command and command.pictures else (),
            place_objection=self._place_objection(button.command),
            is_alone=True,
        )
        answer = await dispatch(self.engine, invocation, sent.locale, self.commands)
        here = self.platform.conversation(HERE)
        if answer.asks:
            lacking = Button(label="", command=button.command, given=button.given, asks=asks)
            asked = FieldAsked(button=lacking, option=answer.asks, current=answer.current)
            here.say(View(text=f"/{button.command}"), asked=asked)
        elif answer.view:
            here.say(answer.view, is_refusal=not answer.done)
        return answer.done

    def _place_objection(self, name: str) -> UserError | None:
        """Nobody else reads this page, so nothing can be brought to them."""
        command = self.commands.get(name)
        return UserError("play-nowhere") if command and command.place else None
