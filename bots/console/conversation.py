"""A conversation on a terminal or a pipe; what other platforms have buttons for is typed."""

import re
from dataclasses import replace
from secrets import token_hex

from bots.console.ids import NAME
from bots.console.screen import Screen
from bots.console.speech import is_ended
from core.commands import COMMANDS
from core.i18n import Locale, translate
from core.limits import Limits
from core.media import Asset
from core.platform import (
    Button,
    ConversationRef,
    MediaPost,
    MessageRef,
    User,
    View,
    WithoutAccess,
    WithoutMembers,
    WithoutPreviews,
)

_LEAST_MEGABYTES = 0.1
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
HERE = ConversationRef(platform=NAME, chat="terminal")


class ConsoleConversation(WithoutPreviews, WithoutAccess):
    """A `Conversation`. A message that can only be stopped is edited in place."""

    def __init__(self, screen: Screen, locale: Locale) -> None:
        self._screen = screen
        self._locale = locale

    @property
    def limits(self) -> Limits:
        seconds = self._screen.edit_seconds
        return Limits(writes=100, window_seconds=1, edit_seconds=seconds, text_chars=100_000)

    async def send(self, view: View, *, replying: MessageRef | None = None) -> MessageRef:
        del replying
        message = _new_message()
        await self.edit(message, view)
        return message

    async def edit(self, message: MessageRef, view: View) -> None:
        if view.is_markdown:
            self._speak(message, view)
        # Only a running job has nothing but a way to stop it: that line changes in place.
        elif not is_ended(view):
            self._screen.show(message.id, view.text.splitlines())
        else:
            self._screen.drop(message.id)
            self.say(view)

    async def deliver(self, post: MediaPost, *, replacing: MessageRef | None) -> MessageRef:
        """Say what it is and where. Files stay in MEDIA_DIR, so saying it twice does no harm."""
        del replacing
        lines = [post.view.text, *map(self._saved, post.assets)]
        self._screen.print("\n".join(lines))
        return _new_message()

    def say(self, view: View) -> None:
        """Print something that will not change, and what can be chosen under it."""
        self._screen.print("\n".join([view.text, *self._choices(view)]))

    def _speak(self, message: MessageRef, view: View) -> None:
        # A model could move the cursor, and write over what others have said.
        text, aside = (_CONTROL.sub("", said) for said in (view.text, view.aside))
        self._screen.speak(message.id, replace(view, text=text, aside=aside))
        if is_ended(view) and (choices := self._choices(view)):
            self._screen.print("\n".join(choices))

    def _choices(self, view: View) -> list[str]:
        """How to go on where there is no other way: with a command that no menu shows."""
        meant = [COMMANDS.get(button.command) for button in view.buttons]
        if not any(command and not command.is_typed for command in meant):
            return []
        return [
            translate(
                self._locale, "choice-typed", label=button.label, command=self._typed(button)
            )
            for button in view.buttons
        ]

    def _typed(self, button: Button) -> str:
        """What a button does, as it is typed."""
        command = COMMANDS.get(button.command)
        words = [f"/{button.command}"]
        for name, value in button.given.items():
            option = command.option(name) if command else None
            words += [*option.flags[:1], value] if option else [value]
        return " ".join(words)

    def _saved(self, asset: Asset) -> str:
        path = translate(self._locale, "result-saved", path=str(asset.path))
        return f"{path} ({_describe(asset)})"


def _new_message() -> MessageRef:
    # Not counted: jobs of an earlier process go on under the names that it gave them.
    return MessageRef(conversation=HERE, id=token_hex(8))


def _describe(asset: Asset) -> str:
    length = "" if asset.seconds is None else f"{asset.seconds:g} s"
    megabytes = asset.size_bytes / 1e6
    size = f"{megabytes:.1f} MB" if megabytes >= _LEAST_MEGABYTES else f"{megabytes * 1e3:.0f} KB"
    sides = f"{asset.width}x{asset.height}" if asset.width else ""
    parts = (sides, length, asset.codec, size)
    return ", ".join(filter(None, parts))


class ConsolePlatform(WithoutMembers):
    """The one conversation that a terminal has."""

    name = NAME

    def __init__(self, screen: Screen, locale: Locale) -> None:
        self._conversation = ConsoleConversation(screen, locale)

    def privately(self, place: ConversationRef, user: User) -> ConversationRef:
        del user
        return place

    def conversation(self, ref: ConversationRef) -> ConsoleConversation:
        del ref
        return self._conversation
