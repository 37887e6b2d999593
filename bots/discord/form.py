"""The form that a command without a prompt opens: words, pictures, and what is chosen most."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import discord
from discord import ui

from bots.choices import choices_of, lengths_of
from bots.discord.incoming import PICTURES, GivenCommand
from bots.discord.keyboard import custom_id
from core.catalog import Catalog
from core.commands import Command
from core.commands.command import PROMPT
from core.i18n import Locale, translate
from core.options.options import OptionHelp, OptionKind, describe
from core.platform import Button

FORM = "form"
_PROMPT_CHARS = 4000
_NAME_CHARS = 45
_FILES = 10
_CHOICES = 25
# A form has room for five fields; two are words and pictures.
_CHOSEN = ("ratio", "seconds", "resolution")
_REMEMBERED = 500

Field = ui.Label[ui.Modal]


@dataclass(slots=True)
class Drafts:
    """What was known when a form was opened. Forgotten when the bot restarts."""

    _open: OrderedDict[str, GivenCommand] = field(default_factory=OrderedDict[str, GivenCommand])

    def keep(self, key: str, draft: GivenCommand) -> None:
        self._open[key] = draft
        if len(self._open) > _REMEMBERED:
            self._open.popitem(last=False)

    def at(self, key: str) -> GivenCommand | None:
        """The draft; it stays, for a form that was refused can be sent again."""
        return self._open.get(key)


def form(
    key: str, command: Command[Any], draft: GivenCommand, catalog: Catalog, locale: Locale
) -> ui.Modal:
    """The form; what it is answered with is heard elsewhere."""
    shown = ui.Modal(title=f"/{command.name}", custom_id=f"{FORM}:{key}")
    options = describe(command.options)
    shown.add_item(_words(next(o for o in options if o.name == PROMPT), draft, locale))
    if command.pictures:
        shown.add_item(_pictures(command, locale))
    for option in options:
        values = _values(option, command, catalog) if option.name in _CHOSEN else ()
        if values:
            shown.add_item(_choice(option, values, draft.given.get(option.name), locale))
    # Else the library keeps it to call it back.
    shown.stop()
    return shown


def question_form(button: Button, option: OptionHelp, current: str, locale: Locale) -> ui.Modal:
    """A form for the one option that a button asks for, with what it says already.

    It knows all by its name.
    """
    shown = ui.Modal(title=f"/{button.command}", custom_id=custom_id(button))
    shown.add_item(_words(option, GivenCommand(name=button.command, text=current), locale))
    shown.stop()  # as above
    return shown


def _words(option: OptionHelp, draft: GivenCommand, locale: Locale) -> Field:
    words: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id=option.name,
        style=discord.TextStyle.paragraph,
        default=draft.text or None,
        max_length=_PROMPT_CHARS,
    )
    return _labelled(translate(locale, option.description), words)


def _pictures(command: Command[Any], locale: Locale) -> Field:
    files: ui.FileUpload[ui.Modal] = ui.FileUpload(
        custom_id=PICTURES, required=False, min_values=0, max_values=_FILES
    )
    name = "form-shown" if command.videos else "form-pictures"
    return _labelled(translate(locale, name), files)


def _choice(
    option: OptionHelp, values: Sequence[str], chosen: str | None, locale: Locale
) -> Field:
    choices = [discord.SelectOption(label=v, value=v, default=v == chosen) for v in values]
    select: ui.Select[ui.Modal] = ui.Select(
        custom_id=option.name, options=choices, required=False, min_values=0, max_values=1
    )
    return _labelled(translate(locale, option.description), select)


def _labelled(text: str, component: ui.Item[ui.Modal]) -> Field:
    """A field with its name; what is too long for a name goes into the small print."""
    text = text[:1].upper() + text[1:]
    if len(text) <= _NAME_CHARS:
        return ui.Label(text=text, component=component)
    return ui.Label(
        text=f"{text[: _NAME_CHARS - 1]}…", description=text[:100], component=component
    )


def _values(option: OptionHelp, command: Command[Any], catalog: Catalog) -> Sequence[str]:
    """What models make of it that would be asked, as much as a choice can show."""
    if option.kind is not OptionKind.NUMBER:
        return choices_of(catalog, command, option)[:_CHOICES]
    return lengths_of(catalog, command, _CHOICES)
