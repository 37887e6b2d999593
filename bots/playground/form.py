"""The form of a command, made from how it declares its options. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bots.choices import choices_of, lengths_of
from core.catalog import Catalog
from core.commands import Command, Commands
from core.commands.command import PROMPT
from core.commands.offer import offered
from core.i18n import Locale, translate
from core.options.options import OptionHelp, OptionKind, describe

# What is chosen most stands in front, all else behind a fold.
_FIRST = frozenset({"ratio", "seconds", "resolution", "model"})
_LENGTHS = 25


class FieldKind(StrEnum):
    """How a value is given."""

    CHOICE = "choice"
    NUMBER = "number"
    SWITCH = "switch"
    EITHER = "either"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionField:
    """One option as a form shows it.

    Attributes:
        choices: all values, or such as are suggested where others count as well.
        least, most: bounds of a number, None for none.
    """

    name: str
    label: str
    kind: FieldKind
    choices: Sequence[str] = ()
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandForm:
    """The form of a command.

    Attributes:
        words: what the prompt is called; "" where there is none.
        files: what may come along is called; "" where nothing may.
        first, others: its fields, those that are chosen most and the rest.
    """

    command: str
    label: str
    about: str
    words: str
    needs_words: bool
    files: str
    first: Sequence[OptionField]
    others: Sequence[OptionField]


def forms(catalog: Catalog, commands: Commands, locale: Locale) -> list[CommandForm]:
    """Those of the commands that a gateway is paid for, as far as a model is ready for them."""
    shown = offered(catalog, commands.values())
    makers = (command for command in shown if command.pays and command.needs)
    return [_form(command, catalog, locale) for command in makers]


def _form(command: Command[Any], catalog: Catalog, locale: Locale) -> CommandForm:
    options = describe(command.options)
    words = next((option for option in options if option.name == PROMPT), None)
    fields = [
        _field(option, command, catalog, locale)
        for option in options
        if option is not words and option.kind is not OptionKind.PLACE
    ]
    shown = "form-shown" if command.videos else "form-pictures"
    return CommandForm(
        command=command.name,
        label=_capital(translate(locale, f"name-{command.name}")),
        about=translate(locale, f"command-{command.name}"),
        words=_capital(translate(locale, words.description)) if words else "",
        needs_words=command.needs_prompt,
        files=translate(locale, shown) if command.pictures else "",
        first=[field for field in fields if field.name in _FIRST],
        others=[field for field in fields if field.name not in _FIRST],
    )


def _field(
    option: OptionHelp, command: Command[Any], catalog: Catalog, locale: Locale
) -> OptionField:
    choices = choices_of(catalog, command, option)
    match option.kind:
        case OptionKind.SWITCH:
            # What need not be said either way has three answers.
            is_open = command.options.model_fields[option.name].default is None
            kind = FieldKind.EITHER if is_open else FieldKind.SWITCH
        case OptionKind.NUMBER if not option.besides:
            kind = FieldKind.NUMBER
            choices = lengths_of(catalog, command, _LENGTHS) if option.name == "seconds" else ()
        case _ if option.name == "model" and command.needs:
            kind = FieldKind.CHOICE
            choices = list(dict.fromkeys(each.name for each in catalog.able(command.needs)))
        case _:
            kind = FieldKind.CHOICE if choices and not option.metavar else FieldKind.TEXT
    # What is ticked is a sentence; what has a value has a name.
    is_ticked = kind is FieldKind.SWITCH
    label = option.description if is_ticked else f"name-option-{option.name}"
    return OptionField(
        name=option.name,
        label=_capital(translate(locale, label)),
        kind=kind,
        choices=choices,
        least=option.minimum,
        most=option.maximum,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
