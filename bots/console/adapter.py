"""From lines that are typed or piped in to invocations."""

import asyncio
import os
import shlex
from pathlib import Path

from bots.attachments import LocalFile
from bots.console.conversation import HERE, ConsoleConversation
from bots.console.ids import NAME
from bots.console.screen import CONTINUED, Screen
from core.commands import COMMANDS
from core.commands.dispatch import dispatch
from core.commands.typed import meant, read_typed
from core.engine.engine import Engine
from core.errors import UserError
from core.i18n import Locale, translate
from core.invocation import Invocation
from core.platform import User

_ATTACH = "attach"
# Whoever has waited for what was paid sees how it ended.
_LAST_SECONDS = 2.0


class ConsoleAdapter:
    """Reads commands until the input ends.

    Attributes:
        refused: how many commands could not be done.
    """

    def __init__(self, engine: Engine, screen: Screen, locale: Locale) -> None:
        self.refused = 0
        self._engine, self._services = engine, engine.services
        self._screen = screen
        self._locale = locale
        self._user = User(platform=NAME, id="local")
        self._attached: list[LocalFile] = []
        self._taking: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Take one line after the other; one that ends with a backslash continues in the next.

        Cancelling this leaves the line that is being dealt with to `close`: a gateway may be
        making something for it that is paid, which a stop waits for.
        """
        begun = ""
        async for line in self._screen.lines():
            if line is None:
                begun = ""
                continue
            begun += line.strip()
            if begun.endswith(CONTINUED):
                begun = begun.removesuffix(CONTINUED) + "\n"
                continue
            await self._finish(begun.strip())
            begun = ""
        await self._finish(begun.strip())

    async def close(self) -> None:
        """Give up the line that is being dealt with, unless it ends in a moment."""
        if self._taking is None:
            return
        await asyncio.wait({self._taking}, timeout=_LAST_SECONDS)
        self._taking.cancel()
        await asyncio.gather(self._taking, return_exceptions=True)

    async def _finish(self, line: str) -> None:
        self._taking = asyncio.create_task(self._take(line))
        await asyncio.shield(self._taking)

    async def _take(self, line: str) -> None:
        typed = read_typed(line, alone=True)
        if not line or typed is None:
            return
        typed = meant(typed, self._engine.services.catalog)
        if typed.command == _ATTACH:
            self._attach(typed.text)
        else:
            await self._do(typed.command, typed.text)

    def _attach(self, text: str) -> None:
        try:
            parts = shlex.split(text)
        except ValueError:  # a lone quotation mark is part of a name
            parts = [text.strip()]
        # Unlike those of Path, these raise nothing, whatever somebody types.
        files = [LocalFile(path=Path(os.path.expanduser(part))) for part in parts]  # noqa: PTH111
        self._attached = [*self._attached, *files] if files else []
        for file in files:
            # It stays, so that the next order is refused: without its picture it would be another.
            if not os.path.lexists(file.path):
                self._screen.print(translate(self._locale, "picture-missing", name=file.name))
        self._tell_attached()

    def _tell_attached(self) -> None:
        names = ", ".join(file.name for file in self._attached)
        key = "pictures-attached" if names else "nothing-attached"
        self._screen.print(translate(self._locale, key, names=names))

    async def _do(self, name: str, text: str) -> None:
        command = COMMANDS.get(name)
        attachments = tuple(self._attached) if command and command.pictures else ()
        invocation = Invocation(
            command=name,
            text=text,
            user=self._user,
            conversation=HERE,
            attachments=attachments,
            place_objection=self._place_objection(name),
            is_alone=True,
        )
        answer = await dispatch(self._engine, invocation, self._locale)
        if not answer.done:
            self._refuse(answer.view.text if answer.view else "")
        elif answer.view:
            ConsoleConversation(self._screen, self._locale).say(answer.view)
        if answer.done and attachments:
            self._attached = []  # an order took them
        elif self._attached:
            self._tell_attached()

    def _place_objection(self, name: str) -> UserError | None:
        """Nobody else reads what stands on a terminal, so nothing can be brought to them."""
        command = COMMANDS.get(name)
        return UserError("share-nowhere") if command and command.place else None

    def _refuse(self, text: str) -> None:
        self.refused += 1
        self._screen.print(text)
